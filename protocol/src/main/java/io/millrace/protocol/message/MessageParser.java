package io.millrace.protocol.message;

import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.FailureType;
import io.millrace.protocol.json.Additional;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Trees to messages. */
final class MessageParser {
    private MessageParser() {}

    static Message message(ObjectNode line) throws MalformedMessage {
        var envelope = new Properties("the message", line);
        String type = envelope.string("type");
        return switch (type) {
            case "RECORD" -> record(envelope.object("record"), envelope.additional());
            case "STATE" -> state(envelope.object("state"), envelope.additional());
            case "LOG" -> log(envelope.object("log"), envelope.additional());
            case "SPEC" ->
                    new SpecMessage(specification(envelope.object("spec")), envelope.additional());
            case "CONNECTION_STATUS" ->
                    connectionStatus(envelope.object("connectionStatus"), envelope.additional());
            case "CATALOG" ->
                    new CatalogMessage(catalog(envelope.object("catalog")), envelope.additional());
            case "TRACE" -> trace(envelope.object("trace"), envelope.additional());
            case "CONTROL" -> control(envelope.object("control"), envelope.additional());
            case "DESTINATION_CATALOG" ->
                    destinationCatalog(
                            envelope.object("destination_catalog"), envelope.additional());
            default -> new UnknownMessage(type, line);
        };
    }

    private static RecordMessage record(ObjectNode payload, Additional envelope)
            throws MalformedMessage {
        var properties = new Properties("record", payload);
        Optional<String> namespace = properties.optionalString("namespace");
        var stream = new StreamName(namespace, properties.string("stream"));
        ObjectNode data = properties.object("data");
        Optional<ObjectNode> meta = properties.optionalObject("meta");
        Optional<ObjectNode> file = properties.optionalObject("file_reference");
        return new RecordMessage(
                stream,
                data,
                properties.optionalLong("emitted_at"),
                meta.isEmpty() ? Optional.empty() : Optional.of(meta(meta.get())),
                file.map(MessageParser::fileReference),
                properties.additional(),
                envelope);
    }

    static RecordMessage.Meta meta(ObjectNode object) throws MalformedMessage {
        var properties = new Properties("record.meta", object);
        List<RecordMessage.Change> changes = new ArrayList<>();
        for (ObjectNode element : properties.optionalObjects("changes").orElse(List.of())) {
            var change = new Properties("record.meta.changes", element);
            changes.add(
                    new RecordMessage.Change(
                            change.string("field"),
                            change.open("change", FieldChange.Kind.class),
                            change.open("reason", FieldChange.Reason.class),
                            change.additional()));
        }
        return new RecordMessage.Meta(changes, properties.additional());
    }

    private static RecordMessage.FileReference fileReference(ObjectNode object) {
        var properties = new Properties("record.file_reference", object);
        return new RecordMessage.FileReference(
                properties.optionalString("staging_file_url"),
                properties.optionalString("source_file_relative_path"),
                properties.optionalLong("file_size_bytes"),
                properties.additional());
    }

    /** A state as it stands in a message, and in a file of states. */
    static StateMessage state(ObjectNode payload, Additional envelope) throws MalformedMessage {
        var properties = new Properties("state", payload);
        Optional<String> declared = properties.optionalString("type");
        // Old peers leave the type out and mean the legacy form; where only a typed form is there,
        // that is what they mean.
        String type =
                declared.orElseGet(() -> {
                    if (payload.hasNonNull("data")) {
                        return "LEGACY";
                    }
                    if (payload.hasNonNull("global")) {
                        return "GLOBAL";
                    }
                    return payload.hasNonNull("stream") ? "STREAM" : "LEGACY";
                });
        return switch (type) {
            case "STREAM" -> {
                // Sent twice by old sources, for old platforms (reference: protocol 1.3.2).
                properties.drop("data");
                StateMessage.StreamState state = streamState(properties.object("stream"));
                yield new StateMessage.Stream(
                        state, context(properties, declared.isPresent(), envelope));
            }
            case "GLOBAL" -> {
                properties.drop("data");
                var global = new Properties("state.global", properties.object("global"));
                List<StateMessage.StreamState> streams = new ArrayList<>();
                for (ObjectNode element : global.objects("stream_states")) {
                    streams.add(streamState(element));
                }
                Optional<JsonNode> shared = global.optionalValue("shared_state");
                yield new StateMessage.Global(
                        shared,
                        streams,
                        global.additional(),
                        context(properties, declared.isPresent(), envelope));
            }
            case "LEGACY" ->
                    new StateMessage.Legacy(
                            properties.optionalValue("data"),
                            context(properties, declared.isPresent(), envelope));
            default -> throw new MalformedMessage("state has a type that is not known");
        };
    }

    private static StateMessage.Context context(
            Properties properties, boolean typed, Additional envelope) {
        Optional<StateMessage.Stats> source =
                properties.optionalObject("sourceStats").map(MessageParser::stats);
        Optional<StateMessage.Stats> destination =
                properties.optionalObject("destinationStats").map(MessageParser::stats);
        return new StateMessage.Context(
                typed, source, destination, properties.additional(), envelope);
    }

    private static StateMessage.Stats stats(ObjectNode object) {
        var properties = new Properties("state stats", object);
        return new StateMessage.Stats(
                properties.optionalLong("recordCount"),
                properties.optionalLong("rejectedRecordCount"),
                properties.additional());
    }

    private static StateMessage.StreamState streamState(ObjectNode object) throws MalformedMessage {
        var properties = new Properties("stream state", object);
        TraceMessage.Descriptor descriptor = descriptor(properties.object("stream_descriptor"));
        Optional<JsonNode> state = properties.optionalValue("stream_state");
        return new StateMessage.StreamState(
                descriptor.name(), state, descriptor.additional(), properties.additional());
    }

    private static TraceMessage.Descriptor descriptor(ObjectNode object) throws MalformedMessage {
        var properties = new Properties("stream_descriptor", object);
        Optional<String> namespace = properties.optionalString("namespace");
        var name = new StreamName(namespace, properties.string("name"));
        return new TraceMessage.Descriptor(name, properties.additional());
    }

    private static LogMessage log(ObjectNode payload, Additional envelope) throws MalformedMessage {
        var properties = new Properties("log", payload);
        return new LogMessage(
                properties.open("level", LogMessage.Level.class),
                properties.string("message"),
                properties.optionalString("stack_trace"),
                properties.additional(),
                envelope);
    }

    static ConnectorSpecification specification(ObjectNode payload) throws MalformedMessage {
        var properties = new Properties("spec", payload);
        ObjectNode connection = properties.object("connectionSpecification");
        return new ConnectorSpecification(
                connection,
                properties.optionalString("documentationUrl"),
                properties.optionalString("changelogUrl"),
                properties.optionalBoolean("supportsIncremental"),
                properties.optionalBoolean("supportsNormalization"),
                properties.optionalBoolean("supportsDBT"),
                properties.optionalOpens(
                        "supported_destination_sync_modes", DestinationSyncMode.class),
                properties.optionalObject("authSpecification"),
                properties.optionalObject("advanced_auth").map(MessageParser::advancedAuth),
                properties.optionalString("protocol_version"),
                properties.additional());
    }

    private static ConnectorSpecification.AdvancedAuth advancedAuth(ObjectNode object) {
        var properties = new Properties("spec.advanced_auth", object);
        return new ConnectorSpecification.AdvancedAuth(
                properties.optionalOpen(
                        "auth_flow_type", ConnectorSpecification.AuthFlowType.class),
                properties.optionalPath("predicate_key"),
                properties.optionalValue("predicate_value"),
                properties.optionalObject("oauth_config_specification"),
                properties.additional());
    }

    private static ConnectionStatusMessage connectionStatus(ObjectNode payload, Additional envelope)
            throws MalformedMessage {
        var properties = new Properties("connectionStatus", payload);
        return new ConnectionStatusMessage(
                properties.open("status", ConnectionStatusMessage.Status.class),
                properties.optionalString("message"),
                properties.additional(),
                envelope);
    }

    static Catalog catalog(ObjectNode payload) throws MalformedMessage {
        var properties = new Properties("catalog", payload);
        List<Catalog.Stream> streams = new ArrayList<>();
        for (ObjectNode element : properties.objects("streams")) {
            streams.add(stream(element));
        }
        return new Catalog(streams, properties.additional());
    }

    private static Catalog.Stream stream(ObjectNode object) throws MalformedMessage {
        var properties = new Properties("stream", object);
        Optional<String> namespace = properties.optionalString("namespace");
        return new Catalog.Stream(
                new StreamName(namespace, properties.string("name")),
                properties.object("json_schema"),
                // Old catalogs leave the modes out, and then only a full refresh is safe.
                properties
                        .optionalOpens("supported_sync_modes", SourceSyncMode.class)
                        .orElse(List.of()),
                properties.optionalBoolean("source_defined_cursor"),
                properties.optionalPath("default_cursor_field"),
                properties.optionalPaths("source_defined_primary_key"),
                properties.optionalBoolean("is_resumable"),
                properties.optionalBoolean("is_file_based"),
                properties.additional());
    }

    static ConfiguredCatalog configuredCatalog(ObjectNode payload) throws MalformedMessage {
        var properties = new Properties("the catalog", payload);
        List<ConfiguredCatalog.Stream> streams = new ArrayList<>();
        for (ObjectNode element : properties.objects("streams")) {
            streams.add(configuredStream(element));
        }
        return new ConfiguredCatalog(streams, properties.additional());
    }

    private static ConfiguredCatalog.Stream configuredStream(ObjectNode object)
            throws MalformedMessage {
        var properties = new Properties("a configured stream", object);
        return new ConfiguredCatalog.Stream(
                stream(properties.object("stream")),
                // Both defaults are the schema's own.
                properties
                        .optionalOpen("sync_mode", SourceSyncMode.class)
                        .orElse(SourceSyncMode.FULL_REFRESH.open()),
                properties
                        .optionalOpen("destination_sync_mode", DestinationSyncMode.class)
                        .orElse(DestinationSyncMode.APPEND.open()),
                properties.optionalPath("cursor_field"),
                properties.optionalPaths("primary_key"),
                properties.optionalString("destination_object_name"),
                properties.optionalLong("generation_id"),
                properties.optionalLong("minimum_generation_id"),
                properties.optionalLong("sync_id"),
                properties.optionalBoolean("include_files"),
                properties.additional());
    }

    private static TraceMessage trace(ObjectNode payload, Additional envelope)
            throws MalformedMessage {
        var properties = new Properties("trace", payload);
        BigDecimal emittedAt = properties.number("emitted_at");
        String type = properties.string("type");
        return switch (type) {
            case "ERROR" -> {
                var error = new Properties("trace.error", properties.object("error"));
                Optional<ObjectNode> stream = error.optionalObject("stream_descriptor");
                yield new TraceMessage.Failure(
                        error.string("message"),
                        error.optionalString("internal_message"),
                        error.optionalString("stack_trace"),
                        error.optionalOpen("failure_type", FailureType.class),
                        stream.isEmpty() ? Optional.empty() : Optional.of(descriptor(stream.get())),
                        error.additional(),
                        new TraceMessage.Context(emittedAt, properties.additional(), envelope));
            }
            case "ESTIMATE" -> {
                var estimate = new Properties("trace.estimate", properties.object("estimate"));
                Optional<String> namespace = estimate.optionalString("namespace");
                yield new TraceMessage.Estimate(
                        estimate.open("type", TraceMessage.EstimateType.class),
                        new StreamName(namespace, estimate.string("name")),
                        estimate.optionalLong("row_estimate"),
                        estimate.optionalLong("byte_estimate"),
                        estimate.additional(),
                        new TraceMessage.Context(emittedAt, properties.additional(), envelope));
            }
            case "STREAM_STATUS" -> {
                var status =
                        new Properties("trace.stream_status", properties.object("stream_status"));
                TraceMessage.Descriptor stream = descriptor(status.object("stream_descriptor"));
                List<TraceMessage.Reason> reasons = new ArrayList<>();
                for (ObjectNode reason : status.optionalObjects("reasons").orElse(List.of())) {
                    reasons.add(reason(reason));
                }
                yield new TraceMessage.StreamStatus(
                        stream,
                        status.open("status", TraceMessage.Status.class),
                        reasons,
                        status.additional(),
                        new TraceMessage.Context(emittedAt, properties.additional(), envelope));
            }
            case "ANALYTICS" -> {
                var analytics = new Properties("trace.analytics", properties.object("analytics"));
                yield new TraceMessage.Analytics(
                        analytics.string("type"),
                        analytics.optionalString("value"),
                        analytics.additional(),
                        new TraceMessage.Context(emittedAt, properties.additional(), envelope));
            }
            default ->
                    new TraceMessage.Unknown(
                            type,
                            payload,
                            new TraceMessage.Context(emittedAt, Additional.NONE, envelope));
        };
    }

    private static TraceMessage.Reason reason(ObjectNode object) throws MalformedMessage {
        var properties = new Properties("trace.stream_status.reasons", object);
        Optional<Properties> limited =
                properties
                        .optionalObject("rate_limited")
                        .map(inner -> new Properties("rate_limited", inner));
        return new TraceMessage.Reason(
                properties.open("type", TraceMessage.ReasonType.class),
                limited.isPresent()
                        ? limited.get().optionalLong("quota_reset")
                        : OptionalLong.empty(),
                limited.map(Properties::additional),
                properties.additional());
    }

    private static ControlMessage control(ObjectNode payload, Additional envelope)
            throws MalformedMessage {
        var properties = new Properties("control", payload);
        BigDecimal emittedAt = properties.number("emitted_at");
        String type = properties.string("type");
        if (!type.equals("CONNECTOR_CONFIG")) {
            return new ControlMessage.Unknown(emittedAt, type, payload, envelope);
        }
        var config =
                new Properties("control.connectorConfig", properties.object("connectorConfig"));
        return new ControlMessage.ConnectorConfig(
                emittedAt,
                config.object("config"),
                config.additional(),
                properties.additional(),
                envelope);
    }

    private static DestinationCatalogMessage destinationCatalog(
            ObjectNode payload, Additional envelope) throws MalformedMessage {
        var properties = new Properties("destination_catalog", payload);
        List<DestinationCatalogMessage.Operation> operations = new ArrayList<>();
        for (ObjectNode element : properties.objects("operations")) {
            var operation = new Properties("destination_catalog.operations", element);
            operations.add(
                    new DestinationCatalogMessage.Operation(
                            operation.string("object_name"),
                            operation.open("sync_mode", DestinationSyncMode.class),
                            operation.object("json_schema"),
                            operation.optionalPaths("matching_keys"),
                            operation.additional()));
        }
        return new DestinationCatalogMessage(operations, properties.additional(), envelope);
    }
}
