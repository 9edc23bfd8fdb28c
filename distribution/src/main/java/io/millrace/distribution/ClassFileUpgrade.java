package io.millrace.distribution;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Brings the class files of a library to a version that Java's ahead-of-time cache takes. Those of
 * before Java 6 have no stack maps; they would be read from the jar, and verified the slow way, at
 * every start. The build runs it on the libraries that are as old as that.
 */
final class ClassFileUpgrade {
    /** The first whose classes the cache holds. */
    private static final int OLDEST_CACHED = ClassFile.JAVA_6_VERSION;

    /** The oldest that every part of today's Java treats alike. */
    private static final int UPGRADED = ClassFile.JAVA_8_VERSION;

    private ClassFileUpgrade() {}

    /**
     * Rewrites jars where they lie.
     *
     * @param arguments the jars, unsigned
     */
    public static void main(String[] arguments) throws IOException {
        for (String jar : arguments) {
            upgrade(Path.of(jar));
        }
    }

    /** Rewrites {@code path} in one step; what isn't an old class stays byte for byte. */
    static void upgrade(Path path) throws IOException {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try (var loader = new URLClassLoader(new URL[] {path.toUri().toURL()});
                var jar = new JarFile(path.toFile());
                var upgraded =
                        new ZipOutputStream(
                                new BufferedOutputStream(Files.newOutputStream(part)))) {
            ClassFile classFile = classFile(loader);
            for (JarEntry entry : jar.stream().toList()) {
                byte[] content;
                try (InputStream bytes = jar.getInputStream(entry)) {
                    content = bytes.readAllBytes();
                }
                var copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                upgraded.putNextEntry(copy);
                upgraded.write(
                        entry.getName().endsWith(".class") ? upgrade(classFile, content) : content);
                upgraded.closeEntry();
            }
        }
        Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A stack map tells the common parent of types, which are found in the jar or in Java. */
    private static ClassFile classFile(ClassLoader loader) {
        return ClassFile.of(
                StackMapsOption.GENERATE_STACK_MAPS,
                ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(loader)
                                .orElse(ClassHierarchyResolver.defaultResolver())));
    }

    private static byte[] upgrade(ClassFile classFile, byte[] content) {
        ClassModel model = classFile.parse(content);
        if (model.majorVersion() >= OLDEST_CACHED) {
            return content;
        }
        byte[] upgraded =
                classFile.transformClass(
                        model,
                        (builder, element) -> {
                            switch (element) {
                                case ClassFileVersion _ -> builder.withVersion(UPGRADED, 0);
                                // Code that isn't taken apart would be copied without stack maps.
                                case MethodModel method ->
                                        builder.transformMethod(
                                                method,
                                                MethodTransform.transformingCode(
                                                        (code, instruction) ->
                                                                code.with(instruction)));
                                default -> builder.with(element);
                            }
                        });
        List<VerifyError> errors = classFile.verify(upgraded);
        if (!errors.isEmpty()) {
            throw errors.getFirst();
        }
        return upgraded;
    }
}
