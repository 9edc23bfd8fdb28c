package io.millrace.declarative.interpolation.python;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Methods of {@code dict}, {@code list}, {@code tuple}, {@code set} and of the views of a dict.
 * Those that change their object fail with a security error where the object was given as
 * unmodifiable.
 */
final class ContainerMethods {
    static final Map<String, Method> DICT =
            Map.ofEntries(
                    Map.entry("get", ContainerMethods::get),
                    Map.entry(
                            "keys", (self, arguments) -> view(self, arguments, DictView.Kind.KEYS)),
                    Map.entry(
                            "values",
                            (self, arguments) -> view(self, arguments, DictView.Kind.VALUES)),
                    Map.entry(
                            "items",
                            (self, arguments) -> view(self, arguments, DictView.Kind.ITEMS)),
                    Map.entry(
                            "copy",
                            (self, arguments) -> {
                                arguments.checkPositional("copy", 0, 0);
                                return Dicts.copy((Map<?, ?>) self);
                            }),
                    Map.entry("update", changing(ContainerMethods::update)),
                    Map.entry("pop", changing(ContainerMethods::popKey)),
                    Map.entry(
                            "popitem",
                            changing((self, arguments) -> {
                                arguments.checkPositional("popitem", 0, 0);
                                Map<?, ?> map = (Map<?, ?>) self;
                                if (map.isEmpty()) {
                                    throw PythonError.key("popitem(): dictionary is empty");
                                }
                                Object last = null;
                                for (Object key : map.keySet()) {
                                    last = key;
                                }
                                return Tuple.of(last, map.remove(last));
                            })),
                    Map.entry(
                            "setdefault",
                            changing((self, arguments) -> {
                                arguments.checkPositional("setdefault", 1, 2);
                                Object found = Dicts.find((Map<?, ?>) self, arguments.get(0));
                                if (!Python.isMissing(found)) {
                                    return found;
                                }
                                Object value = arguments.get(1, null);
                                Dicts.put(Dicts.mutable((Map<?, ?>) self), arguments.get(0), value);
                                return value;
                            })),
                    Map.entry(
                            "clear",
                            changing((self, arguments) -> {
                                arguments.checkPositional("clear", 0, 0);
                                ((Map<?, ?>) self).clear();
                                return null;
                            })),
                    Map.entry(
                            "fromkeys",
                            (_, arguments) -> {
                                arguments.checkPositional("fromkeys", 1, 2);
                                Map<Object, Object> made = new LinkedHashMap<>();
                                for (Object key : Python.list(arguments.get(0))) {
                                    Dicts.put(made, key, arguments.get(1, null));
                                }
                                return made;
                            }));

    static final Map<String, Method> TUPLE =
            Map.of(
                    "count", ContainerMethods::count,
                    "index", ContainerMethods::index);

    static final Map<String, Method> LIST =
            Map.ofEntries(
                    Map.entry("count", ContainerMethods::count),
                    Map.entry("index", ContainerMethods::index),
                    Map.entry(
                            "copy",
                            (self, arguments) -> {
                                arguments.checkPositional("copy", 0, 0);
                                return new ArrayList<>((List<?>) self);
                            }),
                    Map.entry(
                            "append",
                            changing((self, arguments) -> {
                                arguments.checkPositional("append", 1, 1);
                                List<Object> list = mutable(self);
                                Limits.checkSize(list.size());
                                list.add(arguments.get(0));
                                return null;
                            })),
                    Map.entry(
                            "extend",
                            changing((self, arguments) -> {
                                arguments.checkPositional("extend", 1, 1);
                                List<Object> more = Python.list(arguments.get(0));
                                Limits.checkSize((long) more.size() + mutable(self).size());
                                mutable(self).addAll(more);
                                return null;
                            })),
                    Map.entry(
                            "insert",
                            changing((self, arguments) -> {
                                arguments.checkPositional("insert", 2, 2);
                                List<Object> list = mutable(self);
                                int at = Python.index(arguments.get(0));
                                int position =
                                        at < 0
                                                ? Math.max(at + list.size(), 0)
                                                : Math.min(at, list.size());
                                list.add(position, arguments.get(1));
                                return null;
                            })),
                    Map.entry(
                            "pop",
                            changing((self, arguments) -> {
                                arguments.checkPositional("pop", 0, 1);
                                List<Object> list = mutable(self);
                                if (list.isEmpty()) {
                                    throw PythonError.index("pop from empty list");
                                }
                                int at =
                                        arguments.count() == 0
                                                ? -1
                                                : Python.index(arguments.get(0));
                                int position = at < 0 ? at + list.size() : at;
                                if (position < 0 || position >= list.size()) {
                                    throw PythonError.index("pop index out of range");
                                }
                                return list.remove(position);
                            })),
                    Map.entry(
                            "remove",
                            changing((self, arguments) -> {
                                arguments.checkPositional("remove", 1, 1);
                                List<Object> list = mutable(self);
                                for (int i = 0; i < list.size(); i++) {
                                    if (Comparison.same(list.get(i), arguments.get(0), 0)) {
                                        list.remove(i);
                                        return null;
                                    }
                                }
                                throw PythonError.value("list.remove(x): x not in list");
                            })),
                    Map.entry(
                            "reverse",
                            changing((self, arguments) -> {
                                arguments.checkPositional("reverse", 0, 0);
                                Collections.reverse((List<?>) self);
                                return null;
                            })),
                    Map.entry(
                            "clear",
                            changing((self, arguments) -> {
                                arguments.checkPositional("clear", 0, 0);
                                ((List<?>) self).clear();
                                return null;
                            })),
                    Map.entry("sort", changing(ContainerMethods::sort)));

    static final Map<String, Method> VIEW = Map.of("isdisjoint", ContainerMethods::isDisjoint);

    static final Map<String, Method> SET =
            Map.ofEntries(
                    Map.entry("isdisjoint", ContainerMethods::isDisjoint),
                    Map.entry(
                            "add",
                            (self, arguments) -> {
                                arguments.checkPositional("add", 1, 1);
                                ((PythonSet) self).add(arguments.get(0));
                                return null;
                            }),
                    Map.entry(
                            "discard",
                            (self, arguments) -> {
                                arguments.checkPositional("discard", 1, 1);
                                ((PythonSet) self).remove(arguments.get(0));
                                return null;
                            }),
                    Map.entry(
                            "remove",
                            (self, arguments) -> {
                                arguments.checkPositional("remove", 1, 1);
                                if (!((PythonSet) self).remove(arguments.get(0))) {
                                    throw PythonError.key(Repr.of(arguments.get(0)));
                                }
                                return null;
                            }),
                    Map.entry(
                            "pop",
                            (self, arguments) -> {
                                arguments.checkPositional("pop", 0, 0);
                                try {
                                    return ((PythonSet) self).pop();
                                } catch (NoSuchElementException _) {
                                    throw PythonError.key("pop from an empty set");
                                }
                            }),
                    Map.entry(
                            "clear",
                            (self, _) -> {
                                ((PythonSet) self).clear();
                                return null;
                            }),
                    Map.entry("copy", (self, _) -> PythonSet.of(((PythonSet) self).iterator())),
                    Map.entry(
                            "union",
                            (self, arguments) -> {
                                PythonSet result = PythonSet.of(((PythonSet) self).iterator());
                                each(arguments, result::add);
                                return result;
                            }),
                    Map.entry(
                            "update",
                            (self, arguments) -> {
                                each(arguments, ((PythonSet) self)::add);
                                return null;
                            }),
                    Map.entry(
                            "difference",
                            (self, arguments) -> {
                                PythonSet result = PythonSet.of(((PythonSet) self).iterator());
                                each(arguments, result::remove);
                                return result;
                            }),
                    Map.entry(
                            "intersection",
                            (self, arguments) -> {
                                PythonSet result = PythonSet.of(((PythonSet) self).iterator());
                                for (int i = 0; i < arguments.count(); i++) {
                                    PythonSet other =
                                            PythonSet.of(Python.iterate(arguments.get(i)));
                                    for (Object item : result) {
                                        if (!other.contains(item)) {
                                            result.remove(item);
                                        }
                                    }
                                }
                                return result;
                            }),
                    Map.entry(
                            "issubset",
                            (self, arguments) -> {
                                arguments.checkPositional("issubset", 1, 1);
                                PythonSet other = PythonSet.of(Python.iterate(arguments.get(0)));
                                return Comparison.ordered(
                                        Comparison.Ordering.LESS_OR_EQUAL, self, other);
                            }),
                    Map.entry(
                            "issuperset",
                            (self, arguments) -> {
                                arguments.checkPositional("issuperset", 1, 1);
                                PythonSet other = PythonSet.of(Python.iterate(arguments.get(0)));
                                return Comparison.ordered(
                                        Comparison.Ordering.GREATER_OR_EQUAL, self, other);
                            }));

    private ContainerMethods() {}

    private interface Item {
        void take(@Nullable Object item);
    }

    private static void each(Arguments arguments, Item use) {
        for (int i = 0; i < arguments.count(); i++) {
            Python.list(arguments.get(i)).forEach(use::take);
        }
    }

    private static Method changing(Method method) {
        return (self, arguments) -> {
            try {
                return method.call(self, arguments);
            } catch (UnsupportedOperationException _) {
                throw new PythonError(
                        PythonError.Kind.SECURITY, "This value can't be changed by a template.");
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static List<Object> mutable(Object self) {
        return (List<Object>) self;
    }

    static @Nullable Object get(Object self, Arguments arguments) {
        arguments.checkPositional("get", 1, 2);
        Object value = Dicts.find((Map<?, ?>) self, arguments.get(0));
        return Python.isMissing(value) ? arguments.get(1, null) : value;
    }

    static DictView view(Object self, Arguments arguments, DictView.Kind kind) {
        arguments.checkPositional("keys", 0, 0);
        return new DictView((Map<?, ?>) self, kind);
    }

    private static @Nullable Object update(Object self, Arguments arguments) {
        Map<Object, Object> map = Dicts.mutable((Map<?, ?>) self);
        fill(map, "update", arguments);
        return null;
    }

    /** What {@code dict(…)} and {@code dict.update(…)} do with their arguments. */
    static void fill(Map<Object, Object> map, String function, Arguments arguments) {
        if (arguments.count() > 1) {
            throw PythonError.type(
                    "%s expected at most 1 argument, got %d"
                            .formatted(function, arguments.count()));
        }
        if (arguments.count() == 1) {
            Object source = arguments.get(0);
            if (source instanceof Map<?, ?> other) {
                other.forEach((key, value) -> Dicts.put(map, key, value));
            } else {
                for (Object pair : Python.list(source)) {
                    if (!Python.isIterable(pair)) {
                        throw PythonError.type(
                                "cannot convert dictionary update sequence element to a sequence");
                    }
                    List<Object> parts = Python.list(pair);
                    if (parts.size() != 2) {
                        throw PythonError.value(
                                "dictionary update sequence element has length %d; 2 is required"
                                        .formatted(parts.size()));
                    }
                    Dicts.put(map, parts.get(0), parts.get(1));
                }
            }
        }
        arguments.keywords().forEach((name, value) -> Dicts.put(map, name, value));
    }

    private static @Nullable Object popKey(Object self, Arguments arguments) {
        arguments.checkPositional("pop", 1, 2);
        Object removed = Dicts.remove((Map<?, ?>) self, arguments.get(0));
        if (!Python.isMissing(removed)) {
            return removed;
        }
        if (arguments.count() < 2) {
            throw PythonError.key(Repr.of(arguments.get(0)));
        }
        return arguments.get(1);
    }

    private static Object count(Object self, Arguments arguments) {
        arguments.checkPositional("count", 1, 1);
        return ((List<?>) self)
                .stream().filter(item -> Comparison.same(item, arguments.get(0), 0)).count();
    }

    private static Object index(Object self, Arguments arguments) {
        arguments.checkPositional("index", 1, 3);
        List<?> list = (List<?>) self;
        int start = bound(arguments.get(1, 0L), list.size());
        int end = bound(arguments.get(2, (long) Integer.MAX_VALUE), list.size());
        for (int i = start; i < end; i++) {
            if (Comparison.same(list.get(i), arguments.get(0), 0)) {
                return (long) i;
            }
        }
        throw PythonError.value("%s is not in list".formatted(Python.typeName(arguments.get(0))));
    }

    /** A position that may count from the end, kept within 0 and {@code size}. */
    static int bound(@Nullable Object position, int size) {
        int given = Python.index(position);
        return given < 0 ? Math.max(given + size, 0) : Math.min(given, size);
    }

    private static @Nullable Object sort(Object self, Arguments arguments) {
        if (arguments.count() > 0) {
            throw PythonError.type("sort() takes no positional arguments");
        }
        @Nullable Object[] bound = arguments.bind("sort", 0, "key", "reverse");
        Object key = Python.isMissing(bound[0]) ? null : bound[0];
        boolean reverse = !Python.isMissing(bound[1]) && Python.isTrue(bound[1]);
        List<Object> sorted =
                Sorting.sorted(
                        (List<?>) self,
                        item -> key == null ? item : Python.call(key, Arguments.of(item)),
                        reverse);
        List<Object> list = mutable(self);
        for (int i = 0; i < sorted.size(); i++) {
            list.set(i, sorted.get(i));
        }
        return null;
    }

    private static Object isDisjoint(Object self, Arguments arguments) {
        arguments.checkPositional("isdisjoint", 1, 1);
        for (Iterator<?> items = Python.iterate(arguments.get(0)); items.hasNext(); ) {
            if (Python.contains(self, items.next())) {
                return false;
            }
        }
        return true;
    }
}
