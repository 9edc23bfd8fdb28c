package io.millrace.cli.registry;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version by the rules of Semantic Versioning, as far as connectors use them.
 *
 * @param candidate what follows a dash; empty for a release
 */
public record Version(int major, int minor, int patch, String candidate)
        implements Comparable<Version> {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(?:-([0-9A-Za-z.-]+))?");

    private static final Comparator<Version> ORDER =
            Comparator.comparingInt(Version::major)
                    .thenComparingInt(Version::minor)
                    .thenComparingInt(Version::patch)
                    .thenComparing(version -> version.candidate().isEmpty())
                    .thenComparing(Version::candidate, Version::compareCandidates);

    public static Optional<Version> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches()
                ? Optional.of(
                        new Version(
                                Integer.parseInt(form.group(1)),
                                Integer.parseInt(form.group(2)),
                                Integer.parseInt(form.group(3)),
                                form.group(4) == null ? "" : form.group(4)))
                : Optional.empty();
    }

    /** The release that a candidate leads to; a release itself. */
    public Version release() {
        return new Version(major, minor, patch, "");
    }

    /** Before 1.0 the second number is the one that tells a break. */
    public boolean mayBreak(Version before) {
        return major > before.major || (major == 0 && minor > before.minor);
    }

    /** Part by part; numbers as numbers, and before words (Semantic Versioning 2.0.0, 11). */
    private static int compareCandidates(String one, String other) {
        String[] parts = one.split("\\.");
        String[] others = other.split("\\.");
        for (int i = 0; i < Math.min(parts.length, others.length); i++) {
            boolean number = isNumber(parts[i]);
            boolean otherNumber = isNumber(others[i]);
            int order =
                    number && otherNumber
                            ? new BigInteger(parts[i]).compareTo(new BigInteger(others[i]))
                            : number != otherNumber
                                    ? Boolean.compare(otherNumber, number)
                                    : parts[i].compareTo(others[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(parts.length, others.length);
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && part.chars().allMatch(letter -> letter >= '0' && letter <= '9');
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "%d.%d.%d%s"
                .formatted(major, minor, patch, candidate.isEmpty() ? "" : "-" + candidate);
    }
}
