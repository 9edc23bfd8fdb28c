package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Dicts;
import io.millrace.declarative.interpolation.python.Limits;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.PythonIterator;
import io.millrace.declarative.interpolation.python.Sorting;
import io.millrace.declarative.interpolation.python.Text;
import io.millrace.declarative.interpolation.python.Tuple;
import io.millrace.declarative.interpolation.python.Undefined;
import io.millrace.declarative.interpolation.template.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The filters that work on sequences and mappings. */
final class SequenceFilters {
    private final Map<String, Filter> filters;
    private final Map<String, Filter> tests;

    private SequenceFilters(Map<String, Filter> filters, Map<String, Filter> tests) {
        this.filters = filters;
        this.tests = tests;
    }

    /**
     * The filters by name.
     *
     * @param filters where {@code map} finds the filters that it applies; may be filled later
     * @param tests where {@code select} and its siblings find tests
     */
    static Map<String, Filter> table(Map<String, Filter> filters, Map<String, Filter> tests) {
        var self = new SequenceFilters(filters, tests);
        Map<String, Filter> table = new HashMap<>();
        table.put(
                "length",
                (value, arguments) -> {
                    arguments.checkPositional("len", 0, 0);
                    return (long) Python.length(value);
                });
        table.put(
                "count",
                (value, arguments) -> {
                    arguments.checkPositional("len", 0, 0);
                    return (long) Python.length(value);
                });
        table.put(
                "list",
                (value, arguments) -> {
                    arguments.bind("list", 0);
                    return Python.list(value);
                });
        table.put(
                "first",
                (value, arguments) -> {
                    arguments.bind("first", 0);
                    Iterator<?> items = Python.iterate(value);
                    return items.hasNext()
                            ? items.next()
                            : Undefined.because("No first item, sequence was empty.");
                });
        table.put("last", SequenceFilters::last);
        table.put("random", SequenceFilters::random);
        table.put("reverse", SequenceFilters::reverse);
        table.put("join", SequenceFilters::join);
        table.put("items", SequenceFilters::items);
        table.put("dictsort", SequenceFilters::dictSort);
        table.put("sort", SequenceFilters::sort);
        table.put("unique", SequenceFilters::unique);
        table.put(
                "min",
                (value, arguments) -> extreme("min", value, arguments, Comparison.Ordering.LESS));
        table.put(
                "max",
                (value, arguments) ->
                        extreme("max", value, arguments, Comparison.Ordering.GREATER));
        table.put("sum", SequenceFilters::sum);
        table.put("batch", SequenceFilters::batch);
        table.put("slice", SequenceFilters::slice);
        table.put("groupby", SequenceFilters::groupBy);
        table.put("map", self::map);
        table.put("select", (value, arguments) -> self.select(value, arguments, true, false));
        table.put("reject", (value, arguments) -> self.select(value, arguments, false, false));
        table.put("selectattr", (value, arguments) -> self.select(value, arguments, true, true));
        table.put("rejectattr", (value, arguments) -> self.select(value, arguments, false, true));
        return table;
    }

    private static boolean flag(@Nullable Object given, boolean otherwise) {
        return Python.isMissing(given) ? otherwise : Python.isTrue(given);
    }

    private static @Nullable Object orNone(@Nullable Object given) {
        return Python.isMissing(given) ? null : given;
    }

    private static @Nullable Object last(@Nullable Object value, Arguments arguments) {
        arguments.bind("last", 0);
        List<Object> items = reversible(value);
        return items.isEmpty()
                ? Undefined.because("No last item, sequence was empty.")
                : items.getLast();
    }

    /** The items of what Python can go through backward. */
    private static List<Object> reversible(@Nullable Object value) {
        if (Python.isReversible(value)) {
            return Python.list(value);
        }
        throw PythonError.type("'%s' object is not reversible".formatted(Python.typeName(value)));
    }

    private static @Nullable Object random(@Nullable Object value, Arguments arguments) {
        arguments.bind("random", 0);
        int size = Python.length(value);
        return size == 0
                ? Undefined.because("No random item, sequence was empty.")
                : Python.item(value, (long) ThreadLocalRandom.current().nextInt(size));
    }

    private static Object reverse(@Nullable Object value, Arguments arguments) {
        arguments.bind("reverse", 0);
        String text = Python.text(value);
        if (text != null) {
            return Text.reversed(text);
        }
        if (!Python.isIterable(value)) {
            throw new PythonError(PythonError.Kind.FILTER_ARGUMENT, "argument must be iterable");
        }
        List<Object> items = Python.list(value);
        Collections.reverse(items);
        return Python.isReversible(value)
                ? new PythonIterator("list_reverseiterator", items.iterator())
                : items;
    }

    private static Object join(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("join", 0, "d", "attribute");
        String separator = Python.isMissing(bound[0]) ? "" : Python.str(bound[0]);
        Object attribute = orNone(bound[1]);
        Attributes path = attribute == null ? null : Attributes.of(attribute, null);
        var text = new StringBuilder();
        String between = "";
        for (Object item : Python.list(value)) {
            text.append(between).append(Python.str(path == null ? item : path.get(item)));
            Limits.checkSize(text.length());
            between = separator;
        }
        return text.toString();
    }

    private static Object items(@Nullable Object value, Arguments arguments) {
        arguments.bind("items", 0);
        if (value instanceof Undefined) {
            return PythonIterator.generator("do_items", Collections.emptyIterator());
        }
        if (!(value instanceof Map<?, ?> map)) {
            return failing("do_items", PythonError.type("Can only get item pairs from a mapping."));
        }
        return PythonIterator.generator("do_items", pairs(map).iterator());
    }

    private static List<Object> pairs(Map<?, ?> map) {
        List<Object> pairs = new ArrayList<>(map.size());
        map.forEach((key, value) -> pairs.add(Tuple.of(key, value)));
        return pairs;
    }

    /**
     * A generator that fails when its first item is asked for, as Python's do with what is wrong at
     * their start.
     */
    private static PythonIterator failing(String function, PythonError error) {
        return PythonIterator.generator(
                function,
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        throw error;
                    }

                    @Override
                    public Object next() {
                        throw error;
                    }
                });
    }

    private static Object dictSort(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        String by = Python.isMissing(bound[1]) ? "key" : String.valueOf(Python.text(bound[1]));
        int position =
                switch (by) {
                    case "key" -> 0;
                    case "value" -> 1;
                    default ->
                            throw new PythonError(
                                    PythonError.Kind.FILTER_ARGUMENT,
                                    "You can only sort by either \"key\" or \"value\"");
                };
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw PythonError.attribute(
                    "'%s' object has no attribute 'items'".formatted(Python.typeName(value)));
        }
        boolean caseSensitive = flag(bound[0], false);
        var path = new Attributes(List.of((long) position), null);
        return Sorting.sorted(
                pairs(map), pair -> path.key(pair, caseSensitive), flag(bound[2], false));
    }

    private static Object sort(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        boolean caseSensitive = flag(bound[1], false);
        String names = Python.text(bound[2]);
        List<Attributes> paths = new ArrayList<>();
        if (names == null) {
            paths.add(Attributes.of(orNone(bound[2]), null));
        } else {
            for (String name : names.split(",", -1)) {
                paths.add(Attributes.of(name, null));
            }
        }
        Sorting.Key key =
                item -> {
                    List<Object> keys = new ArrayList<>(paths.size());
                    paths.forEach(path -> keys.add(path.key(item, caseSensitive)));
                    return keys;
                };
        return Sorting.sorted(Python.list(value), key, flag(bound[0], false));
    }

    private static Object unique(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
        boolean caseSensitive = flag(bound[0], false);
        Attributes path = Attributes.of(orNone(bound[1]), null);
        Map<Object, Object> seen = new LinkedHashMap<>();
        return lazily(
                "sync_do_unique",
                value,
                item -> {
                    Object key = path.key(item, caseSensitive);
                    int before = seen.size();
                    Dicts.put(seen, key, true);
                    return seen.size() > before ? item : Python.MISSING;
                });
    }

    private static @Nullable Object extreme(
            String name, @Nullable Object value, Arguments arguments, Comparison.Ordering better) {
        @Nullable Object[] bound = arguments.bind(name, 0, "case_sensitive", "attribute");
        Iterator<?> items = Python.iterate(value);
        if (!items.hasNext()) {
            return Undefined.because("No aggregated item, sequence was empty.");
        }
        boolean caseSensitive = flag(bound[0], false);
        Attributes path = Attributes.of(orNone(bound[1]), null);
        Object best = items.next();
        Object bestKey = path.key(best, caseSensitive);
        while (items.hasNext()) {
            Object item = items.next();
            Object key = path.key(item, caseSensitive);
            if (Comparison.ordered(better, key, bestKey)) {
                best = item;
                bestKey = key;
            }
        }
        return best;
    }

    private static @Nullable Object sum(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("sum", 0, "attribute", "start");
        Object attribute = orNone(bound[0]);
        Attributes path = Attributes.of(attribute, null);
        Object total = Python.isMissing(bound[1]) ? (Object) 0L : bound[1];
        if (Python.text(total) != null) {
            throw PythonError.type("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Object item : Python.list(value)) {
            total = Operators.add(total, path.get(item));
        }
        return total;
    }

    private static Object batch(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("batch", 1, "linecount", "fill_with");
        List<Object> lines = new ArrayList<>();
        List<Object> line = new ArrayList<>();
        for (Object item : Python.list(value)) {
            if (Comparison.equal((long) line.size(), bound[0])) {
                lines.add(line);
                line = new ArrayList<>();
            }
            line.add(item);
        }
        if (!line.isEmpty()) {
            Object filler = orNone(bound[1]);
            if (filler != null
                    && Comparison.ordered(Comparison.Ordering.LESS, (long) line.size(), bound[0])) {
                int count = Python.index(bound[0]);
                Limits.checkSize(count);
                line.addAll(Collections.nCopies(count - line.size(), filler));
            }
            lines.add(line);
        }
        return PythonIterator.generator("do_batch", lines.iterator());
    }

    private static Object slice(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("slice", 1, "slices", "fill_with");
        List<Object> items = Python.list(value);
        int count = Python.index(bound[0]);
        if (count == 0) {
            // The division fails before anything else does.
            return failing(
                    "sync_do_slice",
                    new PythonError(
                            PythonError.Kind.ZERO_DIVISION, "integer division or modulo by zero"));
        }
        Limits.checkSize(count);
        Object filler = orNone(bound[1]);
        int size = Math.floorDiv(items.size(), count);
        int withExtra = Math.floorMod(items.size(), count);
        List<Object> slices = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < count; i++) {
            int end = start + size + (i < withExtra ? 1 : 0);
            List<Object> part = new ArrayList<>(items.subList(start, end));
            if (filler != null && i >= withExtra) {
                part.add(filler);
            }
            slices.add(part);
            start = end;
        }
        return PythonIterator.generator("sync_do_slice", slices.iterator());
    }

    private static Object groupBy(@Nullable Object value, Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        boolean caseSensitive = flag(bound[2], false);
        Attributes path = Attributes.of(bound[0], orNone(bound[1]));
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object key = Python.MISSING;
        for (Object item :
                Sorting.sorted(Python.list(value), item -> path.key(item, caseSensitive), false)) {
            Object itemKey = path.key(item, caseSensitive);
            if (Python.isMissing(key) || !Comparison.equal(key, itemKey)) {
                group = new ArrayList<>();
                // The group bears the name that its first item has, in its own case.
                groups.add(Tuple.named(List.of("grouper", "list"), path.get(item), group));
                key = itemKey;
            }
            group.add(item);
        }
        return groups;
    }

    /** What becomes of an item: a value, or {@link Python#MISSING} if it drops out. */
    private interface Mapping {
        @Nullable Object of(@Nullable Object item);
    }

    /** A generator over {@code source}, which is looked at when the first item is asked for. */
    private static PythonIterator lazily(
            String function, @Nullable Object source, Mapping mapping) {
        return PythonIterator.generator(
                function,
                new Iterator<>() {
                    private @Nullable Iterator<?> items;
                    private @Nullable Object next = Python.MISSING;

                    @Override
                    public boolean hasNext() {
                        if (items == null) {
                            items = Python.iterate(source);
                        }
                        while (Python.isMissing(next) && items.hasNext()) {
                            next = mapping.of(items.next());
                        }
                        return !Python.isMissing(next);
                    }

                    @Override
                    public @Nullable Object next() {
                        if (!hasNext()) {
                            throw new NoSuchElementException();
                        }
                        Object item = next;
                        next = Python.MISSING;
                        return item;
                    }
                });
    }

    private Object map(@Nullable Object value, Arguments arguments) {
        if (!Python.isTrue(value)) {
            return PythonIterator.generator("sync_do_map", Collections.emptyIterator());
        }
        if (arguments.count() == 0 && arguments.keywords().containsKey("attribute")) {
            Map<String, Object> keywords = new LinkedHashMap<>(arguments.keywords());
            Attributes path =
                    Attributes.of(keywords.remove("attribute"), keywords.remove("default"));
            if (!keywords.isEmpty()) {
                return failing(
                        "sync_do_map",
                        new PythonError(
                                PythonError.Kind.FILTER_ARGUMENT,
                                "Unexpected keyword argument '%s'"
                                        .formatted(keywords.keySet().iterator().next())));
            }
            return lazily("sync_do_map", value, path::get);
        }
        if (arguments.count() == 0) {
            return failing(
                    "sync_do_map",
                    new PythonError(
                            PythonError.Kind.FILTER_ARGUMENT, "map requires a filter argument"));
        }
        Filter filter = named(filters, "filter", arguments.get(0));
        Arguments rest = arguments.without(1);
        return lazily("sync_do_map", value, item -> filter.apply(item, rest));
    }

    private static Filter named(Map<String, Filter> table, String kind, @Nullable Object name) {
        Filter filter = name instanceof String text ? table.get(text) : null;
        if (filter == null) {
            return (_, _) -> {
                throw new PythonError(
                        PythonError.Kind.RUNTIME,
                        "No %s named %s.".formatted(kind, Python.repr(name)));
            };
        }
        return filter;
    }

    private Object select(
            @Nullable Object value, Arguments arguments, boolean wanted, boolean byAttribute) {
        if (!Python.isTrue(value)) {
            return PythonIterator.generator("select_or_reject", Collections.emptyIterator());
        }
        if (byAttribute && arguments.count() == 0) {
            return failing(
                    "select_or_reject",
                    new PythonError(
                            PythonError.Kind.FILTER_ARGUMENT,
                            "Missing parameter for attribute name"));
        }
        Attributes path =
                byAttribute
                        ? Attributes.of(arguments.get(0), null)
                        : new Attributes(List.of(), null);
        Arguments rest = byAttribute ? arguments.without(1) : arguments;
        if (rest.count() == 0) {
            return lazily(
                    "select_or_reject",
                    value,
                    item -> Python.isTrue(path.get(item)) == wanted ? item : Python.MISSING);
        }
        Filter test = named(tests, "test", rest.get(0));
        Arguments given = rest.without(1);
        return lazily(
                "select_or_reject",
                value,
                item ->
                        Python.isTrue(test.apply(path.get(item), given)) == wanted
                                ? item
                                : Python.MISSING);
    }
}
