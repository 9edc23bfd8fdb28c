package io.millrace.cli.acceptance;

import io.millrace.cli.acceptance.CheckResult.Status;
import io.millrace.protocol.failure.SyncFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs checks and keeps what becomes of them. One that runs several times, once for each test of
 * the configuration, fails if it fails once.
 */
final class Recorder {
    private final String folder;
    private final Optional<String> only;
    private final Map<String, CheckResult> results = new LinkedHashMap<>();

    /**
     * @param folder as it was given on the command line
     * @param only a check, or a part of the suite; empty for everything
     */
    Recorder(String folder, Optional<String> only) {
        this.folder = folder;
        this.only = only;
    }

    /** What looks at something of a connector. */
    @FunctionalInterface
    interface Probe {
        /**
         * @throws Finding where the connector doesn't do what it must
         * @throws Skipped where there is nothing to look at
         */
        void run() throws InterruptedException;
    }

    /** Something that the connector does wrong. */
    static final class Finding extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Finding(String message) {
            super(message);
        }
    }

    /** A reason for not looking. */
    static final class Skipped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Skipped(String reason) {
            super(reason);
        }
    }

    boolean wants(String name) {
        return only.isEmpty() || name.equals(only.get()) || name.startsWith(only.get() + ".");
    }

    /** Whether any check of a part of the suite is wanted. */
    boolean wantsPart(String part) {
        return only.isEmpty() || only.get().equals(part) || only.get().startsWith(part + ".");
    }

    void check(String name, Probe probe) throws InterruptedException {
        if (!wants(name)) {
            return;
        }
        try {
            probe.run();
            add(name, Status.PASSED, "");
        } catch (Finding finding) {
            add(name, Status.FAILED, String.valueOf(finding.getMessage()));
        } catch (Skipped skipped) {
            add(name, Status.SKIPPED, String.valueOf(skipped.getMessage()));
        } catch (SyncFailure failure) {
            String detail = failure.detail().isBlank() ? "" : "\n" + failure.detail();
            add(name, Status.FAILED, failure.getMessage() + detail);
        }
    }

    void skip(List<String> names, String reason) {
        names.stream().filter(this::wants).forEach(name -> add(name, Status.SKIPPED, reason));
    }

    private void add(String name, Status status, String message) {
        var result =
                new CheckResult(
                        name,
                        status,
                        message,
                        "millrace connector test %s --only %s".formatted(folder, name));
        results.merge(
                name,
                result,
                (before, now) -> now.status().compareTo(before.status()) > 0 ? now : before);
    }

    List<CheckResult> results() {
        return List.copyOf(results.values());
    }

    /**
     * @param message a format where there are values
     */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is in a library of the compiler's
    static void require(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new Finding(values.length == 0 ? message : message.formatted(values));
        }
    }

    /** Fails with all of {@code problems}, as far as a person reads on. */
    static void requireNone(List<String> problems, String what) {
        if (!problems.isEmpty()) {
            List<String> distinct = problems.stream().distinct().toList();
            String shown = String.join("\n", distinct.stream().limit(10).toList());
            String more =
                    distinct.size() > 10 ? "\nand %d more".formatted(distinct.size() - 10) : "";
            throw new Finding(what + "\n" + shown + more);
        }
    }
}
