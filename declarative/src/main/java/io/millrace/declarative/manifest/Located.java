package io.millrace.declarative.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A part of a manifest as it was written, and where. Immutable; two equal parts are two places. */
public sealed interface Located {

    /** Where it begins. */
    Place place();

    /** The value, without places: maps and lists of its own. */
    @Nullable Object value();

    /**
     * What stands under {@code key} of an object; where nothing does, since a parameter or a
     * default filled it, null at the object's own place.
     */
    default Located part(@Nullable Object key) {
        return this instanceof Mapping map && map.entries.get(key) != null
                ? map.entries.get(key).value()
                : new Scalar(place(), null);
    }

    /** Where the key was written, if it was. */
    default Optional<Place> keyPlace(@Nullable Object key) {
        return this instanceof Mapping map
                ? Optional.ofNullable(map.entries.get(key)).map(Entry::place)
                : Optional.empty();
    }

    /** What stands at {@code index} of a list; likewise. */
    default Located item(int index) {
        return this instanceof Items list && index < list.items.size()
                ? list.items.get(index)
                : new Scalar(place(), null);
    }

    /**
     * A place in a file.
     *
     * @param line from 1
     * @param column from 1
     */
    record Place(int line, int column) {}

    /** A key, where it stands, and what it has. */
    record Entry(Place place, Located value) {}

    /** Text, a number, a flag or null. */
    final class Scalar implements Located {
        private final Place place;
        private final @Nullable Object value;

        public Scalar(Place place, @Nullable Object value) {
            this.place = place;
            this.value = value;
        }

        @Override
        public Place place() {
            return place;
        }

        @Override
        public @Nullable Object value() {
            return value;
        }
    }

    /** An object. */
    final class Mapping implements Located {
        private final Place place;
        private final Map<Object, Entry> entries;

        public Mapping(Place place, Map<Object, Entry> entries) {
            this.place = place;
            this.entries = entries;
        }

        @Override
        public Place place() {
            return place;
        }

        public Map<Object, Entry> entries() {
            return entries;
        }

        @Override
        public @Nullable Object value() {
            Map<Object, @Nullable Object> value = LinkedHashMap.newLinkedHashMap(entries.size());
            entries.forEach((key, entry) -> value.put(key, entry.value().value()));
            return value;
        }
    }

    /** A list. */
    final class Items implements Located {
        private final Place place;
        private final List<Located> items;

        public Items(Place place, List<Located> items) {
            this.place = place;
            this.items = items;
        }

        @Override
        public Place place() {
            return place;
        }

        public List<Located> items() {
            return items;
        }

        @Override
        public @Nullable Object value() {
            List<@Nullable Object> value = new ArrayList<>(items.size());
            items.forEach(item -> value.add(item.value()));
            return value;
        }
    }
}
