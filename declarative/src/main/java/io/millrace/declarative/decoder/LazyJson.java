package io.millrace.declarative.decoder;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.protocol.json.JsonPages;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The object of a page, whose larger members become trees when they are looked at: what pagination
 * asks for is small, and stands beside records that nobody wants a tree of. One thread.
 */
final class LazyJson {
    private static final int SMALL_BYTES = 512;

    private LazyJson() {}

    /** The object whose members {@code pages} has found in {@code source}. */
    static Map<String, Object> of(byte[] source, JsonPages pages) {
        Map<String, Object> members = LinkedHashMap.newLinkedHashMap(pages.count() / 2);
        for (int i = 0; i < pages.count(); i += 2) {
            String key =
                    new String(
                            source,
                            pages.from(i),
                            pages.to(i) - pages.from(i),
                            StandardCharsets.UTF_8);
            put(members, key, value(source, pages.from(i + 1), pages.to(i + 1)));
        }
        return members;
    }

    @SuppressWarnings("NullAway") // null is None
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    private static @Nullable Object value(byte[] source, int from, int to) {
        if (to - from > SMALL_BYTES) {
            if (source[from] == '[') {
                return new LazyList(source, from, to);
            }
            if (source[from] == '{') {
                return new LazyMap(source, from, to);
            }
        }
        return Json.parse(source, from, to);
    }

    private static final class LazyList extends AbstractList<Object> {
        private final byte[] source;
        private final int from;
        private final int to;
        private @Nullable List<Object> items;

        LazyList(byte[] source, int from, int to) {
            this.source = source;
            this.from = from;
            this.to = to;
        }

        @SuppressWarnings("unchecked") // an array was found there
        private List<Object> items() {
            List<Object> known = items;
            if (known == null) {
                known =
                        Json.parse(source, from, to) instanceof List<?> list
                                ? (List<Object>) list
                                : new ArrayList<>();
                items = known;
            }
            return known;
        }

        @Override
        public Object get(int index) {
            return items().get(index);
        }

        @Override
        public int size() {
            return items().size();
        }

        @Override
        public Object set(int index, Object value) {
            return items().set(index, value);
        }

        @Override
        public void add(int index, Object value) {
            items().add(index, value);
        }

        @Override
        public Object remove(int index) {
            return items().remove(index);
        }
    }

    private static final class LazyMap extends AbstractMap<String, Object> {
        private final byte[] source;
        private final int from;
        private final int to;
        private @Nullable Map<String, Object> members;

        LazyMap(byte[] source, int from, int to) {
            this.source = source;
            this.from = from;
            this.to = to;
        }

        @SuppressWarnings("unchecked") // an object was found there
        private Map<String, Object> members() {
            Map<String, Object> known = members;
            if (known == null) {
                known =
                        Json.parse(source, from, to) instanceof Map<?, ?> map
                                ? (Map<String, Object>) map
                                : new LinkedHashMap<>();
                members = known;
            }
            return known;
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            return members().entrySet();
        }

        @Override
        public boolean containsKey(Object key) {
            return members().containsKey(key);
        }

        @Override
        public @Nullable Object get(Object key) {
            return members().get(key);
        }

        @Override
        public @Nullable Object put(String key, Object value) {
            return members().put(key, value);
        }

        @Override
        public @Nullable Object remove(Object key) {
            return members().remove(key);
        }
    }
}
