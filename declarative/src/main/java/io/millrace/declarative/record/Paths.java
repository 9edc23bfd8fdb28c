package io.millrace.declarative.record;

import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Repr;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Paths into Python values (reference: 15.1). A path is a list of segments, text or integers; in
 * all but {@link #create} they are patterns: {@code *}, {@code ?}, {@code [seq]} within a level,
 * and one {@code **} for any number of levels. Safe for all threads; the values belong to the
 * caller.
 */
public final class Paths {
    private static final String ANY_LEVELS = "**";

    private Paths() {}

    /** A path that was written as one text, with slashes between its segments. */
    public static List<Object> split(String path) {
        int start = 0;
        while (start < path.length() && path.charAt(start) == '/') {
            start++;
        }
        return List.of((Object[]) path.substring(start).split("/", -1));
    }

    /** Whether a segment stands for itself alone. */
    public static boolean isLiteral(@Nullable Object segment) {
        return segment instanceof String text && !Globs.isPattern(text);
    }

    /**
     * The one value at {@code path}; {@link Python#MISSING} without one, {@code document} for an
     * empty path. Fails with a value error where several match.
     */
    public static @Nullable Object get(@Nullable Object document, List<?> path) {
        if (areLiteral(path)) {
            return getLiteral(document, path);
        }
        List<Match> matches = matches(document, path);
        return switch (matches.size()) {
            case 0 -> Python.MISSING;
            case 1 -> matches.getFirst().value;
            default ->
                    throw PythonError.value(
                            "dpath.get() globs must match only one leaf: " + Repr.of(path));
        };
    }

    /** All values at {@code path}: parents before children, in the order of the document. */
    public static List<@Nullable Object> values(@Nullable Object document, List<?> path) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Match match : matches(document, path)) {
            values.add(match.value);
        }
        return values;
    }

    /** Sets all that is there at {@code path}, creates nothing, and returns how many it was. */
    public static int set(Object document, List<?> path, @Nullable Object value) {
        int count = 0;
        for (Match match : matches(document, path)) {
            if (match.isThere(document)) {
                put(match.parent, match.key, value);
                count++;
            }
        }
        return count;
    }

    /**
     * Sets the value at {@code path}, which is no pattern, and makes what is missing on the way:
     * lists where the next segment is a number, else objects. Lists are filled up with nulls. Fails
     * where a parent is there and is neither.
     */
    public static void create(Object document, List<?> path, @Nullable Object value) {
        Object current = document;
        for (int i = 0; i < path.size() - 1; i++) {
            Object key = inList(current, path.get(i));
            Object next = child(current, key);
            if (Python.isMissing(next)) {
                next =
                        isIndex(path.get(i + 1))
                                ? new ArrayList<>()
                                : new java.util.LinkedHashMap<>();
                put(current, current instanceof List<?> ? requireIndex(key) : key, next);
            }
            if (isLeaf(next)) {
                throw PythonError.key("Path: %s[%d]".formatted(Repr.of(path), i));
            }
            current = next;
        }
        put(current, inList(current, path.getLast()), value);
    }

    /**
     * Removes all that is there at {@code path}, and returns how many it was. Of a list only the
     * last item can go; another becomes null.
     */
    public static int delete(Object document, List<?> path) {
        if (areLiteral(path)) {
            return deleteLiteral(document, path);
        }
        return remove(document, matches(document, path));
    }

    /** Removes every list at {@code path}, with its place where it stands in another list. */
    public static void removeLists(Object document, List<?> path) {
        // From the last to the first, so that no removal moves what is still to go.
        for (Match match : matches(document, path).reversed()) {
            if (!(match.value instanceof List<?>)) {
                continue;
            }
            if (match.parent instanceof List<?> list) {
                list.remove(index(match.key));
            } else if (match.parent instanceof Map<?, ?> map) {
                map.remove(match.key);
            }
        }
    }

    /** Removes every leaf of the whole document that {@code condition} holds for. */
    public static int deleteLeaves(Object document, Predicate<@Nullable Object> condition) {
        List<Match> all = new ArrayList<>();
        walk(document, null, all);
        int count = 0;
        for (Match match : all) {
            if (match.isThere(document) && isLeaf(match.value) && condition.test(match.value)) {
                count += remove(document, List.of(match));
            }
        }
        return count;
    }

    private static int remove(Object document, List<Match> matches) {
        int count = 0;
        for (Match match : matches) {
            if (!match.isThere(document)) {
                continue;
            }
            count++;
            if (match.parent instanceof List<?> list) {
                int index = index(match.key);
                if (index == list.size() - 1) {
                    list.remove(index);
                } else {
                    put(list, match.key, null);
                }
            } else if (match.parent instanceof Map<?, ?> map) {
                map.remove(match.key);
            }
        }
        return count;
    }

    // ---------------------------------------------------------------- paths without patterns

    private static boolean areLiteral(List<?> path) {
        for (Object segment : path) {
            if (!isLiteral(segment)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Object getLiteral(@Nullable Object document, List<?> path) {
        Object current = document;
        for (int i = 0; i < path.size(); i++) {
            String key = (String) path.get(i);
            if (current instanceof Map<?, ?> map && hasTextKeys(map)) {
                Object next = map.get(key);
                if (next == null && !map.containsKey(key)) {
                    return Python.MISSING;
                }
                current = next;
            } else if (isLeaf(current)) {
                return Python.MISSING;
            } else {
                List<Match> matches = matches(current, path.subList(i, path.size()));
                return matches.isEmpty() ? Python.MISSING : matches.getFirst().value;
            }
        }
        return current;
    }

    /** Whether a text can match a key only by being equal: integers match their digits too. */
    private static boolean hasTextKeys(Map<?, ?> map) {
        if (map.isEmpty()) {
            return true;
        }
        for (Object key : map.keySet()) {
            return key instanceof String; // JSON's objects, or one that a template has made
        }
        return true;
    }

    private static int deleteLiteral(Object document, List<?> path) {
        if (path.isEmpty()) {
            return 0;
        }
        Object parent = getLiteral(document, path.subList(0, path.size() - 1));
        String key = (String) path.getLast();
        if (parent instanceof Map<?, ?> map && hasTextKeys(map)) {
            if (!map.containsKey(key)) {
                return 0;
            }
            map.remove(key);
            return 1;
        }
        return isLeaf(parent) || Python.isMissing(parent)
                ? 0
                : remove(document, matches(document, path));
    }

    // ---------------------------------------------------------------- patterns

    /** A place that was found: {@code key} of {@code parent}, which stands at {@code above}. */
    private record Match(
            @Nullable Match above, Object parent, @Nullable Object key, @Nullable Object value) {

        /** Whether it is still there after other places of the document were changed. */
        boolean isThere(Object document) {
            Object owner = document;
            if (above != null) {
                if (!above.isThere(document)) {
                    return false;
                }
                owner = child(above.parent, above.key);
            }
            // The same object: a list item that was made null has no children any more.
            return isSame(owner, parent) && !Python.isMissing(child(parent, key));
        }

        @SuppressWarnings("ReferenceEquality") // two equal objects are two places
        private static boolean isSame(@Nullable Object one, Object other) {
            return one == other;
        }
    }

    private static List<Match> matches(@Nullable Object document, List<?> path) {
        List<Match> found = new ArrayList<>();
        int levels = path.indexOf(ANY_LEVELS);
        if (levels < 0) {
            if (!path.isEmpty()) {
                descend(document, null, path, 0, found);
            }
            return found;
        }
        if (path.lastIndexOf(ANY_LEVELS) != levels) {
            throw PythonError.value(
                    "Invalid glob. Only one '**' is permitted per glob: " + Repr.of(path));
        }
        List<Match> all = new ArrayList<>();
        walk(document, null, all);
        for (Match match : all) {
            List<@Nullable Object> keys = new ArrayList<>();
            List<Object> owners = new ArrayList<>();
            for (Match at = match; at != null; at = at.above) {
                keys.addFirst(at.key);
                owners.addFirst(at.parent);
            }
            if (matches(owners, keys, path, levels)) {
                found.add(match);
            }
        }
        return found;
    }

    private static boolean matches(
            List<Object> owners, List<@Nullable Object> keys, List<?> path, int levels) {
        int tail = path.size() - levels - 1;
        if (keys.size() < levels + tail) {
            return false;
        }
        for (int i = 0; i < levels; i++) {
            if (!matches(owners.get(i), keys.get(i), path.get(i))) {
                return false;
            }
        }
        for (int i = 1; i <= tail; i++) {
            int at = keys.size() - i;
            if (!matches(owners.get(at), keys.get(at), path.get(path.size() - i))) {
                return false;
            }
        }
        return true;
    }

    private static void descend(
            @Nullable Object node,
            @Nullable Match above,
            List<?> path,
            int level,
            List<Match> found) {
        Object segment = path.get(level);
        boolean last = level == path.size() - 1;
        for (Match child : children(node, above)) {
            if (matches(child.parent, child.key, segment)) {
                if (last) {
                    found.add(child);
                } else {
                    descend(child.value, child, path, level + 1, found);
                }
            }
        }
    }

    private static void walk(@Nullable Object node, @Nullable Match above, List<Match> all) {
        List<Match> children = children(node, above);
        all.addAll(children);
        for (Match child : children) {
            walk(child.value, child, all);
        }
    }

    private static List<Match> children(@Nullable Object node, @Nullable Match above) {
        List<Match> children = new ArrayList<>();
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> children.add(new Match(above, map, key, value)));
        } else if (node instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                children.add(new Match(above, list, (long) i, list.get(i)));
            }
        }
        return children;
    }

    /** Whether the segment stands for the key: as the same integer, or as a pattern of its text. */
    private static boolean matches(Object owner, @Nullable Object key, @Nullable Object segment) {
        if (Numbers.isInteger(key)) {
            Object number = integer(segment);
            if (number != null) {
                return isIndexOf(owner, Python.toInteger(key), number);
            }
            return segment instanceof String pattern && Globs.matches(pattern, Python.str(key));
        }
        return key instanceof String text
                && segment instanceof String pattern
                && Globs.matches(pattern, text);
    }

    /** An index is the same counted from the end, too. */
    private static boolean isIndexOf(Object owner, Object key, Object number) {
        return key.equals(number)
                || (owner instanceof List<?> list
                        && number instanceof Long index
                        && index < 0
                        && key.equals(index + list.size()));
    }

    /** {@code int(segment)}, or null where that fails. */
    private static @Nullable Object integer(@Nullable Object segment) {
        return switch (segment) {
            case Long _, BigInteger _ -> segment;
            case Boolean _, Double _ -> wholeNumber(segment);
            case String text when looksWhole(text) -> wholeNumber(text);
            case null, default -> null;
        };
    }

    private static boolean looksWhole(String text) {
        return text.chars().anyMatch(Character::isDigit)
                && text.chars().noneMatch(Character::isLetter);
    }

    private static @Nullable Object wholeNumber(@Nullable Object value) {
        try {
            return Python.toInteger(value);
        } catch (PythonError _) {
            return null; // not a number, so a pattern
        }
    }

    // ---------------------------------------------------------------- single steps

    private static boolean isLeaf(@Nullable Object value) {
        return !(value instanceof Map<?, ?>) && !(value instanceof List<?>);
    }

    private static boolean isIndex(@Nullable Object segment) {
        return Numbers.isInteger(segment)
                || (segment instanceof String text
                        && !text.isEmpty()
                        && text.chars().allMatch(Character::isDigit));
    }

    private static @Nullable Object inList(@Nullable Object owner, @Nullable Object segment) {
        return owner instanceof List<?> && segment instanceof String text && isIndex(text)
                ? Python.toInteger(text)
                : segment;
    }

    private static Object requireIndex(@Nullable Object key) {
        return Python.toInteger(key);
    }

    private static int index(@Nullable Object key) {
        return key instanceof Long number && number <= Integer.MAX_VALUE && number >= -1L << 31
                ? number.intValue()
                : Integer.MAX_VALUE;
    }

    private static @Nullable Object child(@Nullable Object owner, @Nullable Object key) {
        return switch (owner) {
            case Map<?, ?> map -> map.containsKey(key) ? map.get(key) : Python.MISSING;
            case List<?> list -> {
                int index = index(key);
                int counted = index < 0 ? index + list.size() : index;
                yield counted >= 0 && counted < list.size() ? list.get(counted) : Python.MISSING;
            }
            case null, default -> Python.MISSING;
        };
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a value may be None
    private static void put(@Nullable Object owner, @Nullable Object key, @Nullable Object value) {
        switch (owner) {
            case Map<?, ?> map -> ((Map<Object, Object>) map).put(key, value);
            case List<?> list -> {
                if (!(key instanceof Long)) {
                    throw PythonError.type(
                            "list indices must be integers or slices, not " + Python.typeName(key));
                }
                List<Object> items = (List<Object>) list;
                int index = index(key);
                io.millrace.declarative.interpolation.python.Limits.checkSize(index);
                while (items.size() <= index) {
                    items.add(null);
                }
                items.set(index < 0 ? index + items.size() : index, value);
            }
            case null, default ->
                    throw PythonError.type(
                            "'%s' object does not support item assignment"
                                    .formatted(Python.typeName(owner)));
        }
    }
}
