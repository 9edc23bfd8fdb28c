package io.millrace.sdk.option;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An option, on a component of an options record. Its JSON name is the component's in snake_case.
 * It is required unless it has a {@link #defaultValue} or is an {@link java.util.Optional}. The
 * component's type says what it takes: {@code String}, {@code int}, {@code long}, {@code boolean},
 * {@code double}, an enum (constants in lower case, {@code _} as {@code -} where {@link EnumValue}
 * doesn't say otherwise), {@link java.net.URI}, {@link java.time.Duration} (written {@code 30s},
 * {@code 5m}), {@link DataSize} (written {@code 64MB}), {@link java.time.Instant}, {@link Secret},
 * a {@code List} or {@code Map<String, …>} of these, a nested record, a sealed interface of records
 * (a {@code oneOf}, see {@link Alternative}), or {@code JsonNode} for anything.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Option {
    /** What it is, in a sentence. */
    String value();

    /** For forms; made of the name where empty. */
    String title() default "";

    /** The JSON name, where it is not the component's in snake_case. */
    String name() default "";

    /** Other JSON names that are accepted. */
    String[] aliases() default {};

    /**
     * The default, as JSON text: {@code 5432}, {@code "public"} with its quotes, {@code
     * ["public"]}. Empty: none.
     */
    String defaultValue() default "";

    /** Examples, as JSON text. */
    String[] examples() default {};

    /** A regular expression that a text must match as a whole. */
    String pattern() default "";

    /** Says the pattern to people. */
    String patternDescriptor() default "";

    /** Where the form shows it among its siblings; by default in the order of declaration. */
    int order() default -1;

    /** The form's group. */
    String group() default "";

    boolean multiline() default false;

    /** Whether the form shows it though it is optional. */
    boolean alwaysShow() default false;

    /** Whether it is accepted and has no effect here; the description says why. */
    boolean ignored() default false;
}
