package io.millrace.protocol.json;

import java.util.Optional;

/**
 * A value of an enumeration that may grow: newer peers may use names that we don't know, which are
 * kept.
 *
 * @param known the constant, if we know it
 * @param text as on the wire
 */
public record OpenValue<E extends Enum<E>>(Optional<E> known, String text) {

    public boolean is(E constant) {
        return known.isPresent() && known.get() == constant;
    }

    @Override
    public String toString() {
        return text;
    }
}
