package io.millrace.connector.files.destination;

import io.millrace.connector.duckdb.common.DuckDbTypes;
import io.millrace.connector.duckdb.common.MetadataColumn;
import io.millrace.connector.duckdb.common.UniqueNames;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.LandingPlan;
import io.millrace.protocol.connector.StreamTarget;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Decides how streams land, from what is committed. Changes nothing, and decides the same again
 * from the same.
 */
final class LandingPlanner {
    /** File systems hold names of 255 bytes; hidden ones of ours put some around. */
    private static final int LONGEST_NAME = 200;

    private final Path root;
    private final FileFormat format;
    private final boolean metadata;
    private final Map<StreamName, StreamState> states;
    private final Map<String, String> foldersOfOthers;

    LandingPlanner(
            Path root,
            FileFormat format,
            boolean metadata,
            Map<StreamName, StreamState> states,
            Map<String, String> foldersOfOthers) {
        this.root = root;
        this.format = format;
        this.metadata = metadata;
        this.states = Map.copyOf(states);
        this.foldersOfOthers = Map.copyOf(foldersOfOthers);
    }

    List<Landing> plan(List<StreamTarget> targets) throws IOException {
        for (StreamTarget target : targets) {
            if (target.syncMode().deduplicated()) {
                throw new ConfigurationFailure(
                        "Stream %s asks for %s: files can't be changed row by row. Choose another mode, or another destination."
                                .formatted(target.source(), target.syncMode().text()));
            }
        }
        Map<StreamName, String> folders = folders(targets);
        var landings = new ArrayList<Landing>();
        for (StreamTarget target : targets) {
            String folder = folders.getOrDefault(target.source(), "");
            checkOwner(target, folder);
            landings.add(land(target, folder));
        }
        return landings;
    }

    private Map<StreamName, String> folders(List<StreamTarget> targets) {
        Map<StreamName, StreamTarget> sorted = new TreeMap<>();
        Map<StreamName, StreamName> exact = new HashMap<>();
        Set<String> namespaces = new HashSet<>();
        for (StreamTarget target : targets) {
            StreamName other = exact.put(wanted(target), target.source());
            if (other != null) {
                throw new ConfigurationFailure(
                        "The streams %s and %s would both land in the folder %s. Set a namespace or a prefix, or leave one of them out."
                                .formatted(
                                        other,
                                        target.source(),
                                        wanted(target).toString().replace('.', '/')));
            }
            sorted.put(target.source(), target);
            wanted(target).namespace().ifPresent(namespaces::add);
        }
        for (StreamState state : states.values()) {
            int slash = state.folder().indexOf('/');
            if (slash > 0) {
                namespaces.add(state.folder().substring(0, slash));
            }
        }
        // Streams of one parent folder get their names together.
        Map<String, Map<String, StreamTarget>> byParent = new TreeMap<>();
        Map<StreamName, String> folders = new HashMap<>();
        for (StreamTarget target : sorted.values()) {
            StreamName wanted = wanted(target);
            String parent = wanted.namespace().map(name -> storable(name) + "/").orElse("");
            byParent.computeIfAbsent(parent, _ -> new TreeMap<>())
                    .put(identity(byParent, parent, wanted.name()), target);
        }
        byParent.forEach((parent, members) -> {
            Set<String> reserved = new HashSet<>();
            if (parent.isEmpty()) {
                reserved.addAll(namespaces); // a stream's folder can't hold others'
            }
            Map<String, String> before = new HashMap<>();
            members.forEach((identity, target) ->
                    Optional.ofNullable(states.get(target.source()))
                            .map(StreamState::folder)
                            .filter(folder -> isVariant(folder, parent, target))
                            .ifPresent(folder ->
                                    before.put(identity, folder.substring(parent.length()))));
            for (StreamState state : states.values()) {
                if (!sorted.containsKey(state.stream()) && state.folder().startsWith(parent)) {
                    reserved.add(state.folder().substring(parent.length()));
                }
            }
            Map<String, String> given = assign(List.copyOf(members.keySet()), reserved, before);
            members.forEach((identity, target) ->
                    folders.put(target.source(), parent + given.getOrDefault(identity, identity)));
        });
        return folders;
    }

    /** As {@link UniqueNames}, by the rules of folders. */
    private static Map<String, String> assign(
            List<String> names, Set<String> reserved, Map<String, String> before) {
        Map<String, String> stored = new HashMap<>();
        Set<String> taken = new HashSet<>(reserved);
        List<String> kept = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        for (String name : names) {
            (storable(name).equals(name) ? kept : changed).add(name);
        }
        stored.putAll(UniqueNames.assign(kept, taken, before, UnaryOperator.identity()));
        taken.addAll(stored.values());
        for (String name : changed) {
            String earlier = before.get(name);
            String candidate = earlier == null ? storable(name) : earlier;
            for (int suffix = 1; !taken.add(candidate); suffix++) {
                candidate = storable(name) + "_" + suffix;
            }
            stored.put(name, candidate);
        }
        return stored;
    }

    private static String identity(
            Map<String, Map<String, StreamTarget>> byParent, String parent, String name) {
        Map<String, StreamTarget> members = byParent.getOrDefault(parent, Map.of());
        String identity = name;
        for (int count = 2; members.containsKey(identity); count++) {
            identity = name + "_" + count;
        }
        return identity;
    }

    private static boolean isVariant(String folder, String parent, StreamTarget target) {
        if (!folder.startsWith(parent)) {
            return false;
        }
        String name = folder.substring(parent.length());
        String wanted = storable(wanted(target).name());
        return name.equals(wanted)
                || (name.startsWith(wanted + "_")
                        && name.substring(wanted.length() + 1).matches("\\d+"));
    }

    private static StreamName wanted(StreamTarget target) {
        return new StreamName(
                target.target().namespace().filter(name -> !name.isEmpty()),
                target.target().name());
    }

    /**
     * A folder's name for {@code name}: itself, where a file system and readers take it as data.
     */
    static String storable(String name) {
        String changed = name.replace('/', '-').replace('\u0000', '-');
        if (changed.isEmpty() || changed.startsWith(".") || changed.startsWith("_")) {
            changed = "x" + changed;
        }
        if (changed.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_NAME) {
            int end = Math.min(changed.length(), LONGEST_NAME / 4);
            if (Character.isHighSurrogate(changed.charAt(end - 1))) {
                end--;
            }
            changed = changed.substring(0, end) + "-" + Integer.toHexString(name.hashCode());
        }
        return changed;
    }

    private void checkOwner(StreamTarget target, String folder) throws IOException {
        String owner = foldersOfOthers.get(folder);
        if (owner != null) {
            throw new ConfigurationFailure(
                    "The folder %s, where stream %s would land, belongs to the pipeline \"%s\". Give this pipeline a namespace or a prefix of its own, or reset that one with its data."
                            .formatted(root.resolve(folder), target.source(), owner));
        }
        StreamState state = states.get(target.source());
        boolean ours = state != null && state.folder().equals(folder);
        if (!ours && hasFiles(root.resolve(folder))) {
            throw new ConfigurationFailure(
                    "The folder %s, where stream %s would land, exists already and was not made by this pipeline. Set a namespace or a prefix, or move the folder away."
                            .formatted(root.resolve(folder), target.source()));
        }
    }

    private static boolean hasFiles(Path folder) throws IOException {
        for (Path entry : Folder.list(folder)) {
            if (Files.isRegularFile(entry)) {
                return true;
            }
        }
        return Files.isRegularFile(folder);
    }

    private Landing land(StreamTarget target, String folder) {
        StreamState state = states.get(target.source());
        Map<String, String> names = new HashMap<>();
        if (state != null) {
            names.putAll(state.columns());
        }
        Set<String> reserved = new HashSet<>();
        if (metadata) {
            reserved.addAll(MetadataColumn.names());
        }
        UnaryOperator<String> fold =
                format == FileFormat.PARQUET ? UniqueNames::foldCase : UnaryOperator.identity();
        Map<String, String> given =
                UniqueNames.assign(target.schema().names(), reserved, names, fold);
        names.putAll(given);
        List<Column> landed = new ArrayList<>();
        for (Column column : target.schema().columns()) {
            landed.add(
                    new Column(
                            given.getOrDefault(column.name(), column.name()),
                            landedType(column.type()),
                            column.sourceType()));
        }
        boolean exists = state != null && Files.isDirectory(root.resolve(folder));
        LandingPlan.Action action =
                !exists
                        ? LandingPlan.Action.CREATE
                        : target.replace() ? LandingPlan.Action.REPLACE : LandingPlan.Action.APPEND;
        return new Landing(
                target,
                folder,
                new LandingPlan(
                        target.source(),
                        folder,
                        action,
                        List.of(),
                        new StreamSchema(landed),
                        landed.stream().map(column -> typeName(column.type())).toList()),
                names);
    }

    /** Text formats keep a number's digits; Parquet has doubles for them. */
    private ColumnType landedType(ColumnType type) {
        if (format != FileFormat.PARQUET) {
            return type;
        }
        return switch (type) {
            case ColumnType.JsonNumber _ -> new ColumnType.Float64();
            case ColumnType.ListOf(ColumnType.JsonNumber _) ->
                    new ColumnType.ListOf(new ColumnType.Float64());
            default -> type;
        };
    }

    private String typeName(ColumnType type) {
        return switch (format) {
            case PARQUET ->
                    switch (type) {
                        case ColumnType.TimeTz _ -> "VARCHAR";
                        case ColumnType.ListOf(ColumnType.TimeTz _) -> "VARCHAR[]";
                        default -> DuckDbTypes.sqlName(type);
                    };
            case CSV -> "text";
            case JSONL ->
                    switch (type) {
                        case ColumnType.Bool _ -> "boolean";
                        case ColumnType.Int16 _,
                                ColumnType.Int32 _,
                                ColumnType.Int64 _,
                                ColumnType.Float32 _,
                                ColumnType.Float64 _,
                                ColumnType.Decimal _,
                                ColumnType.BigDecimalText _,
                                ColumnType.JsonNumber _ ->
                                "number";
                        case ColumnType.Json _, ColumnType.Jsonb _ -> "json";
                        case ColumnType.ListOf _ -> "array";
                        default -> "string";
                    };
        };
    }
}
