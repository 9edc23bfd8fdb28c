package io.millrace.declarative.interpolation.python;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What Python does with any value: truth, text, items, attributes, operators. Values are the Java
 * objects that the package description lists; another object is a mistake of the caller and fails
 * with {@link IllegalArgumentException}.
 */
public final class Python {
    /**
     * Stands for "no such thing" where null already stands for {@code None}. No template ever sees
     * it.
     */
    public static final Object MISSING =
            new Object() {
                @Override
                public String toString() {
                    return "missing";
                }
            };

    private Python() {}

    /** Whether a value stands for "no such thing". */
    @SuppressWarnings("ReferenceEquality") // It is one object, and equal to no other.
    public static boolean isMissing(@Nullable Object value) {
        return value == MISSING;
    }

    /** {@code bool(value)}. */
    public static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean flag -> flag;
            case String text -> !text.isEmpty();
            case Long number -> number != 0;
            case PythonObject object -> object.isTrue();
            case Map<?, ?> map -> !map.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Double real -> real != 0;
            case BigInteger number -> number.signum() != 0;
            case Undefined _ -> false;
            case Markup markup -> !markup.text().isEmpty();
            case PythonSet set -> set.size() > 0;
            case DictView view -> view.size() > 0;
            case Bytes bytes -> bytes.size() > 0;
            case TimeDelta delta -> !delta.equals(TimeDelta.ZERO);
            default -> true;
        };
    }

    /** {@code str(value)}. */
    public static String str(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case null -> "None";
            case Long number -> number.toString();
            case Markup markup -> markup.text();
            case Undefined _ -> "";
            case LocalDate date -> isoDate(date);
            case Datetime datetime -> datetime.toString();
            case ClockTime time -> time.toString();
            case TimeDelta delta -> delta.toString();
            case CalendarDuration duration -> duration.toString();
            case Zone zone -> zone.name();
            default -> Repr.of(value);
        };
    }

    static String isoDate(LocalDate date) {
        return "%04d-%02d-%02d"
                .formatted(date.getYear(), date.getMonthValue(), date.getDayOfMonth());
    }

    /** {@code repr(value)}. */
    public static String repr(@Nullable Object value) {
        return Repr.of(value);
    }

    /** The text of a {@code str}, marked as HTML or not; null for any other value. */
    public static @Nullable String text(@Nullable Object value) {
        return value instanceof String text
                ? text
                : value instanceof Markup markup ? markup.text() : null;
    }

    /** Whether it is a {@code dict}: slices of a stream are mappings, but no dicts. */
    public static boolean isDict(@Nullable Object value) {
        return value instanceof Map<?, ?> && !(value instanceof PythonObject);
    }

    /** The name of the value's type. */
    public static String typeName(@Nullable Object value) {
        return switch (value) {
            case null -> "NoneType";
            case String _ -> "str";
            case Boolean _ -> "bool";
            case Long _ -> "int";
            case BigInteger _ -> "int";
            case Double _ -> "float";
            case PythonObject object -> object.typeName();
            case Tuple _ -> "tuple";
            case List<?> _ -> "list";
            case Map<?, ?> _ -> "dict";
            case Undefined _ -> "Undefined";
            case Markup _ -> "Markup";
            case Bytes _ -> "bytes";
            case PythonSet _ -> "set";
            case DictView view -> view.kind().typeName();
            case LocalDate _ -> "datetime.date";
            case Datetime _ -> "datetime.datetime";
            case ClockTime _ -> "datetime.time";
            case TimeDelta _ -> "datetime.timedelta";
            case CalendarDuration _ -> "Duration";
            case Zone _ -> "datetime.timezone";
            case PythonIterator iterator -> iterator.typeName();
            case Callable callable -> callable.typeName();
            case Ellipsis _ -> "ellipsis";
            case Slice _ -> "slice";
            default ->
                    throw new IllegalArgumentException(
                            "Not a Python value: " + value.getClass().getName());
        };
    }

    /** {@code len(value)}. */
    public static int length(@Nullable Object value) {
        return switch (value) {
            case String text -> Text.length(text);
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Markup markup -> Text.length(markup.text());
            case Undefined _ -> 0;
            case PythonSet set -> set.size();
            case DictView view -> view.size();
            case Bytes bytes -> bytes.size();
            case PythonObject object when object.length().isPresent() -> object.length().get();
            case null, default ->
                    throw PythonError.type(
                            "object of type '%s' has no len()".formatted(typeName(value)));
        };
    }

    /** Whether {@link #length} takes it. */
    public static boolean hasLength(@Nullable Object value) {
        return switch (value) {
            case PythonObject object -> object.length().isPresent() || object instanceof Map<?, ?>;
            case String _,
                    List<?> _,
                    Map<?, ?> _,
                    Markup _,
                    Undefined _,
                    PythonSet _,
                    DictView _,
                    Bytes _ ->
                    true;
            case null, default -> false;
        };
    }

    /** {@code iter(value)}. */
    @SuppressWarnings("unchecked")
    public static Iterator<@Nullable Object> iterate(@Nullable Object value) {
        return switch (value) {
            case List<?> list -> new ListIteration(list);
            case Map<?, ?> map -> (Iterator<Object>) map.keySet().iterator();
            case String text -> Text.characters(text).iterator();
            case Markup markup -> Text.characters(markup.text()).iterator();
            case Undefined _ -> Collections.emptyIterator();
            case DictView view -> view.iterator();
            case PythonSet set -> set.iterator();
            case PythonIterator iterator -> iterator;
            case Bytes bytes -> bytesAsNumbers(bytes).iterator();
            case PythonObject object when object.iterator().isPresent() -> object.iterator().get();
            case null, default ->
                    throw PythonError.type(
                            "'%s' object is not iterable".formatted(typeName(value)));
        };
    }

    /**
     * Goes through a list by position, as Python does, so that a loop may change the list that it
     * goes through.
     */
    private static final class ListIteration implements Iterator<@Nullable Object> {
        private final List<?> list;
        private int next;

        private ListIteration(List<?> list) {
            this.list = list;
        }

        @Override
        public boolean hasNext() {
            return next < list.size();
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return list.get(next++);
        }
    }

    private static List<Object> bytesAsNumbers(Bytes bytes) {
        List<Object> numbers = new ArrayList<>();
        for (int i = 0; i < bytes.size(); i++) {
            numbers.add(bytes.get(i));
        }
        return numbers;
    }

    /** {@code list(value)}: a new list. Fails if there are more items than a template may hold. */
    public static List<Object> list(@Nullable Object value) {
        List<Object> items = new ArrayList<>();
        Iterator<Object> iterator = iterate(value);
        try {
            while (iterator.hasNext()) {
                items.add(iterator.next());
                Limits.checkSize(items.size());
            }
        } catch (ConcurrentModificationException _) {
            throw new PythonError(
                    PythonError.Kind.RUNTIME, "container changed size during iteration");
        }
        return items;
    }

    /** {@code item in container}. */
    public static boolean contains(@Nullable Object container, @Nullable Object item) {
        return switch (container) {
            case String text ->
                    text.contains(
                            requireText("'in <string>' requires string as left operand", item));
            case Markup markup ->
                    markup.text()
                            .contains(
                                    requireText(
                                            "'in <string>' requires string as left operand", item));
            case Map<?, ?> map -> Dicts.contains(map, item);
            case PythonSet set -> set.contains(item);
            case DictView view -> view.contains(item);
            case Bytes bytes when item instanceof Bytes part ->
                    bytes.latin1().contains(part.latin1());
            case Bytes _ when !Numbers.isInteger(item) ->
                    throw PythonError.type(
                            "a bytes-like object is required, not '%s'".formatted(typeName(item)));
            case null, default -> {
                if (container == null || !isIterable(container)) {
                    throw PythonError.type(
                            "argument of type '%s' is not iterable".formatted(typeName(container)));
                }
                yield containsByScan(iterate(container), item);
            }
        };
    }

    static boolean containsByScan(Iterator<?> items, @Nullable Object item) {
        while (items.hasNext()) {
            if (Comparison.same(items.next(), item, 0)) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@link #iterate} takes it. */
    public static boolean isIterable(@Nullable Object value) {
        return switch (value) {
            case String _ -> true;
            case List<?> _ -> true;
            case Map<?, ?> _ -> true;
            case Markup _ -> true;
            case Undefined _ -> true;
            case DictView _ -> true;
            case PythonSet _ -> true;
            case PythonIterator _ -> true;
            case Bytes _ -> true;
            case PythonObject object -> object.iterator().isPresent();
            case null, default -> false;
        };
    }

    /** Whether {@code reversed(value)} takes it. */
    public static boolean isReversible(@Nullable Object value) {
        return value instanceof List<?>
                || text(value) != null
                || (value instanceof Map<?, ?> map && !(map instanceof PythonObject))
                || value instanceof DictView
                || value instanceof Undefined
                || value instanceof Bytes;
    }

    /**
     * The text of an argument that must be a {@code str}; else a type error that starts with {@code
     * complaint}.
     */
    public static String requireText(String complaint, @Nullable Object value) {
        String text = text(value);
        if (text == null) {
            throw PythonError.type("%s, not %s".formatted(complaint, typeName(value)));
        }
        return text;
    }

    /**
     * {@code obj[key]} as templates have it: the item, else for text the attribute of that name,
     * else undefined.
     */
    public static @Nullable Object subscript(@Nullable Object owner, @Nullable Object key) {
        if (owner instanceof Map<?, ?> map && key instanceof String name) {
            Object value = map.get(name);
            if (value != null || map.containsKey(name)) {
                return value;
            }
            return attributeOrUndefined(owner, name);
        }
        try {
            return item(owner, key);
        } catch (PythonError error) {
            if (error.kind() != PythonError.Kind.TYPE && !error.isLookup()) {
                throw error;
            }
            String name = text(key);
            return name == null ? Undefined.element(owner, key) : attributeOrUndefined(owner, name);
        }
    }

    private static @Nullable Object attributeOrUndefined(@Nullable Object owner, String name) {
        Object value = rawAttribute(owner, name);
        return isMissing(value) ? Undefined.element(owner, name) : value;
    }

    /** {@code obj.name} as templates have it: the attribute, else the item, else undefined. */
    public static @Nullable Object attribute(@Nullable Object owner, String name) {
        Object value = rawAttribute(owner, name);
        if (!isMissing(value)) {
            return value;
        }
        if (owner instanceof Map<?, ?> map) {
            Object item = map.get(name);
            return item != null || map.containsKey(name) ? item : Undefined.element(owner, name);
        }
        return Undefined.element(owner, name);
    }

    /**
     * The attribute itself, {@link #MISSING}, or an {@link Undefined} for one that templates may
     * not see: whatever starts with an underscore and would be there in Python.
     */
    public static @Nullable Object rawAttribute(@Nullable Object owner, String name) {
        if (owner instanceof Undefined undefined) {
            if (Methods.isHidden(name)) {
                return Undefined.unsafe(owner, name);
            }
            throw undefined.failure();
        }
        if (name.startsWith("_")) {
            if (owner instanceof PythonObject object && name.equals("_partition")) {
                return object.attribute(name);
            }
            return Methods.isHidden(name) ? Undefined.unsafe(owner, name) : MISSING;
        }
        return Methods.attribute(owner, name);
    }

    /** Python's own {@code obj[key]}. Fails with a key, index or type error. */
    public static @Nullable Object item(@Nullable Object owner, @Nullable Object key) {
        return switch (owner) {
            case Map<?, ?> map -> {
                Dicts.checkHashable(key);
                Object value = Dicts.find(map, key);
                if (isMissing(value)) {
                    throw PythonError.key(repr(key));
                }
                yield value;
            }
            case List<?> list -> {
                if (key instanceof Slice slice) {
                    List<Object> items = slice.of(list);
                    yield list instanceof Tuple ? Tuple.copyOf(items) : items;
                }
                yield list.get(position(key, list.size(), typeName(owner)));
            }
            case String text ->
                    key instanceof Slice slice
                            ? slice.of(text)
                            : Text.at(text, position(key, Text.length(text), "string"));
            case Markup markup -> new Markup(str(item(markup.text(), key)));
            case Bytes bytes ->
                    key instanceof Slice slice
                            ? new Bytes(
                                    slice.of(bytes.latin1()).getBytes(StandardCharsets.ISO_8859_1))
                            : (Object) bytes.get(position(key, bytes.size(), "bytes"));
            case Undefined undefined -> throw undefined.failure();
            case null, default ->
                    throw PythonError.type(
                            "'%s' object is not subscriptable".formatted(typeName(owner)));
        };
    }

    private static int position(@Nullable Object key, int size, String type) {
        if (!Numbers.isInteger(key) || key == null) {
            throw PythonError.type(
                    "%s indices must be integers or slices, not %s".formatted(type, typeName(key)));
        }
        int index = Numbers.clipped(key);
        int position = index < 0 ? index + size : index;
        if (position < 0 || position >= size) {
            throw PythonError.index("%s index out of range".formatted(type));
        }
        return position;
    }

    /** {@code callee(arguments)}. */
    public static @Nullable Object call(@Nullable Object callee, Arguments arguments) {
        return switch (callee) {
            case Callable callable -> callable.call(arguments);
            case Undefined undefined -> throw undefined.failure();
            case null, default ->
                    throw PythonError.type(
                            "'%s' object is not callable".formatted(typeName(callee)));
        };
    }

    /** An argument that must be an {@code int}, clipped to Java's. */
    public static int index(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (!Numbers.isInteger(value) || value == null) {
            throw PythonError.type(
                    "'%s' object cannot be interpreted as an integer".formatted(typeName(value)));
        }
        return Numbers.clipped(value);
    }

    /** {@code int(value)}. */
    public static Object toInteger(@Nullable Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean flag -> flag ? 1L : 0L;
            case BigInteger number -> number;
            case Double real -> Numbers.truncate(real);
            case String text -> Numbers.parseInteger(text, 10);
            case Markup markup -> Numbers.parseInteger(markup.text(), 10);
            case Bytes bytes -> Numbers.parseInteger(bytes.latin1(), 10);
            case Undefined undefined -> throw undefined.failure();
            case null, default ->
                    throw PythonError.type(
                            "int() argument must be a string, a bytes-like object or a real number, not '%s'"
                                    .formatted(typeName(value)));
        };
    }

    /** {@code float(value)}. */
    public static double toReal(@Nullable Object value) {
        return switch (value) {
            case Double real -> real;
            case Long number -> number.doubleValue();
            case Boolean flag -> flag ? 1 : 0;
            case BigInteger number -> Numbers.real(number);
            case String text -> Numbers.parseReal(text);
            case Markup markup -> Numbers.parseReal(markup.text());
            case Bytes bytes -> Numbers.parseReal(bytes.latin1());
            case Undefined undefined -> throw undefined.failure();
            case null, default ->
                    throw PythonError.type(
                            "float() argument must be a string or a real number, not '%s'"
                                    .formatted(typeName(value)));
        };
    }
}
