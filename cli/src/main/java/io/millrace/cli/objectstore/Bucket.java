package io.millrace.cli.objectstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.cli.http.HttpCalls;
import io.millrace.cli.http.HttpCalls.Answer;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * A bucket of Amazon S3, or of a service that speaks the same API with conditional writes. Calls
 * block, and are tried again where the service asks for that; safe for all threads.
 */
public final class Bucket implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofMinutes(10);
    private static final String NOTHING =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final HttpCalls calls = new HttpCalls();
    private final AwsSettings settings;
    private final String name;
    private final String host;
    private final String root;
    private final String scheme;

    private Bucket(String name, AwsSettings settings) {
        this.name = name;
        this.settings = settings;
        if (settings.endpoint().isPresent()) {
            URI endpoint = settings.endpoint().get();
            this.scheme = endpoint.getScheme();
            this.host = endpoint.getAuthority();
            this.root = endpoint.getRawPath() + "/" + Signature.escaped(name, false) + "/";
        } else if (name.contains(".")) { // No certificate fits such a name of a host.
            this.scheme = "https";
            this.host = "s3.%s.amazonaws.com".formatted(settings.region());
            this.root = "/" + name + "/";
        } else {
            this.scheme = "https";
            this.host = "%s.s3.%s.amazonaws.com".formatted(name, settings.region());
            this.root = "/";
        }
    }

    /**
     * @param environment variables, as Amazon's own programs read them
     */
    public static Bucket open(String name, Function<String, Optional<String>> environment) {
        return new Bucket(name, AwsSettings.of(environment));
    }

    /**
     * An object.
     *
     * @param tag changes with its content
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Stored(byte[] content, String tag) {}

    /** When an object is written. */
    public sealed interface Condition {
        /** Whatever is there. */
        record Always() implements Condition {}

        /** Where there is none of that key. */
        record IfAbsent() implements Condition {}

        /** Where it is still the one that was read. */
        record IfUnchanged(String tag) implements Condition {}
    }

    /** An object, if there is one. */
    public Optional<Stored> find(String key) throws InterruptedException {
        Answer<byte[]> answer =
                calls.bytes(request("GET", key, new TreeMap<>(), Map.of(), Optional.empty()));
        if (answer.status() == 404 && !text(answer.body()).contains("NoSuchBucket")) {
            return Optional.empty();
        }
        require(answer.status(), answer.body(), "read");
        return Optional.of(
                new Stored(answer.body(), answer.headers().firstValue("etag").orElse("")));
    }

    /** Writes an object into a file; false where there is none. */
    public boolean download(String key, Path file) throws InterruptedException {
        Answer<Path> answer =
                calls.file(request("GET", key, new TreeMap<>(), Map.of(), Optional.empty()), file);
        if (answer.status() == 200) {
            return true;
        }
        byte[] told;
        try {
            told = Files.readAllBytes(file);
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        if (answer.status() == 404 && !text(told).contains("NoSuchBucket")) {
            return false;
        }
        require(answer.status(), told, "read");
        return true;
    }

    /**
     * Writes an object.
     *
     * @return false where the condition was not met, and nothing was written. After a lost answer
     *     it may be false though it was written: only the object itself tells
     */
    public boolean put(String key, byte[] content, Condition condition)
            throws InterruptedException {
        return put(
                key,
                new Body(() -> BodyPublishers.ofByteArray(content), digest(content)),
                condition);
    }

    /** Like the other, the content of a file. */
    public boolean put(String key, Path file, Condition condition) throws InterruptedException {
        return put(
                key,
                new Body(
                        () -> {
                            try {
                                return BodyPublishers.ofFile(file);
                            } catch (IOException failure) {
                                throw new UncheckedIOException(failure);
                            }
                        },
                        digest(file)),
                condition);
    }

    private boolean put(String key, Body body, Condition condition) throws InterruptedException {
        Map<String, String> headers =
                switch (condition) {
                    case Condition.Always() -> Map.of();
                    case Condition.IfAbsent() -> Map.of("if-none-match", "*");
                    case Condition.IfUnchanged(String tag) -> Map.of("if-match", tag);
                };
        Answer<byte[]> answer =
                calls.bytes(request("PUT", key, new TreeMap<>(), headers, Optional.of(body)));
        // 409: another write of the same key was under way; 404: what was to be unchanged is gone.
        boolean unmet =
                answer.status() == 412
                        || answer.status() == 409
                        || (answer.status() == 404 && text(answer.body()).contains("NoSuchKey"));
        if (unmet && !headers.isEmpty()) {
            return false;
        }
        require(answer.status(), answer.body(), "written");
        return true;
    }

    /** Removes an object; there may be none. */
    public void delete(String key) throws InterruptedException {
        Answer<byte[]> answer =
                calls.bytes(request("DELETE", key, new TreeMap<>(), Map.of(), Optional.empty()));
        require(answer.status(), answer.body(), "written");
    }

    /** The keys that begin with {@code prefix}, with the tags of their objects. */
    public Map<String, String> list(String prefix) throws InterruptedException {
        var found = new TreeMap<String, String>();
        Optional<String> token = Optional.empty();
        do {
            var query = new TreeMap<>(Map.of("list-type", "2", "prefix", prefix));
            token.ifPresent(each -> query.put("continuation-token", each));
            Answer<byte[]> answer =
                    calls.bytes(request("GET", "", query, Map.of(), Optional.empty()));
            require(answer.status(), answer.body(), "listed");
            token = page(answer.body(), found);
        } while (token.isPresent());
        return found;
    }

    /** Takes what a page lists; the token of the next one. */
    private Optional<String> page(byte[] page, Map<String, String> found) {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader reader =
                    factory.createXMLStreamReader(new ByteArrayInputStream(page), "UTF-8");
            Optional<String> token = Optional.empty();
            String key = "";
            while (reader.hasNext()) {
                if (reader.next() != XMLStreamConstants.START_ELEMENT) {
                    continue;
                }
                switch (reader.getLocalName()) {
                    case "Key" -> key = reader.getElementText();
                    case "ETag" -> found.put(key, reader.getElementText());
                    case "NextContinuationToken" -> token = Optional.of(reader.getElementText());
                    default -> {
                        // Sizes, times, owners.
                    }
                }
            }
            return token;
        } catch (XMLStreamException wrong) {
            throw new SystemFailure(
                    "The bucket %s answered a list that is no XML.".formatted(name),
                    String.valueOf(wrong.getMessage()),
                    wrong);
        }
    }

    /** What is sent, made anew for each attempt. */
    private record Body(Supplier<BodyPublisher> publisher, String digest) {}

    private Supplier<HttpRequest> request(
            String method,
            String key,
            SortedMap<String, String> query,
            Map<String, String> headers,
            Optional<Body> body) {
        String path = root + Signature.escaped(key, true);
        var named = new HashMap<>(headers);
        named.put("host", host);
        var unsigned =
                new Signature.Request(
                        method, path, query, named, body.map(Body::digest).orElse(NOTHING));
        URI address =
                URI.create(
                        "%s://%s%s%s"
                                .formatted(
                                        scheme,
                                        host,
                                        path,
                                        query.isEmpty() ? "" : "?" + Signature.query(query)));
        return () -> {
            // The time of the service, whatever the clock of a test says.
            Map<String, String> signed =
                    settings.keys()
                            .<Map<String, String>>map(keys ->
                                    Signature.sign(
                                            unsigned,
                                            keys,
                                            settings.region(),
                                            "s3",
                                            Clock.systemUTC().instant()))
                            .orElse(named);
            var request =
                    HttpRequest.newBuilder(address)
                            .timeout(WITHIN)
                            .method(
                                    method,
                                    body.map(each -> each.publisher().get())
                                            .orElseGet(BodyPublishers::noBody));
            signed.forEach((header, value) -> {
                if (!header.equals("host")) { // Java sends it by itself.
                    request.header(header, value);
                }
            });
            return request.build();
        };
    }

    private void require(int status, byte[] told, String what) {
        if (status / 100 == 2) {
            return;
        }
        String detail = "HTTP %d: %s".formatted(status, text(told));
        throw switch (status) {
            case 401, 403 ->
                    new ConfigurationFailure(
                            settings.keys().isEmpty()
                                    ? "The bucket %s can't be %s by nobody: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
                                            .formatted(name, what)
                                    : "The bucket %s can't be %s with the key %s."
                                            .formatted(name, what, settings.keys().get()),
                            detail);
            case 404 -> new ConfigurationFailure("There is no bucket %s.".formatted(name), detail);
            case 301, 307, 400 ->
                    new ConfigurationFailure(
                            "The bucket %s can't be %s in the region %s; set AWS_REGION."
                                    .formatted(name, what, settings.region()),
                            detail);
            default ->
                    new SystemFailure(
                            "The bucket %s can't be %s: the service answered %d."
                                    .formatted(name, what, status),
                            detail);
        };
    }

    private static String text(byte[] body) {
        return new String(body, 0, Math.min(body.length, 2_000), UTF_8);
    }

    public String name() {
        return name;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    private static String digest(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    private static String digest(Path file) {
        MessageDigest digest = sha256();
        byte[] part = new byte[1 << 16];
        try (InputStream input = Files.newInputStream(file)) {
            for (int read = input.read(part); read >= 0; read = input.read(part)) {
                digest.update(part, 0, read);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {
        calls.close();
    }
}
