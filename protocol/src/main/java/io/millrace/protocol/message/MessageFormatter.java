package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Messages to trees; the inverse of {@link MessageParser}. */
final class MessageFormatter {
    private MessageFormatter() {}

    static ObjectNode message(Message message) {
        return switch (message) {
            case RecordMessage it -> envelope("RECORD", "record", record(it), it);
            case StateMessage it -> envelope("STATE", "state", state(it), it);
            case LogMessage it -> envelope("LOG", "log", log(it), it);
            case SpecMessage it -> envelope("SPEC", "spec", specification(it.specification()), it);
            case ConnectionStatusMessage it ->
                    envelope("CONNECTION_STATUS", "connectionStatus", connectionStatus(it), it);
            case CatalogMessage it -> envelope("CATALOG", "catalog", catalog(it.catalog()), it);
            case TraceMessage it -> envelope("TRACE", "trace", trace(it), it);
            case ControlMessage it -> envelope("CONTROL", "control", control(it), it);
            case DestinationCatalogMessage it ->
                    envelope("DESTINATION_CATALOG", "destination_catalog", destination(it), it);
            case UnknownMessage it -> it.content();
        };
    }

    private static ObjectNode envelope(
            String type, String name, ObjectNode payload, Message message) {
        ObjectNode line = Json.object().put("type", type);
        line.set(name, payload);
        message.envelope().writeTo(line);
        return line;
    }

    private static ObjectNode record(RecordMessage record) {
        ObjectNode object = Json.object();
        put(object, "namespace", record.stream().namespace());
        object.put("stream", record.stream().name());
        object.set("data", record.data());
        put(object, "emitted_at", record.emittedAt());
        record.meta().ifPresent(meta -> object.set("meta", meta(meta)));
        record.fileReference()
                .ifPresent(file -> {
                    ObjectNode reference = object.putObject("file_reference");
                    put(reference, "staging_file_url", file.stagingFileUrl());
                    put(reference, "source_file_relative_path", file.sourceFileRelativePath());
                    put(reference, "file_size_bytes", file.fileSizeBytes());
                    file.additional().writeTo(reference);
                });
        return finish(object, record.additional());
    }

    static ObjectNode meta(RecordMessage.Meta meta) {
        ObjectNode object = Json.object();
        if (!meta.changes().isEmpty() || meta.additional().find("changes").isEmpty()) {
            ArrayNode changes = object.putArray("changes");
            for (RecordMessage.Change change : meta.changes()) {
                ObjectNode element = changes.addObject();
                element.put("field", change.field());
                element.put("change", change.change().text());
                element.put("reason", change.reason().text());
                change.additional().writeTo(element);
            }
        }
        return finish(object, meta.additional());
    }

    static ObjectNode state(StateMessage state) {
        ObjectNode object = Json.object();
        boolean typed = state.context().typed();
        switch (state) {
            case StateMessage.Stream stream -> {
                if (typed) {
                    object.put("type", "STREAM");
                }
                object.set("stream", streamState(stream.state()));
            }
            case StateMessage.Global global -> {
                if (typed) {
                    object.put("type", "GLOBAL");
                }
                ObjectNode inner = object.putObject("global");
                global.sharedState().ifPresent(shared -> inner.set("shared_state", shared));
                ArrayNode streams = inner.putArray("stream_states");
                global.streamStates().forEach(stream -> streams.add(streamState(stream)));
                global.additional().writeTo(inner);
            }
            case StateMessage.Legacy legacy -> {
                if (typed) {
                    object.put("type", "LEGACY");
                }
                legacy.data().ifPresent(data -> object.set("data", data));
            }
        }
        state.context().sourceStats().ifPresent(it -> object.set("sourceStats", stats(it)));
        state.context()
                .destinationStats()
                .ifPresent(it -> object.set("destinationStats", stats(it)));
        return finish(object, state.context().additional());
    }

    private static ObjectNode stats(StateMessage.Stats stats) {
        ObjectNode object = Json.object();
        stats.recordCount().ifPresent(count -> object.put("recordCount", decimal(count)));
        stats.rejectedRecordCount()
                .ifPresent(count -> object.put("rejectedRecordCount", decimal(count)));
        return finish(object, stats.additional());
    }

    /** Typed readers take a number without a point for an int, which overflows. */
    private static BigDecimal decimal(long count) {
        return BigDecimal.valueOf(count).setScale(1);
    }

    private static ObjectNode streamState(StateMessage.StreamState state) {
        ObjectNode object = Json.object();
        object.set("stream_descriptor", descriptor(state.stream(), state.descriptorAdditional()));
        state.state().ifPresent(value -> object.set("stream_state", value));
        return finish(object, state.additional());
    }

    private static ObjectNode descriptor(StreamName stream, Additional additional) {
        ObjectNode object = Json.object().put("name", stream.name());
        put(object, "namespace", stream.namespace());
        return finish(object, additional);
    }

    private static ObjectNode log(LogMessage log) {
        ObjectNode object = Json.object();
        object.put("level", log.level().text());
        object.put("message", log.message());
        put(object, "stack_trace", log.stackTrace());
        return finish(object, log.additional());
    }

    static ObjectNode specification(ConnectorSpecification spec) {
        ObjectNode object = Json.object();
        put(object, "documentationUrl", spec.documentationUrl());
        put(object, "changelogUrl", spec.changelogUrl());
        object.set("connectionSpecification", spec.connectionSpecification());
        putBoolean(object, "supportsIncremental", spec.supportsIncremental());
        putBoolean(object, "supportsNormalization", spec.supportsNormalization());
        putBoolean(object, "supportsDBT", spec.supportsDbt());
        spec.supportedDestinationSyncModes()
                .ifPresent(modes -> {
                    ArrayNode array = object.putArray("supported_destination_sync_modes");
                    modes.forEach(mode -> array.add(mode.text()));
                });
        spec.authSpecification().ifPresent(auth -> object.set("authSpecification", auth));
        spec.advancedAuth()
                .ifPresent(auth -> {
                    ObjectNode inner = object.putObject("advanced_auth");
                    auth.authFlowType().ifPresent(type -> inner.put("auth_flow_type", type.text()));
                    putPath(inner, "predicate_key", auth.predicateKey());
                    auth.predicateValue().ifPresent(value -> inner.set("predicate_value", value));
                    auth.oauthConfigSpecification()
                            .ifPresent(value -> inner.set("oauth_config_specification", value));
                    auth.additional().writeTo(inner);
                });
        put(object, "protocol_version", spec.protocolVersion());
        return finish(object, spec.additional());
    }

    private static ObjectNode connectionStatus(ConnectionStatusMessage status) {
        ObjectNode object = Json.object().put("status", status.status().text());
        put(object, "message", status.message());
        return finish(object, status.additional());
    }

    static ObjectNode catalog(Catalog catalog) {
        ObjectNode object = Json.object();
        ArrayNode streams = object.putArray("streams");
        catalog.streams().forEach(stream -> streams.add(stream(stream)));
        return finish(object, catalog.additional());
    }

    private static ObjectNode stream(Catalog.Stream stream) {
        ObjectNode object = Json.object().put("name", stream.name().name());
        object.set("json_schema", stream.jsonSchema());
        ArrayNode modes = object.putArray("supported_sync_modes");
        stream.supportedSyncModes().forEach(mode -> modes.add(mode.text()));
        putBoolean(object, "source_defined_cursor", stream.sourceDefinedCursor());
        putPath(object, "default_cursor_field", stream.defaultCursorField());
        putPaths(object, "source_defined_primary_key", stream.sourceDefinedPrimaryKey());
        put(object, "namespace", stream.name().namespace());
        putBoolean(object, "is_resumable", stream.resumable());
        putBoolean(object, "is_file_based", stream.fileBased());
        return finish(object, stream.additional());
    }

    static ObjectNode configuredCatalog(ConfiguredCatalog catalog) {
        ObjectNode object = Json.object();
        ArrayNode streams = object.putArray("streams");
        for (ConfiguredCatalog.Stream configured : catalog.streams()) {
            ObjectNode element = streams.addObject();
            element.set("stream", stream(configured.stream()));
            element.put("sync_mode", configured.syncMode().text());
            putPath(element, "cursor_field", configured.cursorField());
            element.put("destination_sync_mode", configured.destinationSyncMode().text());
            put(element, "destination_object_name", configured.destinationObjectName());
            putPaths(element, "primary_key", configured.primaryKey());
            put(element, "generation_id", configured.generationId());
            put(element, "minimum_generation_id", configured.minimumGenerationId());
            put(element, "sync_id", configured.syncId());
            putBoolean(element, "include_files", configured.includeFiles());
            configured.additional().writeTo(element);
        }
        return finish(object, catalog.additional());
    }

    private static ObjectNode trace(TraceMessage trace) {
        if (trace instanceof TraceMessage.Unknown unknown) {
            return unknown.trace();
        }
        ObjectNode object = Json.object();
        switch (trace) {
            case TraceMessage.Failure error -> {
                begin(object, "ERROR", error.context());
                ObjectNode inner = object.putObject("error").put("message", error.message());
                put(inner, "internal_message", error.internalMessage());
                put(inner, "stack_trace", error.stackTrace());
                error.failureType().ifPresent(type -> inner.put("failure_type", type.text()));
                error.stream()
                        .ifPresent(stream ->
                                inner.set(
                                        "stream_descriptor",
                                        descriptor(stream.name(), stream.additional())));
                error.additional().writeTo(inner);
            }
            case TraceMessage.Estimate estimate -> {
                begin(object, "ESTIMATE", estimate.context());
                ObjectNode inner =
                        object.putObject("estimate").put("name", estimate.stream().name());
                inner.put("type", estimate.type().text());
                put(inner, "namespace", estimate.stream().namespace());
                put(inner, "row_estimate", estimate.rows());
                put(inner, "byte_estimate", estimate.bytes());
                estimate.additional().writeTo(inner);
            }
            case TraceMessage.StreamStatus status -> {
                begin(object, "STREAM_STATUS", status.context());
                ObjectNode inner = object.putObject("stream_status");
                inner.set(
                        "stream_descriptor",
                        descriptor(status.stream().name(), status.stream().additional()));
                inner.put("status", status.status().text());
                if (!status.reasons().isEmpty()) {
                    ArrayNode reasons = inner.putArray("reasons");
                    status.reasons().forEach(reason -> reasons.add(reason(reason)));
                }
                status.additional().writeTo(inner);
            }
            case TraceMessage.Analytics analytics -> {
                begin(object, "ANALYTICS", analytics.context());
                ObjectNode inner = object.putObject("analytics").put("type", analytics.type());
                put(inner, "value", analytics.value());
                analytics.additional().writeTo(inner);
            }
            case TraceMessage.Unknown unknown -> throw new AssertionError(unknown.type());
        }
        return finish(object, trace.context().trace());
    }

    private static void begin(ObjectNode object, String type, TraceMessage.Context context) {
        object.put("type", type);
        object.put("emitted_at", context.emittedAt());
    }

    private static ObjectNode reason(TraceMessage.Reason reason) {
        ObjectNode object = Json.object().put("type", reason.type().text());
        reason.rateLimited()
                .ifPresent(additional -> {
                    ObjectNode inner = object.putObject("rate_limited");
                    put(inner, "quota_reset", reason.quotaReset());
                    additional.writeTo(inner);
                });
        return finish(object, reason.additional());
    }

    private static ObjectNode control(ControlMessage control) {
        return switch (control) {
            case ControlMessage.ConnectorConfig config -> {
                ObjectNode object = Json.object().put("type", "CONNECTOR_CONFIG");
                object.put("emitted_at", config.emittedAt());
                ObjectNode inner = object.putObject("connectorConfig");
                inner.set("config", config.config());
                config.configAdditional().writeTo(inner);
                yield finish(object, config.additional());
            }
            case ControlMessage.Unknown unknown -> unknown.control();
        };
    }

    private static ObjectNode destination(DestinationCatalogMessage catalog) {
        ObjectNode object = Json.object();
        ArrayNode operations = object.putArray("operations");
        for (DestinationCatalogMessage.Operation operation : catalog.operations()) {
            ObjectNode element = operations.addObject().put("object_name", operation.objectName());
            element.put("sync_mode", operation.syncMode().text());
            element.set("json_schema", operation.jsonSchema());
            putPaths(element, "matching_keys", operation.matchingKeys());
            operation.additional().writeTo(element);
        }
        return finish(object, catalog.additional());
    }

    private static ObjectNode finish(ObjectNode object, Additional additional) {
        additional.writeTo(object);
        return object;
    }

    private static void put(ObjectNode object, String name, Optional<String> value) {
        value.ifPresent(text -> object.put(name, text));
    }

    private static void put(ObjectNode object, String name, OptionalLong value) {
        value.ifPresent(number -> object.put(name, number));
    }

    private static void putBoolean(ObjectNode object, String name, Optional<Boolean> value) {
        value.ifPresent(flag -> object.put(name, flag.booleanValue()));
    }

    private static void putPath(ObjectNode object, String name, Optional<List<String>> path) {
        path.ifPresent(steps -> object.set(name, array(steps)));
    }

    private static void putPaths(
            ObjectNode object, String name, Optional<List<List<String>>> paths) {
        paths.ifPresent(elements -> {
            ArrayNode array = object.putArray(name);
            elements.forEach(steps -> array.add(array(steps)));
        });
    }

    private static JsonNode array(List<String> steps) {
        ArrayNode array = Json.array();
        steps.forEach(array::add);
        return array;
    }
}
