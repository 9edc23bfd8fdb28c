package io.millrace.cli.command;

import io.millrace.cli.objectstore.Bucket;
import io.millrace.cli.registry.BucketRegistry;
import io.millrace.cli.registry.DirectoryRegistry;
import io.millrace.cli.registry.GitRegistry;
import io.millrace.cli.registry.KeptRegistry;
import io.millrace.cli.registry.Registry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Registries as users name them. */
final class Registries {
    /** What an option that names one tells. */
    static final String FORMS =
            "The registry: a directory, git+URL (or URL.git) with an optional #BRANCH, or"
                    + " s3://BUCKET/PREFIX.";

    private static final Pattern GIT =
            Pattern.compile("(git\\+|git://|ssh://|file://).+|https?://.+\\.git(#.*)?");
    private static final Pattern SCP = Pattern.compile("[\\w.-]+@[\\w.-]+:(?!//).+");
    private static final int LONGEST_KEY = 24;

    private Registries() {}

    /**
     * The registry that a command is about.
     *
     * @param option what the user gave, null for the one in the environment
     */
    static String named(@Nullable String option, Terminal terminal) {
        String named = option != null ? option : terminal.environment().apply("MILLRACE_REGISTRY");
        if (named == null || named.isBlank()) {
            throw new UsageException("Name the registry: --registry R, or MILLRACE_REGISTRY.");
        }
        return named;
    }

    /** To publish into; begun where it isn't there. */
    static Registry forPublishing(String named, Terminal terminal) {
        return open(named, terminal, true);
    }

    /**
     * To read from.
     *
     * @param offline whether what this machine has kept of it has to do
     */
    static Registry forReading(String named, Terminal terminal, boolean offline) {
        return new KeptRegistry(
                open(named, terminal, false),
                withoutUser(named),
                place(named, terminal).resolve("kept"),
                offline,
                terminal.errors()::println);
    }

    private static Registry open(String named, Terminal terminal, boolean mayCreate) {
        if (named.startsWith("s3://")) {
            return bucket(named, terminal, mayCreate);
        }
        if (GIT.matcher(named).matches() || SCP.matcher(named).matches()) {
            return git(named, terminal, mayCreate);
        }
        if (named.contains("://")) {
            throw new UsageException(
                    "%s is no registry. A registry is a directory, git+URL or s3://BUCKET/PREFIX."
                            .formatted(withoutUser(named)));
        }
        try {
            Path path = Path.of(named).toAbsolutePath().normalize();
            boolean bare =
                    Files.isRegularFile(path.resolve("HEAD"))
                            && Files.isDirectory(path.resolve("objects"));
            return bare
                    ? git(path.toUri().toString(), terminal, mayCreate)
                    : new DirectoryRegistry(path, mayCreate);
        } catch (InvalidPathException wrong) {
            throw new UsageException("%s is no path of a directory.".formatted(named), wrong);
        }
    }

    private static Registry git(String named, Terminal terminal, boolean mayCreate) {
        String address = named.startsWith("git+") ? named.substring("git+".length()) : named;
        int hash = address.indexOf('#');
        Optional<String> branch =
                hash < 0 ? Optional.empty() : Optional.of(address.substring(hash + 1));
        if (branch.filter(each -> !each.matches("[\\w][\\w./-]*")).isPresent()) {
            throw new UsageException("\"%s\" is no branch.".formatted(branch.get()));
        }
        return new GitRegistry(
                hash < 0 ? address : address.substring(0, hash),
                branch,
                place(named, terminal),
                mayCreate);
    }

    private static Registry bucket(String named, Terminal terminal, boolean mayCreate) {
        String rest = named.substring("s3://".length());
        int slash = rest.indexOf('/');
        String name = slash < 0 ? rest : rest.substring(0, slash);
        String prefix = slash < 0 ? "" : rest.substring(slash + 1).replaceAll("^/+|/+$", "");
        if (!name.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new UsageException("\"%s\" is no name of a bucket.".formatted(name));
        }
        Bucket bucket =
                Bucket.open(
                        name,
                        variable ->
                                Optional.ofNullable(terminal.environment().apply(variable))
                                        .filter(value -> !value.isBlank()));
        return new BucketRegistry(
                bucket,
                prefix.isEmpty() ? "" : prefix + "/",
                terminal.cache().resolve("registries/blobs"),
                mayCreate);
    }

    /** Where this machine keeps what it knows of a registry. */
    private static Path place(String named, Terminal terminal) {
        String key =
                named.contains("://") || SCP.matcher(named).matches()
                        ? named
                        : Path.of(named).toAbsolutePath().normalize().toString();
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(key.getBytes(StandardCharsets.UTF_8));
            return terminal.cache()
                    .resolve("registries")
                    .resolve(HexFormat.of().formatHex(digest).substring(0, LONGEST_KEY));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** Invariant 7: what stands before an @ may be a token. */
    private static String withoutUser(String named) {
        return named.replaceFirst("(?<=://)[^/@]+@", "");
    }
}
