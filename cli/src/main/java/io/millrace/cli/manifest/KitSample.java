package io.millrace.cli.manifest;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.OutgoingRequest;
import io.millrace.declarative.schema.SchemaInference;
import io.millrace.declarative.source.Sample;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.json.Json;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.replication.launch.LaunchContext;
import io.millrace.replication.launch.process.GuestCall;
import io.millrace.replication.launch.process.GuestCommand;
import io.millrace.replication.launch.process.GuestFiles;
import io.millrace.replication.launch.process.GuestRun;
import io.millrace.replication.launch.process.Guests;
import io.millrace.sdk.http.Headers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A test read of a manifest with Python classes, by the builder of the reference kit (reference:
 * declarative 13).
 */
public final class KitSample {
    private static final Duration READ_WITHIN = Duration.ofMinutes(10);
    private static final String BUILDER = "airbyte_cdk.connector_builder.main";

    private final PythonKit kit;
    private final LaunchContext context;

    /**
     * @param context its log gets what the kit tells on standard error
     */
    public KitSample(PythonKit kit, LaunchContext context) {
        this.kit = kit;
        this.context = context;
    }

    /** The builder, with the files of a read. */
    private record Builder(PythonKit kit, Path folder) implements GuestCommand {
        @Override
        public String name() {
            return BUILDER;
        }

        @Override
        public GuestCall call(String verb, Map<String, JsonNode> files, GuestFiles place)
                throws IOException {
            return GuestCall.of(
                    Guests.withFlags(List.of(kit.python(), "-m", BUILDER), verb, files, place),
                    folder,
                    PythonKit.variables(Map.of()));
        }
    }

    /**
     * Reads a few pages of a stream; blocks until that is done.
     *
     * @param manifest its file, beside which its classes are
     * @param document the manifest without places
     * @param masker of what it logs
     */
    public Sample read(
            Path manifest,
            JsonNode document,
            ObjectNode config,
            String stream,
            Sample.Limits limits,
            SecretMasker masker)
            throws InterruptedException {
        ObjectNode whole = config.deepCopy();
        whole.set(SourceSettings.MANIFEST_KEY, document);
        whole.put("__command", "test_read");
        ObjectNode bounds = whole.putObject("__test_read_config");
        bounds.put("max_records", limits.records());
        bounds.put("max_pages_per_slice", limits.pages());
        bounds.put("max_slices", limits.slices());
        PythonKit.componentsBeside(manifest).ifPresent(file -> addCode(file, whole));
        Map<String, JsonNode> files = new LinkedHashMap<>();
        files.put("config", whole);
        files.put("catalog", catalog(stream));
        try (GuestRun run =
                GuestRun.start(
                        new Builder(kit, PythonKit.folder(manifest)),
                        "read",
                        files,
                        List.of(),
                        context.log(),
                        masker)) {
            run.input().close();
            return sample(answer(run), stream);
        } catch (IOException failure) {
            throw new SystemFailure(
                    "The reference kit can't be talked to.",
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private static ObjectNode catalog(String stream) {
        ObjectNode catalog = Json.object();
        ObjectNode configured = catalog.putArray("streams").addObject();
        ObjectNode described = configured.putObject("stream");
        described.put("name", stream);
        described.putObject("json_schema");
        described.putArray("supported_sync_modes").add("full_refresh");
        configured.put("sync_mode", "full_refresh");
        configured.put("destination_sync_mode", "overwrite");
        return catalog;
    }

    /** Its digest belongs to it: the kit runs no code that somebody changed on the way. */
    private static void addCode(Path file, ObjectNode config) {
        try {
            String code = Files.readString(file);
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(code.getBytes(StandardCharsets.UTF_8));
            config.put("__injected_components_py", code);
            config.putObject("__injected_components_py_checksums")
                    .put("sha256", HexFormat.of().formatHex(digest));
        } catch (IOException unreadable) {
            throw new ConfigurationFailure(
                    "%s can't be read.".formatted(file), unreadable.toString(), unreadable);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // every Java has it
        }
    }

    /** The one record that it answers with. */
    private static JsonNode answer(GuestRun run) throws IOException, InterruptedException {
        JsonNode failure = Json.object();
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(run.output(READ_WITHIN), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                JsonNode message = parsed(line);
                JsonNode data = message.at("/record/data");
                if (data.has("slices")) {
                    return data;
                }
                if (message.at("/trace/error").isObject()) {
                    failure = message.at("/trace/error");
                }
            }
        }
        String reason = failure.path("message").asString("");
        int status = run.awaitExit(READ_WITHIN).orElse(-1);
        throw new ConfigurationFailure(
                reason.isEmpty()
                        ? "The reference kit gave no answer (exit status %d): %s"
                                .formatted(status, run.lastErrors())
                        : reason,
                failure.path("internal_message").asString(""));
    }

    private static JsonNode parsed(String line) {
        try {
            return Json.parse(line.getBytes(StandardCharsets.UTF_8));
        } catch (JacksonException _) {
            return Json.object(); // what a class prints
        }
    }

    // ---------------------------------------------------------------- its answer, as ours

    private static Sample sample(JsonNode read, String stream) {
        List<Sample.Slice> slices = new ArrayList<>();
        List<Sample.Exchange> others = new ArrayList<>();
        others(read, others);
        var all = new SchemaInference();
        for (JsonNode slice : read.path("slices")) {
            others(slice, others);
            List<Sample.Page> pages = new ArrayList<>();
            for (JsonNode page : slice.path("pages")) {
                pages.add(page(page, stream, all));
            }
            slices.add(new Sample.Slice(descriptor(slice.path("slice_descriptor")), pages));
        }
        return new Sample(
                slices,
                others,
                all.schema(List.of()),
                read.path("test_read_limit_reached").asBoolean(false),
                failure(read));
    }

    /** It comes as text where it is empty. */
    private static Map<String, Object> descriptor(JsonNode node) {
        return node.isString() ? Trees.toMap(parsed(node.asString())) : Trees.toMap(node);
    }

    private static Sample.Page page(JsonNode page, String stream, SchemaInference all) {
        List<Map<String, Object>> records = new ArrayList<>();
        var schema = new SchemaInference();
        for (JsonNode record : page.path("records")) {
            Map<String, Object> fields = Trees.toMap(record);
            records.add(fields);
            schema.accept(fields);
            all.accept(fields);
        }
        return new Sample.Page(
                page.path("request").isObject() ? List.of(exchange(stream, page)) : List.of(),
                records,
                schema.schema(List.of()));
    }

    private static void others(JsonNode holder, List<Sample.Exchange> others) {
        for (JsonNode exchange : holder.path("auxiliary_requests")) {
            others.add(exchange(exchange.path("title").asString("request"), exchange));
        }
    }

    private static Sample.Exchange exchange(String title, JsonNode node) {
        JsonNode request = node.path("request");
        JsonNode response = node.path("response");
        String url = request.path("url").asString("");
        return new Sample.Exchange(
                title,
                new OutgoingRequest(
                        request.path("http_method").asString("GET"),
                        url,
                        headers(request.path("headers")),
                        request.path("body").asStringOpt()),
                Answer.of(
                        response.path("status").asInt(0),
                        url,
                        Headers.of(headers(response.path("headers"))),
                        response.path("body").asString("").getBytes(StandardCharsets.UTF_8)));
    }

    private static Map<String, String> headers(JsonNode node) {
        Map<String, String> headers = new LinkedHashMap<>();
        node.properties().forEach(each -> headers.put(each.getKey(), each.getValue().asString("")));
        return headers;
    }

    /** What it logged as an error ended the read. */
    private static Optional<SyncFailure> failure(JsonNode read) {
        for (JsonNode log : read.path("logs")) {
            if (log.path("level").asString("").equals("ERROR")) {
                return Optional.of(
                        new SystemFailure(
                                log.path("message").asString(""),
                                log.path("internal_message").asString("")));
            }
        }
        return Optional.empty();
    }
}
