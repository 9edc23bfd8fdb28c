package io.millrace.declarative.interpolation.python;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dict.keys()}, {@code .values()} and {@code .items()} return: a live view of the dict.
 */
record DictView(Map<?, ?> map, Kind kind) implements Iterable<@Nullable Object> {

    enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }

        String typeName() {
            return typeName;
        }
    }

    int size() {
        return map.size();
    }

    @Override
    @SuppressWarnings("unchecked")
    public Iterator<@Nullable Object> iterator() {
        return switch (kind) {
            case KEYS -> (Iterator<Object>) map.keySet().iterator();
            case VALUES -> (Iterator<Object>) map.values().iterator();
            case ITEMS -> {
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                yield new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public Object next() {
                        Map.Entry<?, ?> entry = entries.next();
                        return Tuple.of(entry.getKey(), entry.getValue());
                    }
                };
            }
        };
    }

    boolean contains(@Nullable Object item) {
        return switch (kind) {
            case KEYS -> Dicts.contains(map, item);
            case VALUES -> Python.containsByScan(iterator(), item);
            case ITEMS -> {
                if (!(item instanceof Tuple pair) || pair.size() != 2) {
                    yield false;
                }
                Object value = Dicts.find(map, pair.get(0));
                yield !Python.isMissing(value) && Comparison.equal(value, pair.get(1));
            }
        };
    }
}
