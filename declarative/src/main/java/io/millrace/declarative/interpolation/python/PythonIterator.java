package io.millrace.declarative.interpolation.python;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** An iterator or generator: read once, of unknown length. */
public final class PythonIterator implements Iterator<@Nullable Object> {
    private final String typeName;
    private final Iterator<? extends @Nullable Object> items;

    public PythonIterator(String typeName, Iterator<? extends @Nullable Object> items) {
        this.typeName = typeName;
        this.items = items;
    }

    /** What the generator function of that name returns. */
    public static PythonIterator generator(
            String function, Iterator<? extends @Nullable Object> items) {
        return new PythonIterator("generator object " + function, items);
    }

    String typeName() {
        return typeName.startsWith("generator ") ? "generator" : typeName;
    }

    String repr() {
        return "<%s at 0x0>"
                .formatted(typeName.startsWith("generator ") ? typeName : typeName + " object");
    }

    @Override
    public boolean hasNext() {
        return items.hasNext();
    }

    @Override
    public @Nullable Object next() {
        return items.next();
    }
}
