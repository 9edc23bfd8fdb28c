package io.millrace.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassFileUpgradeTest {
    @TempDir private Path folder;

    @Test
    void everyClassOfAnOldLibraryIsUpgradedAndStillLoads() throws Exception {
        Path library = library();
        ClassFileUpgrade.upgrade(library);

        int classes = 0;
        try (var jar = new JarFile(library.toFile());
                var loader =
                        new URLClassLoader(
                                new URL[] {library.toUri().toURL()},
                                ClassLoader.getPlatformClassLoader())) {
            for (JarEntry entry : jar.stream().toList()) {
                String name = entry.getName();
                if (!name.endsWith(".class") || name.endsWith("module-info.class")) {
                    continue;
                }
                try (InputStream bytes = jar.getInputStream(entry)) {
                    assertThat(ClassFile.of().parse(bytes.readAllBytes()).majorVersion())
                            .as(name)
                            .isGreaterThanOrEqualTo(ClassFile.JAVA_6_VERSION);
                }
                // Java verifies a class before it initializes it.
                Class.forName(name.substring(0, name.length() - 6).replace('/', '.'), true, loader);
                classes++;
            }
        }
        assertThat(classes).isGreaterThan(100);
    }

    @Test
    void whatIsNoOldClassStaysAsItWas() throws Exception {
        Path library = library();
        byte[] before = content(library, "META-INF/MANIFEST.MF");
        ClassFileUpgrade.upgrade(library);
        assertThat(content(library, "META-INF/MANIFEST.MF")).isEqualTo(before);

        byte[] once = content(library, "picocli/CommandLine.class");
        ClassFileUpgrade.upgrade(library);
        assertThat(content(library, "picocli/CommandLine.class")).isEqualTo(once);
    }

    private Path library() throws Exception {
        Class<?> inside = Class.forName("picocli.CommandLine");
        URI picocli = inside.getProtectionDomain().getCodeSource().getLocation().toURI();
        return Files.copy(Path.of(picocli), folder.resolve("library.jar"));
    }

    private static byte[] content(Path library, String name) throws Exception {
        try (var jar = new JarFile(library.toFile());
                InputStream bytes = jar.getInputStream(jar.getJarEntry(name))) {
            return bytes.readAllBytes();
        }
    }
}
