package io.millrace.declarative.openapi;

import io.millrace.declarative.openapi.ApiDocument.Operation;
import io.millrace.declarative.openapi.ApiDocument.Parameter;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A manifest of an API from its description. Each operation that reads a list becomes a stream; one
 * whose path names a record of another stream is read for each of that stream's records. For one
 * thread, and one use.
 */
public final class ManifestDraft {
    private static final String VERSION = "7.0.0";

    /** Fields that tell records apart, better ones first. */
    private static final List<String> KEYS = List.of("id", "uuid", "guid", "gid", "key", "code");

    /** Headers that descriptions name in vain, as OpenAPI says: requests have them anyway. */
    private static final Set<String> IGNORED = Set.of("accept", "contenttype", "authorization");

    private final ApiDocument document;
    private final ConfigurationDraft configuration = new ConfigurationDraft();
    private final AuthenticatorDraft authenticator;
    private final Map<String, Plan> byPath = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    /** A stream to be. */
    private record Plan(String name, Operation operation, AnswerShape shape) {}

    /**
     * The record of another stream that a path names.
     *
     * @param key where in that record its name is
     * @param parameter the parameter of the path
     */
    private record Link(Plan parent, String key, String parameter) {}

    private ManifestDraft(ApiDocument document) {
        this.document = document;
        this.authenticator = AuthenticatorDraft.of(document, configuration);
    }

    /**
     * Drafts the manifest of a description in JSON or YAML: a YAML text, which says in comments
     * what was guessed.
     *
     * @throws ConfigurationFailure where the description isn't one, or has nothing to read
     */
    public static String of(String description) {
        return new ManifestDraft(ApiDocument.parse(description)).draft();
    }

    private String draft() {
        plan();
        if (byPath.isEmpty()) {
            throw new ConfigurationFailure(
                    "The document describes no GET operation that answers with JSON objects, so"
                            + " there is nothing to read.");
        }
        Map<String, Object> streams = new LinkedHashMap<>();
        Map<String, Object> schemas = new LinkedHashMap<>();
        var schema = new RecordSchema(document);
        for (Plan plan : byPath.values()) {
            streams.put(plan.name, stream(plan));
            schemas.put(plan.name, schema.of(plan.shape.item()));
        }
        Map<String, Object> definitions = new LinkedHashMap<>();
        authenticator.authenticator().ifPresent(each -> definitions.put("authenticator", each));
        definitions.put("requester", requester());
        definitions.put("streams", streams);

        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("version", VERSION);
        manifest.put("type", "DeclarativeSource");
        manifest.put("check", check());
        manifest.put("definitions", definitions);
        manifest.put(
                "streams",
                byPath.values().stream()
                        .map(plan -> reference("#/definitions/streams/" + plan.name))
                        .toList());
        manifest.put("spec", spec());
        manifest.put("schemas", schemas);
        return DraftText.of(header(), manifest);
    }

    private List<String> header() {
        List<String> header = new ArrayList<>();
        header.add(
                "A draft%s, from the API's description."
                        .formatted(
                                document.title().isBlank()
                                        ? ""
                                        : " for " + document.title().replaceAll("\\s+", " ")));
        header.add("Lines with \"guess:\" hold what the description doesn't say: check them.");
        if (!notes.isEmpty()) {
            header.add("");
            header.addAll(notes);
        }
        header.add("");
        return header;
    }

    private static Map<String, Object> reference(String to) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("$ref", to);
        return reference;
    }

    // ---------------------------------------------------------------- which streams

    private void plan() {
        Set<String> names = new HashSet<>();
        for (Operation operation : document.reads()) {
            Optional<AnswerShape> shape =
                    AnswerShape.of(document, operation.answer(), operation.path());
            List<String> segments = Names.segments(operation.path());
            boolean isDetail = !segments.isEmpty() && Names.isParameter(segments.getLast());
            if (shape.isEmpty()
                    || (isDetail && !shape.get().isList())
                    || (!shape.get().isList()
                            && document.properties(shape.get().item()).isEmpty())) {
                continue; // one record of a list, or nothing that could be a record
            }
            if (operation.isDeprecated()) {
                notes.add("Left out, since it is deprecated: GET %s".formatted(operation.path()));
                continue;
            }
            String name = Names.stream(operation.path());
            String unique = name;
            for (int i = 2; !names.add(unique); i++) {
                unique = name + "_" + i;
            }
            byPath.put(trimmed(operation.path()), new Plan(unique, operation, shape.get()));
        }
    }

    private static String trimmed(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    // ---------------------------------------------------------------- one stream

    private Map<String, Object> stream(Plan plan) {
        PaginationDraft pagination = PaginationDraft.of(document, plan.operation, plan.shape);
        Optional<CursorDraft> cursor =
                CursorDraft.of(document, plan.operation, plan.shape, pagination.used());
        Set<String> used = new LinkedHashSet<>(pagination.used());
        cursor.ifPresent(draft -> {
            used.addAll(draft.used());
            configuration.startDate();
        });

        Map<String, Object> stream = new LinkedHashMap<>();
        stream.put("type", "DeclarativeStream");
        stream.put("name", plan.name);
        key(plan)
                .ifPresent(key ->
                        stream.put(
                                "primary_key",
                                new Guess(List.of(key), "records have it, and it sounds unique")));
        stream.put("retriever", retriever(plan, pagination, used));
        cursor.ifPresent(draft -> stream.put("incremental_sync", draft.cursor()));
        Map<String, Object> loader = new LinkedHashMap<>();
        loader.put("type", "InlineSchemaLoader");
        loader.put("schema", reference("#/schemas/" + plan.name));
        stream.put("schema_loader", loader);
        return stream;
    }

    private Optional<String> key(Plan plan) {
        if (!plan.shape.isList()) {
            return Optional.empty();
        }
        Set<String> fields = document.properties(plan.shape.item()).keySet();
        for (String key : KEYS) {
            for (String field : fields) {
                if (Names.plain(field).equals(key)) {
                    return Optional.of(field);
                }
            }
        }
        String last = Names.plain(Names.stream(plan.operation.path()).replaceAll(".*_", ""));
        String singular =
                last.endsWith("ies")
                        ? last.substring(0, last.length() - 3) + "y"
                        : last.endsWith("s") ? last.substring(0, last.length() - 1) : last;
        return fields.stream()
                .filter(field -> Names.plain(field).equals(singular + "id"))
                .findFirst();
    }

    private Map<String, Object> retriever(Plan plan, PaginationDraft pagination, Set<String> used) {
        Map<String, Object> retriever = new LinkedHashMap<>();
        retriever.put("type", "SimpleRetriever");
        Map<String, Object> requester = reference("#/definitions/requester");
        Map<String, String> expressions = expressions(plan);
        String path = plan.operation.path();
        for (Map.Entry<String, String> expression : expressions.entrySet()) {
            path =
                    path.replace(
                            "{" + expression.getKey() + "}", "{{ " + expression.getValue() + " }}");
        }
        requester.put("path", path.replaceFirst("^/+", ""));
        Map<String, Object> parameters = new LinkedHashMap<>(authenticator.parameters());
        parameters.putAll(pagination.fixed());
        parameters.putAll(required(plan.operation, "query", used));
        if (!parameters.isEmpty()) {
            requester.put("request_parameters", parameters);
        }
        Map<String, Object> headers = new LinkedHashMap<>(authenticator.headers());
        headers.putAll(required(plan.operation, "header", used));
        if (!headers.isEmpty()) {
            requester.put("request_headers", headers);
        }
        retriever.put("requester", requester);

        Map<String, Object> extractor = new LinkedHashMap<>();
        extractor.put("type", "DpathExtractor");
        List<String> fieldPath = plan.shape.path();
        extractor.put(
                "field_path",
                plan.shape.isGuess()
                        ? new Guess(fieldPath, "answers hold more than one list")
                        : fieldPath);
        Map<String, Object> selector = new LinkedHashMap<>();
        selector.put("type", "RecordSelector");
        selector.put("extractor", extractor);
        retriever.put("record_selector", selector);
        pagination.paginator().ifPresent(paginator -> retriever.put("paginator", paginator));
        link(plan).ifPresent(link -> retriever.put("partition_router", router(link)));
        return retriever;
    }

    /** Parameters that have to be sent, as fixed values or as questions to the user. */
    private Map<String, Object> required(Operation operation, String in, Set<String> used) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Parameter parameter : operation.parameters()) {
            if (!parameter.in().equals(in)
                    || !parameter.required()
                    || IGNORED.contains(Names.plain(parameter.name()))
                    || used.contains(parameter.name())
                    || authenticator.names().contains(parameter.name())) {
                continue;
            }
            Object otherwise = parameter.schema().get("default");
            List<?> choices = ApiDocument.list(parameter.schema().get("enum"));
            if (otherwise != null || !choices.isEmpty()) {
                values.put(
                        parameter.name(),
                        new Guess(
                                String.valueOf(otherwise != null ? otherwise : choices.getFirst()),
                                otherwise != null
                                        ? "the API's default"
                                        : "one of %d choices".formatted(choices.size())));
            } else {
                values.put(
                        parameter.name(),
                        configuration.text(
                                Names.snake(parameter.name()), parameter.name(), parameter.text()));
            }
        }
        return values;
    }

    // ---------------------------------------------------------------- parents

    /** The stream whose records the path goes through last. */
    private Optional<Link> link(Plan plan) {
        List<String> segments = Names.segments(plan.operation.path());
        for (int i = segments.size() - 1; i > 0; i--) {
            if (!Names.isParameter(segments.get(i))) {
                continue;
            }
            Plan parent = byPath.get("/" + String.join("/", segments.subList(0, i)));
            if (parent != null && parent.shape.isList() && !parent.equals(plan)) {
                String parameter = Names.parameter(segments.get(i));
                Optional<String> key = parentKey(parent, parameter);
                if (key.isPresent()) {
                    return Optional.of(new Link(parent, key.get(), parameter));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> parentKey(Plan parent, String parameter) {
        Set<String> fields = document.properties(parent.shape.item()).keySet();
        String wanted = Names.plain(parameter);
        for (String field : fields) {
            if (Names.plain(field).equals(wanted)) {
                return Optional.of(field);
            }
        }
        // {customerId} and {customer_slug} are the id and slug of a customer.
        return fields.stream()
                .filter(field -> !Names.plain(field).isEmpty())
                .filter(field -> wanted.endsWith(Names.plain(field)))
                .max(Comparator.comparingInt(String::length))
                .or(() -> key(parent))
                .or(() -> fields.isEmpty() ? Optional.of("id") : Optional.empty());
    }

    private Map<String, Object> router(Link link) {
        Map<String, Object> parent = new LinkedHashMap<>();
        parent.put("type", "ParentStreamConfig");
        parent.put("stream", reference("#/definitions/streams/" + link.parent.name));
        parent.put(
                "parent_key",
                new Guess(link.key, "what {%s} of the path names".formatted(link.parameter)));
        parent.put("partition_field", Names.snake(link.parameter));
        Map<String, Object> router = new LinkedHashMap<>();
        router.put("type", "SubstreamPartitionRouter");
        router.put("parent_stream_configs", List.of(parent));
        return router;
    }

    /** What stands for the parameters of a path. */
    private Map<String, String> expressions(Plan plan) {
        Map<String, String> partition = partition(plan, "stream_partition");
        Map<String, String> expressions = new LinkedHashMap<>();
        for (String segment : Names.segments(plan.operation.path())) {
            int from = segment.indexOf('{');
            int to = segment.indexOf('}');
            if (from >= 0 && to > from) {
                String name = segment.substring(from + 1, to);
                String known = partition.get(name);
                if (known == null) {
                    String option = Names.snake(name);
                    configuration.text(option, name, "Part of the addresses of the API.");
                    known = "config['" + option + "']";
                }
                expressions.put(name, known);
            }
        }
        return expressions;
    }

    /** The parameters that come from records of parents, and of their parents. */
    private Map<String, String> partition(Plan plan, String owner) {
        Map<String, String> known = new LinkedHashMap<>();
        link(plan)
                .ifPresent(link -> {
                    known.putAll(partition(link.parent, owner + "['parent_slice']"));
                    known.put(link.parameter, owner + "['" + Names.snake(link.parameter) + "']");
                });
        return known;
    }

    // ---------------------------------------------------------------- what all share

    private Map<String, Object> requester() {
        Map<String, Object> requester = new LinkedHashMap<>();
        requester.put("type", "HttpRequester");
        requester.put("url_base", base());
        requester.put("http_method", "GET");
        if (authenticator.authenticator().isPresent()) {
            requester.put("authenticator", reference("#/definitions/authenticator"));
        }
        return requester;
    }

    private Object base() {
        String server = document.server();
        for (Map.Entry<String, Object> variable : document.serverVariables().entrySet()) {
            String name = Names.snake(variable.getKey());
            Object otherwise = ApiDocument.map(variable.getValue()).get("default");
            String template =
                    configuration.optional(
                            name, variable.getKey(), otherwise == null ? "" : otherwise.toString());
            server =
                    server.replace(
                            "{" + variable.getKey() + "}",
                            otherwise == null
                                    ? template
                                    : "{{ config.get('%s', '%s') }}".formatted(name, otherwise));
        }
        if (server.contains("://")) {
            return server;
        }
        return new Guess(
                configuration.text("base_url", "Address of the API", "Such as https://example.com")
                        + server,
                "the description doesn't name a server");
    }

    private Map<String, Object> check() {
        Plan chosen =
                byPath.values().stream()
                        .filter(plan -> !plan.operation.path().contains("{"))
                        .filter(this::isSelfContained)
                        .findFirst()
                        .or(() ->
                                byPath.values().stream()
                                        .filter(plan -> link(plan).isEmpty())
                                        .findFirst())
                        .orElse(byPath.values().iterator().next());
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("type", "CheckStream");
        check.put("stream_names", List.of(chosen.name));
        return check;
    }

    /** Whether a request needs nothing that is only known to the user. */
    private boolean isSelfContained(Plan plan) {
        Set<String> used = PaginationDraft.of(document, plan.operation, plan.shape).used();
        return plan.operation.parameters().stream()
                .filter(Parameter::required)
                .allMatch(parameter ->
                        used.contains(parameter.name())
                                || authenticator.names().contains(parameter.name()));
    }

    private Map<String, Object> spec() {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("type", "Spec");
        document.documentation().ifPresent(url -> spec.put("documentation_url", url));
        spec.put("connection_specification", configuration.specification());
        return spec;
    }
}
