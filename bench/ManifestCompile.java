import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.manifest.Manifest;
import io.millrace.declarative.source.DeclarativeSource;
import io.millrace.declarative.source.SourceSettings;
import io.millrace.sdk.http.Pause;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles a manifest once, in a process that has done nothing before: from the bytes of the file to the plans of all
 * streams. Prints the milliseconds, those that its thread was at work, and the number of streams.
 */
final class ManifestCompile {
    public static void main(String[] arguments) throws Exception {
        byte[] text = Files.readAllBytes(Path.of(arguments[1]));
        Map<String, Object> config = new LinkedHashMap<>();
        ((Map<?, ?>) Json.parse(text, 0, text.length)).forEach((key, value) -> config.put((String) key, value));
        var threads = ManagementFactory.getThreadMXBean();
        long worked = threads.getCurrentThreadCpuTime();
        long began = System.nanoTime();
        Manifest manifest = Manifest.parse(Files.readString(Path.of(arguments[0])));
        DeclarativeSource source =
                DeclarativeSource.create(
                        manifest,
                        config,
                        new SourceSettings(
                                InstantSource.system(),
                                Pause.none(),
                                (level, message) -> {},
                                Path.of(arguments[0]).toAbsolutePath().getParent(),
                                false,
                                Optional.empty()));
        int streams = source.describe().size();
        long took = System.nanoTime() - began;
        worked = threads.getCurrentThreadCpuTime() - worked;
        System.out.printf("%.1f %.1f %d%n", took / 1e6, worked / 1e6, streams);
        System.exit(0);
    }
}
