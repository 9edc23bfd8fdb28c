package io.millrace.cli.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cli.objectstore.Bucket;
import io.millrace.cli.objectstore.Bucket.Condition;
import io.millrace.cli.objectstore.Bucket.Stored;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A registry in a bucket, which has neither locks nor renames. The files of versions are objects
 * named by their digests, below {@code blobs/}; {@code versions/NAME.json} says which versions of a
 * connector there are, and of which blobs. A version appears when that one object is replaced,
 * which succeeds only if nobody else has replaced it meanwhile. The reference's layout beside it is
 * made of that, by whoever comes next if need be. Safe for all threads and processes.
 */
public final class BucketRegistry implements Registry {
    private static final int AT_A_TIME = 16;
    private static final int TRIES = 40;
    private static final int LONGEST_PAUSE_MILLISECONDS = 500;
    private static final String VERSIONS = "versions/";
    private static final String PROBE = ".millrace-conditional-writes";

    private final Bucket bucket;
    private final String prefix;
    private final Path cache;
    private final boolean mayCreate;

    /** The digests of files by name, of versions that were listed. */
    private final Map<Published, Map<String, String>> files = new ConcurrentHashMap<>();

    /**
     * @param prefix before each key; empty, or with a slash at its end
     * @param cache where files are put that were asked for
     * @param mayCreate whether one that isn't there is begun by its first version
     */
    public BucketRegistry(Bucket bucket, String prefix, Path cache, boolean mayCreate) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.cache = cache;
        this.mayCreate = mayCreate;
    }

    /** What {@code versions/NAME.json} says. */
    private record Versions(ObjectNode content, Condition unchanged) {}

    @Override
    public Listing list() throws InterruptedException {
        var byName = new TreeMap<String, List<Published>>();
        String place = prefix + VERSIONS;
        var asked = new LinkedHashMap<String, Future<List<Published>>>();
        try (var executor = Executors.newFixedThreadPool(AT_A_TIME, Thread.ofVirtual().factory())) {
            for (String key : bucket.list(place).keySet()) {
                if (key.endsWith(".json")) {
                    String name = key.substring(place.length(), key.length() - ".json".length());
                    asked.put(
                            name, executor.submit(() -> published(name, versions(name).content())));
                }
            }
            for (var answer : asked.entrySet()) {
                byName.put(answer.getKey(), answer.getValue().get());
            }
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof SyncFailure known) {
                throw known;
            }
            throw new IllegalStateException("a list could not be read", failure.getCause());
        }
        if (byName.isEmpty() && !mayCreate) {
            throw new ConfigurationFailure("There is no registry at %s.".formatted(address()));
        }
        return new Listing(byName);
    }

    private String address() {
        return "s3://%s/%s".formatted(bucket.name(), prefix);
    }

    private Versions versions(String name) throws InterruptedException {
        Optional<Stored> stored = bucket.find(versionsKey(name));
        if (stored.isEmpty()) {
            return new Versions(JsonMapper.shared().createObjectNode(), new Condition.IfAbsent());
        }
        try {
            return new Versions(
                    (ObjectNode) JsonMapper.shared().readTree(stored.get().content()),
                    new Condition.IfUnchanged(stored.get().tag()));
        } catch (JacksonException | ClassCastException wrong) {
            throw new SystemFailure(
                    "%s of the registry %s is broken.".formatted(versionsKey(name), address()),
                    wrong.toString(),
                    wrong);
        }
    }

    private String versionsKey(String name) {
        return prefix + VERSIONS + name + ".json";
    }

    private List<Published> published(String name, JsonNode content) {
        var all = new ArrayList<Published>();
        for (var version : content.path("versions").properties()) {
            Version.parse(version.getKey())
                    .ifPresent(parsed -> {
                        var published = new Published(name, parsed);
                        var digests = new LinkedHashMap<String, String>();
                        version.getValue()
                                .path("files")
                                .properties()
                                .forEach(file ->
                                        digests.put(file.getKey(), file.getValue().asString("")));
                        files.put(published, Map.copyOf(digests));
                        all.add(published);
                    });
        }
        return all;
    }

    @Override
    public Optional<Path> file(Published published, String name) throws InterruptedException {
        String digest = files.getOrDefault(published, Map.of()).get(name);
        if (digest == null) {
            return Optional.empty();
        }
        Path kept = cache.resolve(digest);
        if (Files.exists(kept)) {
            return Optional.of(kept);
        }
        try {
            Files.createDirectories(cache);
            Path draft = Files.createTempFile(cache, ".blob-", "");
            try {
                if (!bucket.download(blob(digest), draft)
                        || !ConnectorArchive.digest(draft).equals("sha256:" + digest)) {
                    throw new SystemFailure(
                            "%s of %s in the registry was altered or removed: its digest is not %s."
                                    .formatted(name, published, digest));
                }
                Files.move(
                        draft,
                        kept,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
            return Optional.of(kept);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    private SystemFailure unwritable(IOException failure) {
        return new SystemFailure(
                "The cache in %s can't be written.".formatted(cache),
                String.valueOf(failure.getMessage()),
                failure);
    }

    private String blob(String digest) {
        return prefix + "blobs/" + digest;
    }

    @Override
    public void add(Release release, Gate gate) throws InterruptedException {
        Published published = release.published();
        String publication = UUID.randomUUID().toString();
        boolean ready = false;
        for (int attempt = 1; ; attempt++) {
            // Before everything is listed, so that what comes later is noticed.
            Versions versions = versions(published.name());
            if (isOurs(versions, published, publication)) {
                break; // The answer was lost, not the version.
            }
            Listing before = list();
            DirectoryRegistry.refuseIfThere(published, before);
            gate.check(this, before);
            Map<String, String> digests;
            try {
                digests = digests(release);
                if (!ready) {
                    requireConditions();
                    for (Path file : release.files()) {
                        String name = String.valueOf(file.getFileName());
                        bucket.put(
                                blob(String.valueOf(digests.get(name))),
                                file,
                                new Condition.IfAbsent());
                    }
                    ready = true;
                }
            } catch (IOException failure) {
                throw unwritable(failure);
            }
            if (write(versions, published, publication, digests)) {
                break;
            }
            if (attempt == TRIES) {
                throw new TransientFailure(
                        "Others publish %s all the time; %d tries did not get through."
                                .formatted(published.name(), TRIES));
            }
            pause();
        }
        makeLayout(published.name());
        makeLists();
    }

    private static boolean isOurs(Versions versions, Published published, String publication) {
        return versions.content()
                .path("versions")
                .path(published.version().toString())
                .path("publication")
                .asString("")
                .equals(publication);
    }

    private boolean write(
            Versions versions, Published published, String publication, Map<String, String> digests)
            throws InterruptedException {
        ObjectNode content = versions.content().deepCopy();
        ObjectNode added =
                content.withObjectProperty("versions").putObject(published.version().toString());
        added.put("publication", publication);
        ObjectNode named = added.putObject("files");
        digests.forEach(named::put);
        try {
            return bucket.put(
                    versionsKey(published.name()),
                    RegistryIndex.text(content).getBytes(UTF_8),
                    versions.unchanged());
        } catch (TransientFailure unknown) {
            throw new TransientFailure(
                    "Nobody knows whether %s was published: the answer was lost. Look with 'millrace connectors search', and publish it again if it isn't there."
                            .formatted(published),
                    unknown.getMessage() + "\n" + unknown.detail(),
                    unknown);
        }
    }

    private static Map<String, String> digests(Release release) throws IOException {
        var digests = new TreeMap<String, String>();
        for (Path file : release.files()) {
            digests.put(
                    String.valueOf(file.getFileName()),
                    ConnectorArchive.digest(file).substring("sha256:".length()));
        }
        return digests;
    }

    /** Without conditions two publishers at once would lose a version. */
    private void requireConditions() throws InterruptedException {
        // The second time it is there in any case.
        boolean ignored = true;
        for (int write = 1; write <= 2; write++) {
            ignored &= bucket.put(prefix + PROBE, new byte[0], new Condition.IfAbsent());
        }
        if (ignored) {
            throw new ConfigurationFailure(
                    "The service of %s ignores conditions (If-None-Match), which a registry needs."
                            .formatted(address()));
        }
    }

    private static void pause() throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLISECONDS));
    }

    @Override
    public void repair() throws InterruptedException {
        Map<String, String> keys = bucket.list(prefix + VERSIONS);
        if (keys.isEmpty()) {
            return;
        }
        for (String name : list().byName().keySet()) {
            makeLayout(name);
        }
        makeLists();
    }

    /** Makes a connector's part of the reference's layout, where it isn't as it must be. */
    private void makeLayout(String name) throws InterruptedException {
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            Versions versions = versions(name);
            var listing = new Listing(Map.of(name, published(name, versions.content())));
            String place = prefix + "metadata/" + name + "/";
            Map<String, String> there = bucket.list(place);
            for (Published each : listing.versions(name)) {
                String folder = place + each.version() + "/";
                for (String file : inOrder(each)) {
                    if (!there.containsKey(folder + file)) {
                        copy(each, file, folder + file);
                    }
                }
            }
            mirror(listing.newestRelease(name), place + "latest/", there);
            mirror(listing.candidate(name), place + "release_candidate/", there);
            if (versions(name).unchanged().equals(versions.unchanged())) {
                return;
            }
            // Somebody published meanwhile; one of us is the last to look.
        }
    }

    /** The files of the layout, the entry last; the archive is no part of it. */
    private List<String> inOrder(Published published) {
        return files.getOrDefault(published, Map.of()).keySet().stream()
                .filter(file -> !file.equals(ARCHIVE))
                .sorted((one, other) ->
                        Boolean.compare(one.equals(ENTRY), other.equals(ENTRY)) != 0
                                ? Boolean.compare(one.equals(ENTRY), other.equals(ENTRY))
                                : one.compareTo(other))
                .toList();
    }

    private void mirror(Optional<Published> published, String folder, Map<String, String> there)
            throws InterruptedException {
        List<String> wanted = published.map(this::inOrder).orElse(List.of());
        if (published.isPresent()) {
            Optional<Path> entry = file(published.get(), ENTRY);
            Optional<Stored> now = bucket.find(folder + ENTRY);
            if (entry.isPresent()
                    && now.isPresent()
                    && new String(now.get().content(), UTF_8).equals(read(entry.get()))) {
                return;
            }
        }
        for (String key : there.keySet()) {
            if (key.startsWith(folder) && !wanted.contains(key.substring(folder.length()))) {
                bucket.delete(key);
            }
        }
        for (String file : wanted) {
            copy(published.orElseThrow(), file, folder + file);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new SystemFailure(
                    "%s can't be read.".formatted(file),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private void copy(Published published, String file, String key) throws InterruptedException {
        Optional<Path> content = file(published, file);
        if (content.isPresent()) {
            bucket.put(key, content.get(), new Condition.Always());
        }
    }

    private void makeLists() throws InterruptedException {
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            // Read before the versions are, so that a list that others made later stays.
            var before = new LinkedHashMap<String, Optional<Stored>>();
            for (String path : RegistryIndex.PATHS) {
                before.put(path, bucket.find(prefix + path));
            }
            boolean done = true;
            for (var list : RegistryIndex.of(this, list()).entrySet()) {
                Optional<Stored> now = before.getOrDefault(list.getKey(), Optional.empty());
                byte[] content = list.getValue().getBytes(UTF_8);
                if (now.isEmpty() || !java.util.Arrays.equals(now.get().content(), content)) {
                    done &=
                            bucket.put(
                                    prefix + list.getKey(),
                                    content,
                                    now.<Condition>map(
                                                    each -> new Condition.IfUnchanged(each.tag()))
                                            .orElseGet(Condition.IfAbsent::new));
                }
            }
            if (done) {
                return;
            }
            pause();
        }
        // What was published is there; the next publisher makes the lists.
    }
}
