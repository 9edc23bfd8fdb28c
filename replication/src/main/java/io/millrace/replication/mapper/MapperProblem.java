package io.millrace.replication.mapper;

import tools.jackson.core.JsonPointer;

/**
 * What is wrong with a mapper's configuration (reference: api 3.4).
 *
 * @param place where, in the list of mappers: {@code /0/mapperConfiguration/targetField}
 * @param message for a person; holds no secret
 */
public record MapperProblem(Kind kind, JsonPointer place, String message) {

    /** As the API names them. */
    public enum Kind {
        /** No mapper is named, or none that there is. */
        MISSING_MAPPER,

        INVALID_MAPPER_CONFIG,

        /** A column that the stream, as the mappers before leave it, doesn't have. */
        FIELD_NOT_FOUND,

        /** A new column's name is taken. */
        FIELD_ALREADY_EXISTS;

        /** Whether it shows without the stream's columns. */
        boolean showsWithoutSchema() {
            return this == MISSING_MAPPER || this == INVALID_MAPPER_CONFIG;
        }
    }
}
