package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Callable;
import io.millrace.declarative.interpolation.python.Containers;
import io.millrace.declarative.interpolation.python.Function;
import io.millrace.declarative.interpolation.python.Limits;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.PythonObject;
import io.millrace.declarative.interpolation.python.Text;
import io.millrace.declarative.interpolation.template.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The functions that the template language itself brings; {@code range} is left out, as in the
 * reference.
 */
final class Globals {
    private static final List<String> WORDS =
            List.of(
                    "lorem",
                    "ipsum",
                    "dolor",
                    "sit",
                    "amet",
                    "consectetuer",
                    "adipiscing",
                    "elit",
                    "sed",
                    "diam",
                    "nonummy",
                    "nibh",
                    "euismod",
                    "tincidunt",
                    "ut",
                    "laoreet",
                    "dolore",
                    "magna",
                    "aliquam",
                    "erat",
                    "volutpat");

    private Globals() {}

    /** The functions by name, and {@code self}, which published manifests mention. */
    static Map<String, Object> table() {
        Map<String, Object> table = new HashMap<>();
        table.put("dict", new Function("dict", arguments -> Containers.dict("dict", arguments)));
        table.put(
                "namespace",
                new Function(
                        "namespace",
                        arguments -> new Namespace(Containers.dict("namespace", arguments))));
        table.put("lipsum", new Function("lipsum", Globals::lipsum));
        table.put(
                "cycler",
                new Function(
                        "cycler",
                        arguments -> {
                            if (arguments.count() == 0) {
                                throw new PythonError(
                                        PythonError.Kind.RUNTIME,
                                        "at least one item has to be provided");
                            }
                            return new Cycler(arguments.positional());
                        }));
        table.put(
                "joiner",
                new Function(
                        "joiner",
                        arguments -> {
                            Object separator = arguments.bind("joiner", 0, "sep")[0];
                            return new Joiner(Python.isMissing(separator) ? ", " : separator);
                        }));
        table.put("self", new TemplateReference());
        return table;
    }

    /**
     * What {@code self} is: a door to the blocks of a template, of which ours have none to show.
     */
    private static final class TemplateReference implements PythonObject {
        @Override
        public @Nullable Object attribute(String name) {
            return Python.MISSING;
        }

        @Override
        public String typeName() {
            return "TemplateReference";
        }

        @Override
        public String repr() {
            return "<TemplateReference None>";
        }
    }

    private static final class Cycler implements PythonObject {
        private final @Nullable Object[] items;
        private int at;

        private Cycler(@Nullable Object[] items) {
            this.items = items;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "current" -> items[at];
                case "next" ->
                        new Function(
                                "next",
                                arguments -> {
                                    arguments.bind("next", 0);
                                    Object item = items[at];
                                    at = (at + 1) % items.length;
                                    return item;
                                });
                case "reset" ->
                        new Function(
                                "reset",
                                arguments -> {
                                    arguments.bind("reset", 0);
                                    at = 0;
                                    return null;
                                });
                default -> Python.MISSING;
            };
        }

        @Override
        public String typeName() {
            return "Cycler";
        }
    }

    private static final class Joiner implements Callable {
        private final @Nullable Object separator;
        private boolean used;

        private Joiner(@Nullable Object separator) {
            this.separator = separator;
        }

        @Override
        public @Nullable Object call(Arguments arguments) {
            arguments.bind("joiner", 0);
            Object result = used ? separator : "";
            used = true;
            return result;
        }

        @Override
        public String repr() {
            return "<jinja2.utils.Joiner object at 0x0>";
        }
    }

    /** Paragraphs of random words. */
    private static Object lipsum(Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("lipsum", 0, "n", "html", "min", "max");
        int count = Python.isMissing(bound[0]) ? 5 : Python.index(bound[0]);
        boolean html = Python.isMissing(bound[1]) || Python.isTrue(bound[1]);
        int least = Python.isMissing(bound[2]) ? 20 : Python.index(bound[2]);
        int most = Python.isMissing(bound[3]) ? 100 : Python.index(bound[3]);
        if (least >= most) {
            throw PythonError.value("empty range for randrange()");
        }
        Limits.checkSize(Math.max(count, 0) * (long) Math.max(most, 0) * 12);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        List<String> paragraphs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> words = new ArrayList<>();
            for (int size = random.nextInt(least, most); words.size() < size; ) {
                words.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            String paragraph = Text.capitalize(String.join(" ", words)) + ".";
            paragraphs.add(html ? "<p>%s</p>".formatted(paragraph) : paragraph);
        }
        return String.join(html ? "\n" : "\n\n", paragraphs);
    }
}
