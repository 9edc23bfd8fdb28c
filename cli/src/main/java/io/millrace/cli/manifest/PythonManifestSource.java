package io.millrace.cli.manifest;

import io.millrace.declarative.lint.PythonClass;
import io.millrace.protocol.connector.ReadPlan;
import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.SourceOutput;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.replication.launch.LaunchContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A manifest with Python classes: run as a whole through a Python that has the reference kit. Where
 * there is none, its streams without such classes are read here, and a check tells what is missing.
 * Looks for the Python when it is first used.
 */
final class PythonManifestSource implements Source {
    private final Path file;
    private final List<PythonClass> classes;
    private final Search search;
    private final Function<PythonKit, Source> throughKit;
    private final Supplier<Source> here;
    private final LaunchContext context;
    private @Nullable Source source;
    private boolean found;

    /** Looks for a Python. */
    @FunctionalInterface
    interface Search {
        Optional<PythonKit> find() throws InterruptedException;
    }

    /**
     * @param classes at least one
     * @param throughKit the manifest as a guest of that Python
     * @param here the manifest in this process
     */
    PythonManifestSource(
            Path file,
            List<PythonClass> classes,
            Search search,
            Function<PythonKit, Source> throughKit,
            Supplier<Source> here,
            LaunchContext context) {
        this.file = file;
        this.classes = classes;
        this.search = search;
        this.throughKit = throughKit;
        this.here = here;
        this.context = context;
    }

    private synchronized Source source() throws InterruptedException {
        Source known = source;
        if (known != null) {
            return known;
        }
        Optional<PythonKit> kit = search.find();
        found = kit.isPresent();
        if (kit.isPresent()) {
            context.log().line(LogLevel.INFO, kit.get().note(file));
            known = throughKit.apply(kit.get());
        } else {
            context.log().line(LogLevel.WARN, PythonClass.refused(file, classes).getMessage());
            known = here.get();
        }
        source = known;
        return known;
    }

    @Override
    public void check() throws InterruptedException {
        Source known = source();
        if (!found) {
            throw PythonClass.refused(file, classes);
        }
        known.check();
    }

    @Override
    public List<StreamDescription> discover() throws InterruptedException {
        return source().discover();
    }

    @Override
    public void read(ReadPlan plan, SourceOutput output) throws InterruptedException {
        source().read(plan, output);
    }

    @Override
    public synchronized void close() {
        if (source != null) {
            source.close();
        }
    }
}
