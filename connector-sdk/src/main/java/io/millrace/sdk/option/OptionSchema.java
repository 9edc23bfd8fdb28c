package io.millrace.sdk.option;

import io.millrace.protocol.secret.SecretFields;
import io.millrace.protocol.secret.SecretMasker;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The options of a connector, as its record declares them (see {@link Option}). Immutable; made by
 * reflection on the record and those in it, once.
 *
 * @param <C> the record
 */
public final class OptionSchema<C extends Record> {
    private static final ClassValue<OptionSchema<?>> SCHEMAS =
            new ClassValue<>() {
                @Override
                protected OptionSchema<?> computeValue(Class<?> type) {
                    return new OptionSchema<>(
                            type.asSubclass(Record.class),
                            OptionReader.group(type.asSubclass(Record.class)));
                }
            };

    private final Class<C> type;
    private final OptionType.Group root;

    private OptionSchema(Class<C> type, OptionType.Group root) {
        this.type = type;
        this.root = root;
    }

    /**
     * @throws IllegalStateException where the record declares what can't be an option
     */
    @SuppressWarnings("unchecked") // the schema of a class is that of its instances
    public static <C extends Record> OptionSchema<C> of(Class<C> type) {
        return (OptionSchema<C>) SCHEMAS.get(type);
    }

    /**
     * The {@code connectionSpecification}: JSON schema draft-07 with the hints of Airbyte's forms.
     *
     * @param title for people: {@code PostgreSQL source}
     */
    public ObjectNode jsonSchema(String title) {
        return SchemaWriter.specification(title, root);
    }

    /** Holds {@code config} against the options, and finds everything that is wrong at once. */
    public Binding<C> bind(JsonNode config, UnknownKeys unknownKeys) {
        // Messages of a record's own checks may quote what they refuse (invariant 7).
        var binder = new Binder(unknownKeys, masker(config));
        Object options = binder.group(root, config, JsonPointer.empty(), Set.of());
        return new Binding<>(
                binder.succeeded()
                        ? Optional.ofNullable(options).map(type::cast)
                        : Optional.empty(),
                binder.problems());
    }

    /**
     * The configuration that {@link #bind} makes equal options of, with its secrets: for a source
     * whose credentials have changed, see {@link
     * io.millrace.protocol.connector.SourceOutput#configuration}.
     */
    public ObjectNode write(C options) {
        return OptionWriter.group(root, options);
    }

    /** Where {@code config} holds secrets. */
    public List<JsonPointer> secrets(JsonNode config) {
        return SecretFields.find(jsonSchema(""), config);
    }

    /** Masks the secrets that {@code config} holds. */
    public SecretMasker masker(JsonNode config) {
        return SecretMasker.of(SecretFields.values(jsonSchema(""), config));
    }

    OptionType.Group root() {
        return root;
    }
}
