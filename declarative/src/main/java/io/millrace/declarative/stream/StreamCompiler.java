package io.millrace.declarative.stream;

import io.millrace.declarative.cursor.IncrementalSync;
import io.millrace.declarative.cursor.StateMigrations;
import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.ParentStream;
import io.millrace.declarative.partition.ParentStreams;
import io.millrace.declarative.partition.PartitionRouter;
import io.millrace.declarative.retriever.QueryProperties;
import io.millrace.declarative.retriever.Retriever;
import io.millrace.declarative.retriever.SimpleRetriever;
import io.millrace.declarative.retriever.SliceRead;
import io.millrace.declarative.retriever.async.AsyncRetriever;
import io.millrace.declarative.retriever.async.JobSlots;
import io.millrace.declarative.retriever.upload.UploadingRetriever;
import io.millrace.declarative.schema.SchemaLoader;
import io.millrace.declarative.schema.SchemaSurroundings;
import io.millrace.declarative.selection.CompleteLists;
import io.millrace.declarative.selection.RecordSelector;
import io.millrace.declarative.selection.Selection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the streams of one operation: a check, a discovery or a read. For one thread. */
public final class StreamCompiler implements ParentStreams {
    private static final String USE_CACHE = "use_cache";

    private final Compilation compilation;
    private final Path directory;
    private final HttpEngine engine;
    private final Set<String> cached = new HashSet<>();
    private Map<String, Map<String, Object>> chosenSchemas = Map.of();
    private JobSlots slots = JobSlots.single();

    /**
     * @param directory the folder of the manifest
     * @param engine what all requests go through
     */
    public StreamCompiler(Compilation compilation, Path directory, HttpEngine engine) {
        this.compilation = compilation;
        this.directory = directory;
        this.engine = engine;
    }

    /** See {@link HttpEngine#largestAnswer}. */
    public long largestAnswer() {
        return engine.largestAnswer();
    }

    /**
     * The streams that the manifest has; the answers that several of them need are kept.
     *
     * @param generate whether those that are made of templates are wanted, too
     */
    public StreamDefinitions definitions(Definition manifest, boolean generate)
            throws InterruptedException {
        slots = JobSlots.of(manifest, compilation);
        StreamDefinitions definitions =
                StreamDefinitions.resolve(manifest, generate, compilation, this::readEndpoint);
        cached.addAll(definitions.parentNames());
        return definitions;
    }

    /**
     * What the user chose of each stream, by its name, as a JSON schema: properties beyond it need
     * not be asked for. Told before streams are compiled.
     */
    public void choose(Map<String, Map<String, Object>> schemas) {
        chosenSchemas = Map.copyOf(schemas);
    }

    /**
     * A stream that can be read.
     *
     * @param state where to go on from
     * @param cleared whether that is not what was asked for, since the API doesn't reach back so
     *     far
     */
    public record Compiled(DeclarativeStream stream, Map<String, Object> state, boolean cleared) {}

    /**
     * Compiles a stream.
     *
     * @param state where to go on; empty for the beginning
     * @param catalogCursor the path of the cursor that the user chose; empty if there is none
     */
    public Compiled compile(
            Definition definition, Map<String, Object> state, List<String> catalogCursor) {
        if (!definition.type().equals("StateDelegatingStream")) {
            return new Compiled(stream(definition, catalogCursor, slots), state, false);
        }
        StateChoice choice =
                StateChoice.of(
                        definition,
                        state,
                        compilation,
                        variant -> stream(variant, catalogCursor, slots));
        return new Compiled(
                stream(choice.chosen(), catalogCursor, slots), choice.state(), choice.cleared());
    }

    @Override
    public ParentStream parent(Definition definition) {
        if (definition.type().equals("StateDelegatingStream")) {
            return new StreamAsParent(
                    asParent(definition.child("full_refresh_stream")),
                    asParent(definition.child("incremental_stream")));
        }
        DeclarativeStream stream = asParent(definition);
        return new StreamAsParent(stream, stream);
    }

    /** Jobs of parents have a slot of their own, or a child that holds all would wait for ever. */
    private DeclarativeStream asParent(Definition definition) {
        return stream(definition, List.of(), JobSlots.single());
    }

    private DeclarativeStream stream(
            Definition definition, List<String> catalogCursor, JobSlots jobs) {
        if (!definition.type().equals("DeclarativeStream")) {
            throw definition.unknownType("a stream is needed");
        }
        Definition retriever = definition.child("retriever");
        PartitionRouter router = PartitionRouter.ofRetriever(retriever, this, compilation);
        IncrementalSync sync =
                IncrementalSync.compile(definition, router, catalogCursor, compilation);
        SchemaLoader schema =
                SchemaLoader.compile(
                        definition,
                        compilation,
                        new SchemaSurroundings(Optional.of(directory), this::firstRecord));
        return new DeclarativeStream(
                definition,
                router,
                sync,
                StateMigrations.compile(definition, compilation),
                schema,
                withFiles(
                        definition, retriever(definition, retriever, router, sync, schema, jobs)));
    }

    private Retriever withFiles(Definition stream, Retriever records) {
        Optional<Definition> uploader = stream.find("file_uploader");
        return uploader.isPresent()
                ? UploadingRetriever.compile(
                        records, uploader.get(), stream.findText("name").orElse(""), engine)
                : records;
    }

    private Retriever retriever(
            Definition stream,
            Definition definition,
            PartitionRouter router,
            IncrementalSync sync,
            SchemaLoader schema,
            JobSlots jobs) {
        String name = stream.findText("name").orElse("");
        boolean declaredOnOurSide =
                stream.find("incremental_sync")
                        .map(cursor -> cursor.flag("is_client_side_incremental", false))
                        .orElse(false);
        return switch (definition.type()) {
            case "SimpleRetriever" -> {
                Decoder decoder = Decoder.compile(definition, "decoder", compilation);
                var selection =
                        new Selection(
                                decoder,
                                stream.children("transformations"),
                                // A feed's pages are looked at as a whole before records go.
                                sync.isClientSideIncremental() && !sync.isDataFeed(),
                                declaredOnOurSide,
                                this::completeList,
                                schema::load);
                yield simple(
                        definition,
                        stream,
                        name,
                        selection,
                        sync,
                        router.isLazy(),
                        cached.contains(name));
            }
            case "AsyncRetriever" -> {
                var selection =
                        new Selection(
                                Decoder.compile(definition, "decoder", compilation),
                                stream.children("transformations"),
                                sync.isClientSideIncremental(),
                                declaredOnOurSide,
                                this::completeList,
                                schema::load);
                yield AsyncRetriever.compile(definition, name, selection, whole(), jobs, engine);
            }
            default -> throw definition.unknownType("a retriever is needed");
        };
    }

    /** What reads the rest of a list that stands cut off in a record. */
    private CompleteLists.Reader completeList(Definition definition) {
        if (!definition.type().equals("SimpleRetriever")) {
            throw definition.unknownType("a SimpleRetriever is needed here");
        }
        for (String field : List.of("partition_router", "pagination_reset")) {
            if (definition.has(field)) {
                throw definition.malformed(field, "absent for the list of one record");
            }
        }
        IncrementalSync whole = whole();
        SimpleRetriever retriever =
                simple(
                        definition,
                        Definition.of(Map.of(), definition.path()),
                        "record_expander_truncated_list",
                        new Selection(
                                Decoder.compile(definition, "decoder", compilation),
                                List.of(),
                                false,
                                false,
                                this::completeList,
                                Map::of),
                        whole,
                        false,
                        false);
        return parent -> {
            List<@Nullable Object> items = new ArrayList<>();
            var slice = new StreamSlice(Map.of("parent_record", parent), Map.of(), Map.of());
            retriever.read(
                    slice,
                    new SliceRead(whole.start(Map.of()).open(slice), true),
                    record -> items.add(record.value()));
            return items;
        };
    }

    /** The plan of something that is read as a whole. */
    private IncrementalSync whole() {
        Definition nothing = Definition.of(Map.of(), "");
        return IncrementalSync.compile(
                nothing,
                PartitionRouter.ofRetriever(nothing, this, compilation),
                List.of(),
                compilation);
    }

    private SimpleRetriever simple(
            Definition definition,
            Definition stream,
            String name,
            Selection selection,
            IncrementalSync sync,
            boolean lazy,
            boolean cache) {
        Definition requester = definition.child("requester");
        return SimpleRetriever.compile(
                definition,
                stream,
                engine.requester(
                        cache && !requester.has(USE_CACHE)
                                ? requester.with(USE_CACHE, true)
                                : requester,
                        name,
                        selection.decoder().streams()),
                selection.decoder(),
                RecordSelector.compile(definition.child("record_selector"), compilation, selection),
                sync,
                lazy,
                QueryProperties.find(
                        requester,
                        Optional.ofNullable(chosenSchemas.get(name)),
                        this::readProperties,
                        compilation),
                compilation);
    }

    /** Reads what tells which streams there are; its answers are kept. */
    private void readEndpoint(Definition definition, DynamicStreams.Endpoint.ItemSink sink)
            throws InterruptedException {
        StreamRead read = bare(definition, "__http_components_resolver");
        boolean _ =
                read.generate(slice -> {
                    read.open(slice).read(record -> sink.accept(record.value(), slice));
                    return true;
                });
    }

    /** Reads the names of properties; its answers are kept. */
    private List<Object> readProperties(Definition definition) throws InterruptedException {
        List<Object> records = new ArrayList<>();
        StreamRead read = bare(definition, "dynamic_properties");
        boolean _ =
                read.generate(slice -> {
                    read.open(slice).read(record -> records.add(record.value()));
                    return true;
                });
        return records;
    }

    /** Reads the description of a stream's fields; its answers are kept. */
    private SchemaSurroundings.FirstRecord firstRecord(Definition definition) {
        return () -> {
            StreamRead read = bare(definition, "dynamic_properties");
            var found = new First();
            try {
                boolean _ =
                        read.generate(slice -> {
                            read.open(slice)
                                    .read(record -> {
                                        found.record = Optional.of(record.fields());
                                        throw found;
                                    });
                            return true;
                        });
            } catch (First first) {
                return first.record;
            }
            return Optional.empty();
        };
    }

    /** Ends a read with its first record. */
    private static final class First extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private transient Optional<Map<String, Object>> record = Optional.empty();

        First() {
            super(null, null, false, false);
        }
    }

    /** A read of a retriever that belongs to no stream. */
    private StreamRead bare(Definition definition, String name) {
        if (!definition.type().equals("SimpleRetriever")) {
            throw definition.unknownType("a SimpleRetriever is needed here");
        }
        PartitionRouter router = PartitionRouter.ofRetriever(definition, this, compilation);
        IncrementalSync sync =
                IncrementalSync.compile(
                        Definition.of(Map.of(), definition.path()), router, List.of(), compilation);
        SimpleRetriever retriever =
                simple(
                        definition,
                        Definition.of(Map.of(), definition.path()),
                        name,
                        Selection.of(Decoder.compile(definition, "decoder", compilation)),
                        sync,
                        false,
                        true);
        return new StreamRead(sync.start(Map.of()), Map::of, retriever, true);
    }
}
