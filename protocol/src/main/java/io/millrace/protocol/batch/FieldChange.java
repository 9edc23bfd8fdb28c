package io.millrace.protocol.batch;

/**
 * What was altered in a row on its way; it ends in the row's {@code _airbyte_meta.changes}
 * (reference: protocol 1.3.1).
 *
 * @param field the column's name, or a dotted path below it
 */
public record FieldChange(String field, Kind change, Reason reason) {

    /** What happened to the value. */
    public enum Kind {
        NULLED,
        TRUNCATED
    }

    /** Who could not hold the value, and why. */
    public enum Reason {
        SOURCE_RECORD_SIZE_LIMITATION,
        DESTINATION_RECORD_SIZE_LIMITATION,
        PLATFORM_RECORD_SIZE_LIMITATION,
        SOURCE_FIELD_SIZE_LIMITATION,
        DESTINATION_FIELD_SIZE_LIMITATION,
        PLATFORM_FIELD_SIZE_LIMITATION,
        SOURCE_SERIALIZATION_ERROR,
        DESTINATION_SERIALIZATION_ERROR,
        PLATFORM_SERIALIZATION_ERROR,
        SOURCE_RETRIEVAL_ERROR,
        DESTINATION_TYPECAST_ERROR
    }
}
