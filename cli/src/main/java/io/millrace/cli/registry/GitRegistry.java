package io.millrace.cli.registry;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.replication.launch.process.Tool;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * A registry that is a Git repository: a directory as {@link DirectoryRegistry} makes it, a commit
 * a version. A version appears when its commit is pushed; where others pushed meanwhile it is made
 * anew on top of theirs. Works in a clone of its own, through the {@code git} of this machine, with
 * the user's own keys and settings for the transport.
 */
public final class GitRegistry implements Registry {
    private static final Duration WITHIN = Duration.ofMinutes(15);
    private static final int TRIES = 30;
    private static final int LONGEST_PAUSE_MILLISECONDS = 1_000;

    /** What another's push at the same time looks like. */
    private static final Pattern OVERTAKEN =
            Pattern.compile(
                    "fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref"
                            + "|reference already exists|failed to lock|incorrect old value");

    private static final List<String> SETTINGS =
            List.of(
                    "-c", "core.autocrlf=false",
                    "-c", "core.hooksPath=/dev/null",
                    "-c", "core.fsmonitor=false",
                    "-c", "gc.auto=0",
                    "-c", "maintenance.auto=false",
                    "-c", "advice.detachedHead=false",
                    "-c", "core.quotePath=false");

    private static final Pattern USER = Pattern.compile("(?<=://)[^/@]+@");

    private final String address;
    // Invariant 7: without what may be a token.
    private final String shown;
    private final Optional<String> branch;
    private final Path place;
    private final Path clone;
    private final boolean mayCreate;
    private final DirectoryRegistry directory;

    /**
     * @param address as git understands it
     * @param branch the repository's own where empty
     * @param place a folder for the clone, which is made
     * @param mayCreate whether a repository without versions may be begun
     */
    public GitRegistry(String address, Optional<String> branch, Path place, boolean mayCreate) {
        this.address = address;
        this.shown = USER.matcher(address).replaceFirst("");
        this.branch = branch;
        this.place = place;
        this.clone = place.resolve("clone");
        this.mayCreate = mayCreate;
        this.directory = new DirectoryRegistry(clone, true);
    }

    @Override
    public Listing list() throws InterruptedException {
        return locked(() -> {
            fetch();
            Listing listing = directory.list();
            if (listing.byName().isEmpty() && !mayCreate) {
                throw new ConfigurationFailure("There is no registry in %s.".formatted(shown));
            }
            return listing;
        });
    }

    /** Of the clone, as it was fetched last. */
    @Override
    public Optional<Path> file(Published published, String name) {
        return directory.file(published, name);
    }

    @Override
    public Optional<Path> fileHere(Published published, String name) {
        return file(published, name);
    }

    @Override
    public void add(Release release, Gate gate) throws InterruptedException {
        locked(() -> {
            change("Publish " + release.published(), () -> directory.add(release, gate));
            return true;
        });
    }

    @Override
    public void repair() throws InterruptedException {
        locked(() -> {
            change("Bring the lists up to date", directory::repair);
            return true;
        });
    }

    /** A change of the clone's files. */
    private interface Change {
        void make() throws InterruptedException;
    }

    /**
     * Commits and pushes what {@code change} makes of the newest state; nothing if that's nothing.
     */
    private void change(String message, Change change) throws InterruptedException, IOException {
        for (int attempt = 1; ; attempt++) {
            fetch();
            change.make();
            git("add", "--all", "--force", "--", ".", ":(exclude).lock");
            if (git("status", "--porcelain").isBlank()) {
                return;
            }
            commit(message);
            String commit = git("rev-parse", "HEAD").strip();
            Tool.Outcome pushed =
                    run(List.of("push", "--porcelain", "origin", "HEAD:refs/heads/" + branch()));
            if (pushed.succeeded()) {
                git("update-ref", "refs/remotes/origin/" + branch(), commit);
                return;
            }
            String told = pushed.output() + pushed.lastErrors();
            if (arrived(commit)) { // The answer was lost, not the push.
                return;
            }
            if (!OVERTAKEN.matcher(told).find()) {
                throw refused(told);
            }
            if (attempt == TRIES) {
                throw new TransientFailure(
                        "Others push to %s all the time; %d tries did not get through."
                                .formatted(shown, TRIES),
                        told);
            }
            Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLISECONDS));
        }
    }

    private RuntimeException refused(String told) {
        boolean policy =
                Pattern.compile(
                                "remote rejected|denied|not permitted|read-only|authentication",
                                Pattern.CASE_INSENSITIVE)
                        .matcher(told)
                        .find();
        String message = "%s did not take the version.".formatted(shown);
        return policy
                ? new ConfigurationFailure(message, told)
                : new TransientFailure(message, told);
    }

    /** Whether a commit is in the repository; {@code false} where it can't be asked. */
    private boolean arrived(String commit) throws InterruptedException {
        return run(List.of("fetch", "--quiet", "--no-tags", "origin", branch())).succeeded()
                && run(List.of("merge-base", "--is-ancestor", commit, "FETCH_HEAD")).succeeded();
    }

    private void commit(String message) throws InterruptedException {
        var words = new ArrayList<String>();
        if (!run(List.of("config", "user.email")).succeeded()
                && System.getenv("GIT_AUTHOR_EMAIL") == null) {
            words.addAll(
                    List.of("-c", "user.name=Millrace", "-c", "user.email=millrace@localhost"));
        }
        words.addAll(List.of("commit", "--quiet", "--message", message));
        git(words.toArray(String[]::new));
    }

    private String branch() throws InterruptedException {
        return branch.isPresent() ? branch.get() : git("symbolic-ref", "--short", "HEAD").strip();
    }

    /** Makes the clone what the repository is now. */
    private void fetch() throws InterruptedException, IOException {
        if (!Files.isDirectory(clone.resolve(".git"))) {
            DirectoryRegistry.delete(clone);
            cloneAnew();
            return;
        }
        // Of a git that was killed; nobody else works here now.
        for (String left : List.of("index.lock", "HEAD.lock", "shallow.lock", "config.lock")) {
            Files.deleteIfExists(clone.resolve(".git").resolve(left));
        }
        String wanted = "refs/heads/" + branch();
        Tool.Outcome listed = run(List.of("ls-remote", "origin", wanted));
        if (!listed.succeeded()) {
            throw unreachable(listed);
        }
        if (listed.output().isBlank()) {
            // Nothing there (any more): begin at nothing.
            DirectoryRegistry.delete(clone);
            cloneAnew();
            return;
        }
        Tool.Outcome fetched =
                run(
                        List.of(
                                "fetch",
                                "--quiet",
                                "--no-tags",
                                "--force",
                                "origin",
                                wanted + ":refs/remotes/origin/" + branch()));
        if (!fetched.succeeded()) {
            throw unreachable(fetched);
        }
        boolean clean =
                run(List.of("reset", "--quiet", "--hard", "origin/" + branch())).succeeded()
                        && run(List.of("clean", "-ffdxq")).succeeded();
        if (!clean) {
            DirectoryRegistry.delete(clone);
            cloneAnew();
        }
    }

    private void cloneAnew() throws InterruptedException, IOException {
        Path draft = place.resolve("draft");
        DirectoryRegistry.delete(draft);
        var words = new ArrayList<>(List.of("clone", "--quiet", "--no-tags", "--depth", "1"));
        words.addAll(List.of("--", address, draft.toString()));
        Tool.Outcome cloned = run(words, place);
        if (!cloned.succeeded()) {
            DirectoryRegistry.delete(draft);
            throw unreachable(cloned);
        }
        Tool.Outcome born = run(List.of("rev-parse", "--verify", "--quiet", "HEAD"), draft);
        if (branch.isPresent()) {
            checkOut(draft, branch.get());
        } else if (!born.succeeded()) {
            checkOutOnlyBranch(draft);
        }
        Files.createDirectories(draft.resolve(".git/info"));
        Files.writeString(draft.resolve(".git/info/exclude"), "/.lock\n");
        Files.move(draft, clone);
    }

    /** Where the repository's own branch isn't there: it is empty, or has another one. */
    private void checkOutOnlyBranch(Path draft) throws InterruptedException {
        Tool.Outcome heads = run(List.of("ls-remote", "--heads", "origin"), draft);
        if (!heads.succeeded()) {
            throw unreachable(heads);
        }
        List<String> branches =
                heads.output()
                        .lines()
                        .map(line -> line.replaceFirst(".*\\srefs/heads/", ""))
                        .toList();
        if (branches.size() == 1) {
            checkOut(draft, branches.getFirst());
        } else if (!branches.isEmpty()) {
            throw new ConfigurationFailure(
                    "%s has several branches, and none is its own; name one with #BRANCH."
                            .formatted(shown));
        }
    }

    private void checkOut(Path draft, String wanted) throws InterruptedException {
        Tool.Outcome listed = run(List.of("ls-remote", "origin", "refs/heads/" + wanted), draft);
        if (listed.succeeded() && listed.output().isBlank()) {
            if (!mayCreate) {
                throw new ConfigurationFailure("%s has no branch %s.".formatted(shown, wanted));
            }
            // A branch of its own, without what the others hold.
            run(List.of("checkout", "--quiet", "--orphan", wanted), draft);
            run(List.of("rm", "-rfq", "--ignore-unmatch", "."), draft);
            return;
        }
        Tool.Outcome done =
                run(
                        List.of(
                                "fetch",
                                "--quiet",
                                "--no-tags",
                                "--depth",
                                "1",
                                "origin",
                                "refs/heads/%s:refs/remotes/origin/%s".formatted(wanted, wanted)),
                        draft);
        if (done.succeeded()) {
            done = run(List.of("checkout", "--quiet", "-B", wanted, "origin/" + wanted), draft);
        }
        if (!done.succeeded()) {
            throw unreachable(done);
        }
    }

    private TransientFailure unreachable(Tool.Outcome outcome) {
        String reason = outcome.lastErrors().lines().findFirst().orElse("").strip();
        return new TransientFailure(
                "The Git repository %s can't be read%s"
                        .formatted(shown, reason.isEmpty() ? "." : ": " + reason),
                outcome.lastErrors());
    }

    private String git(String... words) throws InterruptedException {
        Tool.Outcome outcome = run(List.of(words));
        if (!outcome.succeeded()) {
            throw new SystemFailure(
                    "git %s failed in %s.".formatted(words[0], clone), outcome.lastErrors());
        }
        return outcome.output();
    }

    private Tool.Outcome run(List<String> words) throws InterruptedException {
        return run(words, clone);
    }

    private Tool.Outcome run(List<String> words, Path directory) throws InterruptedException {
        var whole = new ArrayList<>(List.of("git"));
        whole.addAll(SETTINGS);
        whole.addAll(words);
        var environment = new HashMap<>(Map.of("GIT_TERMINAL_PROMPT", "0", "LC_ALL", "C"));
        if (System.getenv("GIT_SSH_COMMAND") == null && System.getenv("GIT_SSH") == null) {
            // Nobody is there to answer a question.
            environment.put("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
        }
        Tool.Outcome outcome = Tool.run(whole, directory, environment, WITHIN, (_, _) -> {});
        return new Tool.Outcome(
                outcome.exitStatus(),
                outcome.output(),
                outcome.lastErrors().replace(address, shown));
    }

    /** Of its owner alone: Git keeps the address there, which may have a token in it. */
    private void createPlace() throws IOException {
        if (!Files.isDirectory(place)) {
            Files.createDirectories(place.toAbsolutePath().getParent());
            try {
                Files.createDirectory(
                        place,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException _) {
                // Another process was faster.
            }
        }
    }

    private <T> T locked(LockFile.Work<T> work) throws InterruptedException {
        try {
            createPlace();
            return LockFile.hold(place.resolve("lock"), work);
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The clone of %s in %s can't be written.".formatted(shown, place),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }
}
