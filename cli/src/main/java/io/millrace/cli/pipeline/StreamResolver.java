package io.millrace.cli.pipeline;

import io.millrace.cli.pipeline.PipelineFile.StreamEntry;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.connector.SyncMode;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.schema.StreamSchema;
import io.millrace.protocol.text.NearestName;
import io.millrace.replication.mapper.MapperChain;
import io.millrace.replication.mapper.MapperProblem;
import io.millrace.replication.sync.SchemaChangePolicy;
import io.millrace.replication.sync.StreamConfiguration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Holds a pipeline's file against what its source discovers: which streams are synced, and how.
 * Everything that is wrong is found before anything is created.
 */
public final class StreamResolver {
    private final PipelineFile file;
    private final List<StreamDescription> discovered;
    private final Map<StreamName, SyncFailure> broken;
    private final KnownStreams known;
    private @Nullable Set<StreamName> loaded;
    private final Set<SyncMode> supportedModes;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final Map<StreamName, SyncFailure> unreadable = new LinkedHashMap<>();

    /**
     * What is to be synced, and what is wanted and can't be: the source no longer has it, or can't
     * tell what it is.
     *
     * @param warnings what may be meant otherwise
     */
    public record Resolved(
            List<StreamConfiguration> streams,
            Map<StreamName, SyncFailure> unreadable,
            List<Problem> warnings) {
        public Resolved {
            streams = List.copyOf(streams);
            warnings = List.copyOf(warnings);
            unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
        }
    }

    /** The streams that a pipeline has synced before; asked for only where it matters. */
    @FunctionalInterface
    public interface KnownStreams {
        Collection<StreamName> load() throws InterruptedException;
    }

    /**
     * @param broken the streams that the source has and can't describe
     * @param known the streams that the pipeline has synced before
     * @param supportedModes the modes that the destination can do
     */
    public StreamResolver(
            PipelineFile file,
            List<StreamDescription> discovered,
            Map<StreamName, SyncFailure> broken,
            KnownStreams known,
            Set<SyncMode> supportedModes) {
        this.file = file;
        this.discovered = discovered;
        this.broken = broken;
        this.known = known;
        this.supportedModes = supportedModes;
    }

    /**
     * @param wanted the streams that the command names; empty for all of the pipeline's
     * @throws ProblemsException with everything that is wrong
     */
    public Resolved resolve(List<String> wanted) throws InterruptedException {
        List<StreamConfiguration> streams = new ArrayList<>();
        select().forEach((stream, entry) -> configure(stream, entry).ifPresent(streams::add));
        requireTablesOfTheirOwn(streams);
        if (!problems.isEmpty()) {
            throw new ProblemsException(problems);
        }
        return wanted.isEmpty()
                ? new Resolved(streams, unreadable, warnings)
                : only(wanted, streams);
    }

    /**
     * Each stream with the entry that it was selected by; the streams of names first, then those of
     * globs.
     */
    private Map<StreamDescription, StreamEntry> select() throws InterruptedException {
        Map<StreamDescription, StreamEntry> selected = new LinkedHashMap<>();
        if (file.streams().isEmpty()) {
            for (StreamDescription stream : discovered) {
                if (mayBeNew(stream.name())) {
                    selected.put(stream, file.defaults());
                }
            }
            unreadable.putAll(broken);
            if (discovered.isEmpty() && broken.isEmpty()) {
                problems.add(
                        file.document()
                                .atKey(
                                        "/source",
                                        "The source has no streams. Check its options, and the"
                                                + " rights of its user."));
            }
            return selected;
        }
        List<StreamEntry> globs = new ArrayList<>();
        for (StreamEntry entry : file.streams().get()) {
            if (entry.glob()) {
                globs.add(entry);
            } else {
                find(entry)
                        .ifPresent(stream -> {
                            StreamEntry before = selected.put(stream, entry);
                            if (before != null) {
                                problems.add(
                                        file.document()
                                                .atKey(
                                                        entry.pointer(),
                                                        "\"%s\" and \"%s\" are the same stream; keep one of them."
                                                                .formatted(
                                                                        before.pattern(),
                                                                        entry.pattern())));
                            }
                        });
            }
        }
        for (StreamEntry entry : globs) {
            Pattern pattern = pattern(entry.pattern());
            boolean any = false;
            for (StreamDescription stream : discovered) {
                if (matches(pattern, stream.name())) {
                    any = true;
                    if (mayBeNew(stream.name())) {
                        selected.putIfAbsent(stream, entry);
                    }
                }
            }
            for (var stream : broken.entrySet()) {
                if (matches(pattern, stream.getKey())) {
                    any = true;
                    unreadable.put(stream.getKey(), stream.getValue());
                }
            }
            if (!any) {
                problems.add(
                        file.document()
                                .atKey(
                                        entry.pointer(),
                                        "No stream of the source matches \"%s\"."
                                                .formatted(entry.pattern())));
            }
        }
        return selected;
    }

    /**
     * A stream that nobody named is taken if it was there from the beginning, or if new ones are to
     * be added.
     */
    private boolean mayBeNew(StreamName name) throws InterruptedException {
        return file.schemaChanges() == SchemaChangePolicy.PROPAGATE
                || known().isEmpty()
                || known().contains(name);
    }

    private Optional<StreamDescription> find(StreamEntry entry) throws InterruptedException {
        List<StreamDescription> exact =
                discovered.stream()
                        .filter(stream -> stream.name().toString().equals(entry.pattern()))
                        .toList();
        List<StreamDescription> found =
                exact.isEmpty()
                        ? discovered.stream()
                                .filter(stream -> stream.name().name().equals(entry.pattern()))
                                .toList()
                        : exact;
        if (found.size() == 1) {
            return Optional.of(found.getFirst());
        }
        if (found.size() > 1) {
            problems.add(
                    file.document()
                            .atKey(
                                    entry.pointer(),
                                    "Several streams are called \"%s\": %s. Name one with its namespace."
                                            .formatted(
                                                    entry.pattern(),
                                                    found.stream()
                                                            .map(stream -> stream.name().toString())
                                                            .collect(Collectors.joining(", ")))));
            return Optional.empty();
        }
        Optional<StreamName> unknown =
                broken.keySet().stream()
                        .filter(name -> isCalled(name, entry.pattern()))
                        .findFirst();
        if (unknown.isPresent()) {
            StreamName name = unknown.get();
            unreadable.put(name, Objects.requireNonNull(broken.get(name)));
            return Optional.empty();
        }
        Optional<StreamName> gone =
                known().stream().filter(name -> isCalled(name, entry.pattern())).findFirst();
        if (gone.isPresent()) {
            unreadable.put(
                    gone.get(),
                    new ConfigurationFailure(
                            "The source no longer has the stream %s. Take it out of the pipeline, or bring it back; what has landed stays."
                                    .formatted(gone.get())));
        } else {
            problems.add(
                    file.document()
                            .atKey(
                                    entry.pointer(),
                                    "The source has no stream \"%s\"%s"
                                            .formatted(
                                                    entry.pattern(),
                                                    NearestName.hint(entry.pattern(), names()))));
        }
        return Optional.empty();
    }

    private static boolean isCalled(StreamName stream, String name) {
        return stream.toString().equals(name) || stream.name().equals(name);
    }

    private Set<StreamName> known() throws InterruptedException {
        if (loaded == null) {
            loaded = Set.copyOf(known.load());
        }
        return loaded;
    }

    private List<String> names() {
        return discovered.stream().map(stream -> stream.name().toString()).toList();
    }

    private static Pattern pattern(String glob) {
        var regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char letter = glob.charAt(i);
            switch (letter) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(letter)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private static boolean matches(Pattern pattern, StreamName name) {
        return pattern.matcher(name.toString()).matches() || pattern.matcher(name.name()).matches();
    }

    private Optional<StreamConfiguration> configure(StreamDescription stream, StreamEntry entry) {
        int before = problems.size();
        SyncMode mode =
                entry.mode()
                        .or(() -> file.defaults().mode())
                        .orElse(SyncMode.FULL_REFRESH_OVERWRITE);
        if (!supportedModes.contains(mode)) {
            problem(
                    entry,
                    "sync_mode",
                    "The destination can't do %s; it can do %s."
                            .formatted(
                                    mode.text(),
                                    supportedModes.stream()
                                            .map(SyncMode::text)
                                            .sorted()
                                            .collect(Collectors.joining(", "))));
        }
        List<List<String>> primaryKey =
                entry.primaryKey()
                        .or(() -> file.defaults().primaryKey())
                        .orElse(stream.primaryKey());
        primaryKey.forEach(path -> requireColumn(stream, entry, "primary_key", path.getFirst()));
        if (mode.deduplicated() && primaryKey.isEmpty()) {
            problem(
                    entry,
                    "sync_mode",
                    "%s needs a key, and %s has none. Name its columns with primary_key."
                            .formatted(mode.text(), stream.name()));
        }
        List<String> cursor = List.of();
        if (mode.incremental()) {
            cursor = cursor(stream, entry, mode);
        } else {
            entry.cursor()
                    .ifPresent(
                            path -> requireColumn(stream, entry, "cursor_field", path.getFirst()));
            if (mode.deduplicated()) {
                cursor = orderOfVersions(stream, entry);
            }
        }
        entry.fields()
                .ifPresent(fields ->
                        fields.forEach(field -> requireColumn(stream, entry, "fields", field)));
        List<JsonNode> mappers =
                entry.mappers().or(() -> file.defaults().mappers()).orElse(List.of());
        if (problems.size() > before) {
            return Optional.empty();
        }
        var configuration =
                new StreamConfiguration(
                        stream,
                        mode,
                        cursor,
                        primaryKey,
                        entry.fields(),
                        mappers,
                        !entry.pattern().isEmpty() && !entry.glob());
        requireMappersThatFit(entry, configuration);
        return problems.size() == before ? Optional.of(configuration) : Optional.empty();
    }

    private void requireMappersThatFit(StreamEntry entry, StreamConfiguration configuration) {
        StreamSchema selected = configuration.selectedSchema();
        String place =
                (entry.mappers().isPresent() ? entry : file.defaults()).pointer() + "/mappers";
        List<MapperProblem> found = MapperChain.validate(configuration.mappers(), selected);
        for (MapperProblem problem : found) {
            problems.add(file.document().at(place + problem.place(), problem.message()));
        }
        if (!found.isEmpty() || !configuration.mode().deduplicated()) {
            return;
        }
        MapperChain chain = MapperChain.compile(configuration.mappers(), selected);
        for (List<String> path : configuration.primaryKey()) {
            if (chain.mappedName(path.getFirst()).isEmpty()) {
                problems.add(
                        file.document()
                                .at(
                                        place,
                                        "These mappers leave nothing of \"%s\" to tell the rows of %s apart by, and it belongs to the primary key."
                                                .formatted(path.getFirst(), configuration.name())));
            }
        }
    }

    /** What tells the newest version of a key where everything is read anyhow. */
    private List<String> orderOfVersions(StreamDescription stream, StreamEntry entry) {
        List<String> cursor =
                entry.cursor().or(() -> file.defaults().cursor()).orElse(stream.defaultCursor());
        return cursor.isEmpty() || stream.schema().indexOf(cursor.getFirst()).isEmpty()
                ? List.of()
                : cursor;
    }

    private List<String> cursor(StreamDescription stream, StreamEntry entry, SyncMode mode) {
        if (!stream.incremental()) {
            problem(
                    entry,
                    "sync_mode",
                    "%s can't be read incrementally; choose a full_refresh mode for it."
                            .formatted(stream.name()));
            return List.of();
        }
        if (stream.sourceDefinedCursor() && !stream.defaultCursor().isEmpty()) {
            warnOfAnotherCursor(stream, entry);
            return stream.defaultCursor();
        }
        if (stream.sourceDefinedCursor()) {
            // It names none, such as a tap that says nothing of what it could go by.
            entry.cursor()
                    .ifPresent(
                            path -> requireColumn(stream, entry, "cursor_field", path.getFirst()));
            return entry.cursor().orElse(List.of());
        }
        List<String> cursor =
                entry.cursor().or(() -> file.defaults().cursor()).orElse(stream.defaultCursor());
        if (cursor.isEmpty()) {
            problem(
                    entry,
                    "sync_mode",
                    "%s of %s needs a cursor. Name a column that grows with every change with cursor_field."
                            .formatted(mode.text(), stream.name()));
        } else {
            requireColumn(stream, entry, "cursor_field", cursor.getFirst());
        }
        return cursor;
    }

    /** One for all streams is meant for those that need one. */
    private void warnOfAnotherCursor(StreamDescription stream, StreamEntry entry) {
        if (entry.glob() || entry.cursor().filter(stream.defaultCursor()::equals).isPresent()) {
            return;
        }
        entry.cursor()
                .ifPresent(cursor -> {
                    requireColumn(stream, entry, "cursor_field", cursor.getFirst());
                    warnings.add(
                            file.document()
                                    .warningAt(
                                            LocatedDocument.child(entry.pointer(), "cursor_field"),
                                            "%s is read by %s, which its source defines: this has no effect."
                                                    .formatted(
                                                            stream.name(),
                                                            String.join(
                                                                    ".", stream.defaultCursor()))));
                });
    }

    private void requireColumn(
            StreamDescription stream, StreamEntry entry, String key, String column) {
        StreamSchema schema = stream.schema();
        if (schema.indexOf(column).isEmpty()) {
            problem(
                    entry,
                    key,
                    "%s has no column \"%s\"%s"
                            .formatted(
                                    stream.name(),
                                    column,
                                    NearestName.hint(column, schema.names())));
        }
    }

    /** A problem at {@code key} of the entry, or of the defaults where it came from there. */
    private void problem(StreamEntry entry, String key, String message) {
        LocatedDocument document = file.document();
        if (document.root().at(entry.pointer()).has(key) || file.defaults().pointer().isEmpty()) {
            String at = entry.pointer().isEmpty() ? "/source" : entry.pointer();
            problems.add(
                    document.root().at(at).has(key)
                            ? document.at(LocatedDocument.child(at, key), message)
                            : document.atKey(at, message));
        } else {
            problems.add(
                    document.at(LocatedDocument.child(file.defaults().pointer(), key), message));
        }
    }

    private void requireTablesOfTheirOwn(List<StreamConfiguration> streams) {
        Map<StreamName, StreamName> byTarget = new LinkedHashMap<>();
        for (StreamConfiguration stream : streams) {
            StreamName target = file.naming().target(stream.name());
            StreamName other = byTarget.putIfAbsent(target, stream.name());
            if (other != null) {
                String pointer =
                        file.document().root().has("namespace") ? "/namespace" : "/destination";
                problems.add(
                        file.document()
                                .atKey(
                                        pointer,
                                        "%s and %s would land in one table (%s). Keep them apart with namespace: ${SOURCE_NAMESPACE}, or leave one out."
                                                .formatted(other, stream.name(), target)));
            }
        }
    }

    private Resolved only(List<String> wanted, List<StreamConfiguration> streams) {
        Set<StreamConfiguration> kept = new LinkedHashSet<>();
        Map<StreamName, SyncFailure> gone = new LinkedHashMap<>();
        for (String name : wanted) {
            List<StreamConfiguration> found =
                    streams.stream()
                            .filter(stream ->
                                    name.equals(stream.name().toString())
                                            || name.equals(stream.name().name()))
                            .toList();
            List<StreamName> foundGone =
                    unreadable.keySet().stream().filter(stream -> isCalled(stream, name)).toList();
            if (found.size() == 1) {
                kept.add(found.getFirst());
            } else if (found.isEmpty() && !foundGone.isEmpty()) {
                foundGone.forEach(
                        stream -> gone.put(stream, Objects.requireNonNull(unreadable.get(stream))));
            } else {
                List<String> names =
                        streams.stream().map(stream -> stream.name().toString()).toList();
                throw new ProblemsException(
                        List.of(
                                file.document()
                                        .at(
                                                "/streams",
                                                found.isEmpty()
                                                        ? "The pipeline has no stream \"%s\"%s"
                                                                .formatted(
                                                                        name,
                                                                        NearestName.hint(
                                                                                name, names))
                                                        : "Several streams are called \"%s\"; name one with its namespace."
                                                                .formatted(name))));
            }
        }
        return new Resolved(List.copyOf(kept), gone, warnings);
    }
}
