package io.millrace.sdk.option;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One record of a sealed interface of options: a branch of {@code oneOf}, chosen by a constant in
 * one of its fields, which is not a component of the record.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Alternative {
    /** The field that tells the branches apart: {@code mode}. */
    String field();

    /** Its value for this branch: {@code verify-ca}. */
    String value();

    String title() default "";

    String description() default "";
}
