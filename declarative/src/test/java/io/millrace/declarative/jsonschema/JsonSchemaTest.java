package io.millrace.declarative.jsonschema;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.manifest.YamlText;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
    @Test
    void typesAreThoseOfJson() {
        assertThat(wrong("{type: integer}", "1.0")).isEmpty();
        assertThat(wrong("{type: integer}", "1.5")).containsExactly("has to be of type integer");
        assertThat(wrong("{type: integer}", "true")).containsExactly("has to be of type integer");
        assertThat(wrong("{type: number}", "5")).isEmpty();
        assertThat(wrong("{type: ['null', string]}", "null")).isEmpty();
        assertThat(wrong("{type: ['null', string]}", "[]"))
                .containsExactly("has to be of type null or string");
    }

    @Test
    void everyWordIsTold() {
        assertThat(wrong("{required: [a], properties: {b: {type: string}}}", "{b: 1}"))
                .containsExactly("a is missing", "b has to be of type string");
        assertThat(wrong("{properties: {a: true}, additionalProperties: false}", "{a: 1, c: 2}"))
                .containsExactly("c is not known here");
        assertThat(wrong("{patternProperties: {'^x': {type: string}}}", "{x1: 1, y: 1}"))
                .containsExactly("x1 has to be of type string");
        assertThat(wrong("{items: {minimum: 3}}", "[1, 5]"))
                .containsExactly("[0] has to be at least 3");
        assertThat(wrong("{items: [{type: string}], additionalItems: false}", "[a, b]"))
                .containsExactly("[1] is not allowed");
        assertThat(wrong("{minItems: 1, uniqueItems: true}", "[]"))
                .containsExactly("has to have 1 items at least");
        assertThat(wrong("{uniqueItems: true}", "[{a: 1}, {a: 1.0}]"))
                .containsExactly("has the same item twice");
        assertThat(wrong("{enum: [a, 1]}", "b")).containsExactly("has to be one of 'a', 1");
        assertThat(wrong("{const: 1}", "true")).containsExactly("has to be 1");
        assertThat(wrong("{minLength: 2, maxLength: 3, pattern: '^a'}", "bbbb"))
                .containsExactly("has to have 3 characters at most", "has to match the pattern ^a");
        assertThat(wrong("{exclusiveMinimum: 1, maximum: 5, multipleOf: 2}", "7"))
                .containsExactly("has to be at most 5", "has to be a multiple of 2");
        assertThat(wrong("{not: {type: string}}", "a")).containsExactly("is what it must not be");
        assertThat(wrong("{allOf: [{minimum: 1}, {maximum: 2}]}", "3"))
                .containsExactly("has to be at most 2");
        assertThat(wrong("{dependencies: {a: [b], c: {required: [d]}}}", "{a: 1, c: 1}"))
                .containsExactly("b is missing, and needed beside a", "d is missing");
        assertThat(
                        wrong(
                                "{if: {required: [a]}, then: {required: [b]}, else: {required:"
                                        + " [c]}}",
                                "{a: 1}"))
                .containsExactly("b is missing");
        assertThat(wrong("{contains: {const: 1}}", "[2]"))
                .containsExactly("has no item as it has to have");
        assertThat(wrong("{oneOf: [{minimum: 1}, {maximum: 9}]}", "5"))
                .containsExactly("fits 2 alternatives, and has to fit one");
    }

    @Test
    void ofAlternativesTheOneThatWasMeantIsTold() {
        String schema =
                """
                anyOf:
                  - {type: object, required: [kind, a], properties: {kind: {const: one}}}
                  - {type: object, required: [kind, b], properties: {kind: {enum: [two]}}}
                  - {type: string}
                """;
        assertThat(wrong(schema, "{kind: two}")).containsExactly("b is missing");
        assertThat(wrong(schema, "{kind: three}")).containsExactly("fits none of the alternatives");
        assertThat(wrong(schema, "text")).isEmpty();
    }

    @Test
    void referencesLeadIntoTheSchemaAndMayGoInCircles() {
        String schema =
                """
                definitions:
                  node: {type: object, properties: {child: {$ref: "#/definitions/node"}, n: {type: integer}}}
                  loop: {$ref: "#/definitions/loop"}
                properties:
                  root: {$ref: "#/definitions/node"}
                  loop: {$ref: "#/definitions/loop"}
                """;
        assertThat(wrong(schema, "{root: {child: {child: {n: x}}}, loop: 1}"))
                .containsExactly("root.child.child.n has to be of type integer");
    }

    private static List<String> wrong(String schema, String value) {
        return JsonSchema.of(YamlText.parse(schema)).check(YamlText.parse(value)).stream()
                .map(Violation::toString)
                .toList();
    }
}
