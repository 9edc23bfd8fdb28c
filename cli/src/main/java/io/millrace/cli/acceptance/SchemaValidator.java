package io.millrace.cli.acceptance;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Values against a JSON schema of draft 7. */
final class SchemaValidator {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);

    private final Schema schema;

    private SchemaValidator(Schema schema) {
        this.schema = schema;
    }

    /**
     * @throws Recorder.Finding where it is no schema
     */
    static SchemaValidator of(JsonNode schema) {
        try {
            return new SchemaValidator(REGISTRY.getSchema(schema));
        } catch (SchemaException wrong) {
            throw new Recorder.Finding("It is no JSON schema: " + wrong.getMessage());
        }
    }

    /** What is wrong with {@code value}: places and reasons. */
    List<String> problems(JsonNode value) {
        return schema.validate(value).stream().map(SchemaValidator::text).toList();
    }

    private static String text(Error error) {
        String place = String.valueOf(error.getInstanceLocation());
        return (place.isEmpty() ? "" : place + ": ") + error.getMessage();
    }

    /** What is wrong with a schema, held against draft 7 itself. */
    static Optional<String> problemOf(JsonNode schema) {
        var metaSchema =
                REGISTRY.getSchema(
                        com.networknt.schema.SchemaLocation.of(
                                "http://json-schema.org/draft-07/schema#"));
        return metaSchema.validate(schema).stream().map(SchemaValidator::text).findFirst();
    }
}
