package io.millrace.declarative.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The rules by themselves; {@code selection.ObservationsTest} has many more cases. */
class PathsTest {
    @Test
    void aPathWrittenAsTextIsSplitAtSlashes() {
        assertThat(Paths.split("/a//b/")).isEqualTo(List.of("a", "", "b", ""));
        assertThat(Paths.split("a.b")).isEqualTo(List.of("a.b"));
    }

    @Test
    void aNullThatIsThereIsFoundAndWhatIsNotThereIsMissing() {
        assertThat(Paths.get(json("{'a':null}"), List.of("a"))).isNull();
        assertThat(Paths.get(json("{'a':null}"), List.of("b"))).isSameAs(Python.MISSING);
        assertThat(Paths.get(json("{'a':null}"), List.of("a", "b"))).isSameAs(Python.MISSING);
    }

    @Test
    void anItemOfAListIsFoundByItsIndexAsNumberOrTextAndFromTheEnd() {
        Object document = json("{'a':[1,2,3]}");
        assertThat(Paths.get(document, List.of("a", 1L))).isEqualTo(2L);
        assertThat(Paths.get(document, List.of("a", "1"))).isEqualTo(2L);
        assertThat(Paths.get(document, List.of("a", -1L))).isEqualTo(3L);
    }

    @Test
    void aKeyOfDigitsIsFoundByTextAndNotByNumber() {
        assertThat(Paths.get(json("{'2023':1}"), List.of("2023"))).isEqualTo(1L);
        assertThat(Paths.get(json("{'2023':1}"), List.of(2023L))).isSameAs(Python.MISSING);
    }

    @Test
    void aPatternThatFindsSeveralWhereOneIsWantedFails() {
        assertThatThrownBy(() -> Paths.get(json("{'a1':1,'a2':2}"), List.of("a?")))
                .isInstanceOf(PythonError.class)
                .hasMessageContaining("must match only one");
    }

    @Test
    void patternsStayWithinALevelButForTwoStars() {
        Object document = json("{'a':{'x':1,'b':{'x':2}},'x':3}");
        assertThat(Paths.values(document, List.of("*", "x"))).containsExactly(1L);
        assertThat(Paths.values(document, List.of("**", "x"))).containsExactly(3L, 1L, 2L);
    }

    @Test
    void aDeletedItemLeavesANullUnlessItIsTheLast() {
        Object document = json("{'a':[1,2,3]}");
        assertThat(Paths.delete(document, List.of("a", "0"))).isEqualTo(1);
        assertThat(Paths.delete(document, List.of("a", "2"))).isEqualTo(1);
        assertThat(document).isEqualTo(json("{'a':[null,2]}"));
        assertThat(Paths.delete(document, List.of("b"))).isZero();
    }

    @Test
    void whatIsCreatedGetsTheParentsThatItNeeds() {
        Object document = json("{}");
        Paths.create(document, List.of("a", "1", "b"), "x");
        assertThat(document).isEqualTo(json("{'a':[null,{'b':'x'}]}"));
        assertThatThrownBy(() -> Paths.create(json("{'a':null}"), List.of("a", "b"), 1L))
                .isInstanceOf(PythonError.class);
    }

    private static Object json(String text) {
        return Objects.requireNonNull(Json.parse(text.replace('\'', '"')));
    }
}
