package io.millrace.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Looks at what the build has put together, as a user would unpack it. */
class AssembledProgramIT {
    private static final Path PROGRAM = Path.of(System.getProperty("millrace.program"));

    @Test
    void startsAndTellsItsVersion() throws Exception {
        var builder =
                new ProcessBuilder(PROGRAM.toString(), "--version")
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(output).matches("millrace \\d+\\.\\d+\\.\\d+\\S*\n");
    }

    @Test
    void holdsExactlyTheLibrariesOfItsClassPath() throws IOException {
        Path libraries = PROGRAM.resolveSibling("../lib").normalize();
        try (var jar = new JarFile(libraries.resolve("millrace.jar").toFile());
                Stream<Path> files = Files.list(libraries)) {
            String classPath = jar.getManifest().getMainAttributes().getValue("Class-Path");
            assertThat(
                            // A folder holds a program of its own, which isn't on this path.
                            files.filter(Files::isRegularFile)
                                    .map(file -> file.getFileName().toString())
                                    .filter(name -> !name.equals("millrace.jar")))
                    .containsExactlyInAnyOrder(classPath.split(" "));
        }
    }

    @Test
    void carriesItsLicence() {
        Path folder = PROGRAM.resolveSibling("..").normalize();
        assertThat(folder.resolve("LICENSE")).content().contains("Apache License");
        assertThat(folder.resolve("NOTICE")).exists();
    }
}
