package io.millrace.protocol.json;

import io.millrace.protocol.batch.FieldChange;
import java.util.Optional;

/** How a value went into a column of some type. */
public enum Fit {
    /** As it was; also a null. */
    EXACT,

    /** Nearly: digits are gone that the type has no room for. */
    ROUNDED,

    /** A list of which some elements did not fit, and are null. */
    PARTIAL,

    /** The type could tell such a value, but not one as large, small or fine: null landed. */
    OUT_OF_RANGE,

    /** It is no value of the type: null landed. */
    MISMATCH;

    /**
     * The change to note for a value of {@code field}; empty for {@link #EXACT}.
     *
     * @param mismatch the reason to give for {@link #MISMATCH} and {@link #PARTIAL}
     */
    public Optional<FieldChange> change(String field, FieldChange.Reason mismatch) {
        return switch (this) {
            case EXACT -> Optional.empty();
            case ROUNDED ->
                    Optional.of(
                            new FieldChange(
                                    field,
                                    FieldChange.Kind.TRUNCATED,
                                    FieldChange.Reason.DESTINATION_FIELD_SIZE_LIMITATION));
            case PARTIAL ->
                    Optional.of(new FieldChange(field, FieldChange.Kind.TRUNCATED, mismatch));
            case OUT_OF_RANGE ->
                    Optional.of(
                            new FieldChange(
                                    field,
                                    FieldChange.Kind.NULLED,
                                    FieldChange.Reason.DESTINATION_FIELD_SIZE_LIMITATION));
            case MISMATCH -> Optional.of(new FieldChange(field, FieldChange.Kind.NULLED, mismatch));
        };
    }
}
