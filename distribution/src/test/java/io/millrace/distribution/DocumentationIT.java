package io.millrace.distribution;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.TestDatabase;
import io.millrace.testkit.TestPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what a reader of the README and the guides would do: writes the files that they show, runs
 * their commands with the assembled program, one page after the other in a folder of its own, and
 * looks whether what is printed is what they say.
 *
 * <ul>
 *   <li>A {@code sh} block is run, in the same shell as the blocks before it.
 *   <li>A {@code text} block right after it is what it prints to standard output; {@code …} stands
 *       for anything.
 *   <li>Any other block with a language begins with a comment that names its file, and is written
 *       there. A {@code yaml} block is a pipeline file, and is linted.
 *   <li>A comment {@code <!-- not run: reason -->} before a block leaves it out.
 * </ul>
 */
class DocumentationIT {
    private static final Path PROGRAM = Path.of(System.getProperty("millrace.program"));
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private static final Pattern BLOCK =
            Pattern.compile("(?m)^(<!-- not run: .+ -->\n+)?```([a-z]+)\n((?s:.*?))^```$");
    private static final Pattern FILE_NAME = Pattern.compile("\\A(?:#|//) (\\S+)\n");
    private static final String MARK = "=== block ";

    /** A page that fails must not leave its server to the next one. */
    private static final String TIDY_UP =
            "trap 'python3 examples/price_server.py stop >/dev/null 2>&1 || true' EXIT\n";

    @TempDir private Path folder;

    /** A part of a page between two fences. */
    private record Block(String language, String text, int line, boolean run) {}

    @TestFactory
    Stream<DynamicTest> everyExampleDoesWhatThePageSays() throws IOException {
        return pages().stream()
                .map(page ->
                        DynamicTest.dynamicTest(
                                ROOT.relativize(page).toString(),
                                page.toUri(),
                                () -> follow(page)));
    }

    private static List<Path> pages() throws IOException {
        var pages = new ArrayList<Path>();
        pages.add(ROOT.resolve("README.md"));
        for (Path folder : List.of(ROOT.resolve("docs"), ROOT.resolve("docs/guides"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        return pages;
    }

    private void follow(Path page) throws Exception {
        List<Block> blocks = blocks(page);
        if (blocks.isEmpty()) {
            return;
        }
        Path workspace = workspace(page);
        // Pages name fixed ports, so that they can be typed; two runs on one machine take turns.
        Path turns = Path.of(System.getProperty("java.io.tmpdir"), "millrace-documentation.lock");
        try (var channel = FileChannel.open(turns, CREATE, WRITE);
                FileLock _ = channel.lock();
                TestDatabase database = TestPostgres.shared().createDatabase()) {
            if (page.endsWith("README.md")) {
                // The reader's own: a table is there.
                database.execute(
                        "CREATE TABLE visitors (id int PRIMARY KEY, name text)",
                        "INSERT INTO visitors VALUES (1, 'Ada'), (2, 'Grace')");
            }
            Path output = folder.resolve(page.getFileName() + ".out");
            Path errors = folder.resolve(page.getFileName() + ".err");
            var builder =
                    new ProcessBuilder("bash", "-eu", "-c", TIDY_UP + script(blocks))
                            .directory(workspace.toFile())
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile());
            builder.environment().putAll(environment(workspace, database));
            builder.environment().merge("PATH", programs(database), (path, own) -> own + path);
            Process process = builder.start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(10, MINUTES);
            process.destroyForcibly();
            String printed = Files.readString(output);
            assertThat(ended && process.exitValue() == 0)
                    .as(
                            "%s runs to its end; it printed%n%s%nand told%n%s",
                            ROOT.relativize(page), printed, Files.readString(errors))
                    .isTrue();
            compare(page, blocks, printed);
        }
    }

    /** The folders of {@code java} and {@code psql}, each with a colon behind it. */
    private static String programs(TestDatabase database) {
        Path psql = Path.of(database.server().program("psql"));
        return "%s/bin:%s:".formatted(System.getProperty("java.home"), psql.getParent());
    }

    private Path workspace(Path page) throws IOException {
        Path workspace = Files.createDirectory(folder.resolve(page.getFileName() + ".work"));
        Files.createDirectory(workspace.resolve("bin"));
        Files.createSymbolicLink(workspace.resolve("bin/millrace"), PROGRAM);
        Files.createSymbolicLink(
                workspace.resolve("lib"), PROGRAM.resolveSibling("../lib").normalize());
        Path examples = ROOT.resolve("examples");
        try (Stream<Path> files = Files.walk(examples)) {
            for (Path file : files.toList()) {
                Files.copy(file, workspace.resolve(ROOT.relativize(file)));
            }
        }
        return workspace;
    }

    private static Map<String, String> environment(Path workspace, TestDatabase database) {
        return Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "MILLRACE_HOME", workspace.resolve(".millrace").toString(),
                "PGHOST", database.host(),
                "PGPORT", String.valueOf(database.port()),
                "PGDATABASE", database.name(),
                "PGUSER", database.username(),
                "PGPASSWORD", database.password());
    }

    private static List<Block> blocks(Path page) throws IOException {
        String text = Files.readString(page);
        var blocks = new ArrayList<Block>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            int line = (int) text.substring(0, matcher.start(2)).lines().count();
            blocks.add(
                    new Block(matcher.group(2), matcher.group(3), line, matcher.group(1) == null));
        }
        return blocks;
    }

    private static String script(List<Block> blocks) {
        var script = new StringBuilder();
        for (Block block : blocks) {
            if (!block.run()) {
                continue;
            }
            script.append("echo '").append(MARK).append(block.line()).append("'\n");
            switch (block.language()) {
                case "sh" -> script.append(block.text());
                case "text" -> {
                    // Compared afterwards.
                }
                default -> {
                    String file = fileName(block);
                    script.append("mkdir -p \"$(dirname '%s')\"\n".formatted(file));
                    script.append("cat > '%s' <<'end of the block'\n".formatted(file));
                    script.append(block.text()).append("end of the block\n");
                    if (block.language().equals("yaml")) {
                        script.append("bin/millrace lint '%s'\n".formatted(file));
                    }
                }
            }
        }
        return script.toString();
    }

    private static String fileName(Block block) {
        Matcher matcher = FILE_NAME.matcher(block.text());
        assertThat(matcher.find())
                .as("line %d: the first line of the block names its file", block.line())
                .isTrue();
        return matcher.group(1);
    }

    private static void compare(Path page, List<Block> blocks, String printed) {
        Optional<Block> before = Optional.empty();
        for (Block block : blocks) {
            if (block.language().equals("text") && block.run() && before.isPresent()) {
                assertThat(plain(output(printed, before.get())))
                        .as("%s, line %d", ROOT.relativize(page), block.line())
                        .matches(pattern(plain(block.text())));
            }
            before = Optional.of(block).filter(it -> it.run() && it.language().equals("sh"));
        }
    }

    private static String output(String printed, Block block) {
        String mark = MARK + block.line() + "\n";
        int start = printed.indexOf(mark) + mark.length();
        int end = printed.indexOf(MARK, start);
        return end < 0 ? printed.substring(start) : printed.substring(start, end);
    }

    /** Without what differs from run to run. */
    private static String plain(String text) {
        return text.replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "INSTANT")
                .replaceAll("\\b\\d+(\\.\\d+)? s\\b", "TIME")
                .replaceAll("[ \t]+(?=\n)", "")
                .strip();
    }

    private static Pattern pattern(String expected) {
        String[] parts = expected.split("…", -1);
        return Pattern.compile(
                Stream.of(parts)
                        .map(Pattern::quote)
                        .reduce((one, other) -> one + "(?s:.*)" + other)
                        .orElseThrow());
    }
}
