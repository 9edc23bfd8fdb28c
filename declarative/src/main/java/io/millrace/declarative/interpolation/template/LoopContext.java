package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Callable;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Function;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.PythonIterator;
import io.millrace.declarative.interpolation.python.PythonObject;
import io.millrace.declarative.interpolation.python.Tuple;
import io.millrace.declarative.interpolation.python.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The variable {@code loop} of a loop: where it stands, and how to go on within in a recursive one.
 */
final class LoopContext implements PythonObject, Callable, Iterator<@Nullable Object> {

    /** Renders the body of a recursive loop with other items. */
    interface Recursion {
        String render(@Nullable Object items, int depth);
    }

    private final @Nullable Object items;
    private final Optional<Recursion> recursion;
    private final int depth;
    private Iterator<? extends @Nullable Object> iterator;
    private int index = -1;
    private int length = -1;
    private @Nullable Object before = Python.MISSING;
    private @Nullable Object current = Python.MISSING;
    private @Nullable Object after = Python.MISSING;
    private @Nullable Object lastChecked = Python.MISSING;

    /**
     * @param items what the loop goes over
     * @param iterator the items that pass the loop's own condition
     * @param filtered whether there is such a condition, so that the number of items isn't known
     *     before
     * @param depth how many recursive loops this one is in
     */
    LoopContext(
            @Nullable Object items,
            Iterator<? extends @Nullable Object> iterator,
            boolean filtered,
            Optional<Recursion> recursion,
            int depth) {
        this.items = filtered ? PythonIterator.generator("loop", iterator) : items;
        this.iterator = iterator;
        this.recursion = recursion;
        this.depth = depth;
    }

    @Override
    public boolean hasNext() {
        return !Python.isMissing(after) || iterator.hasNext();
    }

    @Override
    public @Nullable Object next() {
        Object item = after;
        if (Python.isMissing(item)) {
            item = iterator.next();
        }
        after = Python.MISSING;
        index++;
        before = current;
        current = item;
        return item;
    }

    private @Nullable Object peek() {
        if (Python.isMissing(after) && iterator.hasNext()) {
            after = iterator.next();
        }
        return after;
    }

    private int count() {
        if (length < 0) {
            try {
                length = Python.length(items);
            } catch (PythonError error) {
                if (error.kind() != PythonError.Kind.TYPE) {
                    throw error;
                }
                List<Object> rest = new ArrayList<>();
                iterator.forEachRemaining(rest::add);
                iterator = rest.iterator();
                length = rest.size() + index + 1 + (Python.isMissing(after) ? 0 : 1);
            }
        }
        return length;
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "first" -> index == 0;
            case "last" -> Python.isMissing(peek());
            case "length" -> (long) count();
            case "revindex" -> (long) count() - index;
            case "revindex0" -> count() - index - 1L;
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index == 0 ? Undefined.because("there is no previous item") : before;
            case "nextitem" ->
                    Python.isMissing(peek()) ? Undefined.because("there is no next item") : after;
            case "cycle" ->
                    new Function(
                            "cycle",
                            arguments -> {
                                if (arguments.count() == 0 || !arguments.keywords().isEmpty()) {
                                    throw PythonError.type("no items for cycling given");
                                }
                                return arguments.get(index % arguments.count());
                            });
            case "changed" ->
                    new Function(
                            "changed",
                            arguments -> {
                                Tuple values = Tuple.of(arguments.positional());
                                boolean changed =
                                        Python.isMissing(lastChecked)
                                                || !Comparison.equal(lastChecked, values);
                                lastChecked = values;
                                return changed;
                            });
            default -> Python.MISSING;
        };
    }

    @Override
    public @Nullable Object call(Arguments arguments) {
        Object inner = arguments.bind("loop", 1, "iterable")[0];
        return recursion
                .orElseThrow(() ->
                        PythonError.type(
                                "The loop must have the 'recursive' marker to be called"
                                        + " recursively."))
                .render(inner, depth + 1);
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }

    @Override
    public String repr() {
        return "<LoopContext %d/%d>".formatted(index + 1, count());
    }

    @Override
    public Optional<Integer> length() {
        return Optional.of(count());
    }
}
