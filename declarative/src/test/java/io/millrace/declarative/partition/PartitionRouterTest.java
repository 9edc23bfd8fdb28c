package io.millrace.declarative.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PartitionRouterTest {

    private static Map<String, Object> list(String field, Object... values) {
        return Map.of(
                "type", "ListPartitionRouter", "cursor_field", field, "values", List.of(values));
    }

    private static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> with(Map<String, Object> map, String key, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(map);
        changed.put(key, value);
        return changed;
    }

    private static List<StreamSlice> slices(PartitionRouter router) throws InterruptedException {
        List<StreamSlice> slices = new ArrayList<>();
        assertThat(router.start(Map.of()).generate(slices::add)).isTrue();
        return slices;
    }

    private static List<Map<String, Object>> partitions(PartitionRouter router)
            throws InterruptedException {
        return slices(router).stream().map(StreamSlice::partition).toList();
    }

    private static FakeParent parent(String name, Map<?, ?>... records) {
        return new FakeParent(
                name,
                List.of(map("partition", map(), "records", List.of(records))),
                List.of(Map.of("pu", 0L), Map.of("pu", 1L)),
                false);
    }

    // ---------------------------------------------------------------- lists

    @Test
    void withoutARouterThereIsOneEmptyPartition() throws InterruptedException {
        PartitionRouter router = Plans.router(List.of());
        assertThat(router.isSingle()).isTrue();
        assertThat(partitions(router)).containsExactly(Map.of());
    }

    @Test
    void aListGivesEachOfItsValuesInOrderRepeatedOnesToo() throws InterruptedException {
        assertThat(partitions(Plans.router(list("shop", "b", "a", "b", 7L, "{{ 1 }}"))))
                .extracting(partition -> partition.get("shop"))
                .containsExactly("b", "a", "b", 7L, "{{ 1 }}");
    }

    @Test
    void aListMayBeATemplate() throws InterruptedException {
        assertThat(
                        partitions(
                                Plans.router(
                                        map(
                                                "type",
                                                "ListPartitionRouter",
                                                "cursor_field",
                                                "{{ config['group'] }}",
                                                "values",
                                                "{{ config['shops'] }}"))))
                .containsExactly(Map.of("g", "a"), Map.of("g", "b"));
    }

    @Test
    void aListOfATemplateThatGivesNoListIsRefused() {
        assertThatThrownBy(() ->
                        Plans.router(
                                map(
                                        "type",
                                        "ListPartitionRouter",
                                        "cursor_field",
                                        "shop",
                                        "values",
                                        "{{ 5 }}")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("values");
    }

    @Test
    void aValueGoesIntoRequestsUnlessItIsNothing() throws InterruptedException {
        PartitionRouter router =
                Plans.router(
                        with(
                                list("shop", "a", "", 0L, 5L),
                                "request_option",
                                map("inject_into", "request_parameter", "field_name", "s")));
        assertThat(slices(router))
                .extracting(slice -> router.options(slice).parameters())
                .containsExactly(Map.of("s", "a"), Map.of(), Map.of(), Map.of("s", 5L));
    }

    // ---------------------------------------------------------------- substreams

    @Test
    void eachRecordOfAParentWithAKeyIsAPartition() throws InterruptedException {
        FakeParent parent =
                new FakeParent(
                        "p",
                        List.of(
                                map(
                                        "partition",
                                        map("region", "eu"),
                                        "records",
                                        List.of(
                                                map("id", 1L, "x", map("y", 5L), "z", "zed"),
                                                map("id", null),
                                                map("name", "without"))),
                                map("partition", map(), "records", List.of(map("id", 1L)))),
                        List.of(Map.of(), Map.of(), Map.of()),
                        false);
        List<StreamSlice> slices = slices(Plans.router(Plans.substream(parent), parent));
        assertThat(slices)
                .extracting(StreamSlice::partition)
                .containsExactly(
                        Map.of("pid", 1L, "parent_slice", Map.of("region", "eu")),
                        Map.of("pid", 1L, "parent_slice", Map.of()));
        assertThat(slices)
                .extracting(StreamSlice::extraFields)
                .containsExactly(Map.of("x.y", 5L, "z", "zed"), map("x.y", null, "z", null));
    }

    @Test
    void aKeyMayLieDeepInARecord() throws InterruptedException {
        FakeParent parent = parent("p", map("a", map("b", 3L)), map("a", 4L));
        Map<String, Object> router =
                map(
                        "type",
                        "SubstreamPartitionRouter",
                        "parent_stream_configs",
                        List.of(
                                map(
                                        "stream",
                                        map("name", "p"),
                                        "parent_key",
                                        "a/b",
                                        "partition_field",
                                        "pid")));
        assertThat(partitions(Plans.router(router, parent)))
                .containsExactly(Map.of("pid", 3L, "parent_slice", Map.of()));
    }

    @Test
    void aSliceOfAParentIsClosedBeforeItsLastRecordBecomesAPartition() throws InterruptedException {
        FakeParent parent =
                new FakeParent(
                        "p",
                        List.of(
                                map(
                                        "partition",
                                        map(),
                                        "records",
                                        List.of(map("id", 1L), map("id", 2L))),
                                map("partition", map(), "records", List.of()),
                                map("partition", map(), "records", List.of(map("id", 3L)))),
                        List.of(Map.of(), Map.of(), Map.of(), Map.of()),
                        false);
        Plans.router(Plans.substream(parent), parent)
                .start(Map.of())
                .generate(slice -> parent.log().add("emit " + slice.get("pid")));
        assertThat(parent.log())
                .containsExactly(
                        "read 0", "emit 1", "close 0", "emit 2", "read 1", "close 1", "read 2",
                        "close 2", "finish", "emit 3");
    }

    @Test
    void aParentIsNotReadFurtherThanItsPartitionsAreWanted() throws InterruptedException {
        FakeParent parent =
                new FakeParent(
                        "p",
                        List.of(
                                map(
                                        "partition",
                                        map(),
                                        "records",
                                        List.of(map("id", 1L), map("id", 2L), map("id", 3L))),
                                map("partition", map(), "records", List.of(map("id", 4L))),
                                map("partition", map(), "records", List.of(map("id", 5L)))),
                        List.of(Map.of(), Map.of(), Map.of(), Map.of()),
                        false);
        PartitionRun run = Plans.router(Plans.substream(parent), parent).start(Map.of());
        assertThat(run.generate(_ -> false)).isFalse();
        assertThat(parent.log()).containsExactly("read 0");
    }

    @Test
    void parentsAreReadOneAfterTheOther() throws InterruptedException {
        FakeParent one = parent("one", map("id", 1L));
        FakeParent other = parent("other", map("id", 1L));
        PartitionRouter router = Plans.router(Plans.substream(one, other), one, other);
        assertThat(partitions(router)).hasSize(2);
        assertThat(router.parents()).containsExactly(one, other);
    }

    @Test
    void onlyParentsThatAreReadIncrementallyTellTheirState() throws InterruptedException {
        FakeParent one = parent("one", map("id", 1L));
        FakeParent other = new FakeParent("other", one.slices(), one.states(), true);
        PartitionRun run = Plans.router(Plans.substream(one, other), one, other).start(Map.of());
        assertThat(run.parentState()).hasValue(Map.of("other", Map.of("pu", 0L)));
        run.generate(_ -> true);
        assertThat(run.parentState()).hasValue(Map.of("other", Map.of("pu", 1L)));
        assertThat(run.parentState().orElseThrow()).isSameAs(run.parentState().orElseThrow());
    }

    /** Reference 8.8, in its order of preference. */
    @Test
    void anIncrementalParentStartsFromWhatTheStateOfItsChildTells() {
        Map<Map<String, Object>, Map<String, Object>> expected = new LinkedHashMap<>();
        Map<String, Object> own = Map.of("p", Map.of("pu", "own"));
        expected.put(map(), map());
        expected.put(map("parent_state", own), map("pu", "own"));
        expected.put(map("parent_state", own, "state", map("u", "global")), map("pu", "own"));
        expected.put(
                map("parent_state", map("q", map("pu", "x")), "state", map("u", "global")),
                map("u", "global"));
        expected.put(map("state", map("u", "global")), map("u", "global"));
        expected.put(map("u", "2024"), map("pu", "2024"));
        expected.put(map("u", 2024L), map("pu", 2024L));
        expected.put(map("u", "2024", "__ab_no_cursor_state_message", true), map("pu", "2024"));
        expected.put(map("u", "2024", "v", "2025"), map());
        expected.put(map("__ab_no_cursor_state_message", true), map());
        expected.put(map("__ab_full_refresh_sync_complete", true), map());
        expected.put(map("states", List.of()), map());
        expected.forEach((state, parentState) -> {
            FakeParent parent = new FakeParent("p", List.of(), List.of(Map.of()), true);
            Plans.router(Plans.substream(parent), parent).start(state);
            assertThat(parent.started()).as("from %s", state).containsExactly(parentState);
        });
    }

    @Test
    void aParentThatIsNotIncrementalAlwaysStartsAfresh() {
        FakeParent parent = parent("p");
        Plans.router(Plans.substream(parent), parent)
                .start(Map.of("parent_state", Map.of("p", Map.of("pu", "own"))));
        assertThat(parent.started()).containsExactly(Map.of());
    }

    @Test
    void aLazyRouterBringsTheFirstPageAlong() throws InterruptedException {
        FakeParent parent =
                parent("p", map("id", 1L, "a", map("b", List.of(1L, 2L))), map("id", 2L));
        PartitionRouter router =
                Plans.router(
                        map(
                                "type",
                                "SubstreamPartitionRouter",
                                "parent_stream_configs",
                                List.of(
                                        map(
                                                "stream",
                                                map("name", "p"),
                                                "parent_key",
                                                "id",
                                                "partition_field",
                                                "pid",
                                                "lazy_read_pointer",
                                                List.of("a", "b")))),
                        parent);
        assertThat(router.isLazy()).isTrue();
        assertThat(slices(router))
                .extracting(slice -> slice.extraFields().get(PartitionRouter.CHILD_RESPONSE))
                .containsExactly(List.of(1L, 2L), List.of());
    }

    // ---------------------------------------------------------------- groups

    @Test
    void groupsHoldAllValuesOnceInOrderForEverySizeAndCount() throws InterruptedException {
        for (int size = 1; size <= 4; size++) {
            for (int count = 0; count <= 9; count++) {
                List<Object> values = new ArrayList<>();
                for (long i = 0; i < count; i++) {
                    values.add(i);
                }
                Map<String, Object> router =
                        map(
                                "type",
                                "GroupingPartitionRouter",
                                "group_size",
                                (long) size,
                                "underlying_partition_router",
                                list("shop", values.toArray()));
                List<Object> grouped = new ArrayList<>();
                int groups = 0;
                for (Map<String, Object> partition : partitions(Plans.router(router))) {
                    List<?> group = (List<?>) partition.get("shop");
                    assertThat(group).hasSizeBetween(1, size);
                    grouped.addAll(group);
                    groups++;
                }
                assertThat(grouped).as("%d by %d", count, size).isEqualTo(values);
                assertThat(groups).isEqualTo((count + size - 1) / size);
            }
        }
    }

    @Test
    void aGroupLeavesOutValuesThatCameBeforeUnlessTold() throws InterruptedException {
        Map<String, Object> router =
                map(
                        "type",
                        "GroupingPartitionRouter",
                        "group_size",
                        2L,
                        "underlying_partition_router",
                        list("shop", "a", "a", "b", 1L, 1.0, true, "a"));
        assertThat(partitions(Plans.router(router)))
                .extracting(partition -> partition.get("shop"))
                .containsExactly(List.of("a", "b"), List.of(1L));
        assertThat(partitions(Plans.router(with(router, "deduplicate", false))))
                .extracting(partition -> partition.get("shop"))
                .containsExactly(
                        List.of("a", "a"), List.of("b", 1L), List.of(1.0, true), List.of("a"));
    }

    @Test
    void groupsOfSubstreamsCollectParentSlicesAndExtraFields() throws InterruptedException {
        FakeParent parent = parent("p", map("id", 1L, "z", "x"), map("id", 2L));
        List<StreamSlice> slices =
                slices(
                        Plans.router(
                                map(
                                        "type",
                                        "GroupingPartitionRouter",
                                        "group_size",
                                        5L,
                                        "underlying_partition_router",
                                        Plans.substream(parent)),
                                parent));
        assertThat(slices).hasSize(1);
        assertThat(slices.getFirst().partition())
                .isEqualTo(
                        Map.of(
                                "pid",
                                List.of(1L, 2L),
                                "parent_slice",
                                List.of(Map.of(), Map.of())));
        assertThat(slices.getFirst().extraFields())
                .isEqualTo(Map.of("z", Arrays.asList("x", null), "x.y", Arrays.asList(null, null)));
    }

    @Test
    void groupsAndUnionsRefuseRoutersWithRequestOptions() {
        Map<String, Object> injecting =
                with(
                        list("shop", "a"),
                        "request_option",
                        map("inject_into", "header", "field_name", "s"));
        assertThatThrownBy(() ->
                        Plans.router(
                                map(
                                        "type",
                                        "GroupingPartitionRouter",
                                        "group_size",
                                        2L,
                                        "underlying_partition_router",
                                        injecting)))
                .hasMessageContaining("request_option");
        assertThatThrownBy(() -> Plans.router(union("shop", injecting, list("shop", "b"))))
                .hasMessageContaining("request_option");
    }

    // ---------------------------------------------------------------- unions

    private static Map<String, Object> union(String field, Object... routers) {
        return map(
                "type",
                "UnionPartitionRouter",
                "partition_field",
                field,
                "partition_routers",
                List.of(routers));
    }

    @Test
    void aUnionHasEachValueOnceAndNothingElseInItsPartitions() throws InterruptedException {
        FakeParent parent = parent("p", map("id", "b", "z", 1L), map("id", "c", "z", 2L));
        PartitionRouter router =
                Plans.router(union("pid", list("pid", "a", "b"), Plans.substream(parent)), parent);
        List<StreamSlice> slices = slices(router);
        assertThat(slices)
                .extracting(StreamSlice::partition)
                .containsExactly(Map.of("pid", "a"), Map.of("pid", "b"), Map.of("pid", "c"));
        assertThat(slices.getLast().extraFields())
                .isEqualTo(map("x.y", null, "z", 2L, "parent_slice", Map.of()));
        assertThat(router.options(slices.getFirst())).isEqualTo(RequestOptions.EMPTY);
    }

    @Test
    void aUnionOfRoutersWithDifferentFieldsIsRefused() {
        assertThatThrownBy(() -> Plans.router(union("pid", list("pid", "a"), list("id", "b"))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("pid");
    }

    @Test
    void aUnionOfValuesThatCannotBeComparedFails() {
        FakeParent parent = parent("p", map("id", List.of(1L)));
        PartitionRouter router =
                Plans.router(union("pid", list("pid", "a"), Plans.substream(parent)), parent);
        assertThatThrownBy(() -> slices(router)).isInstanceOf(PythonError.class);
    }

    // ---------------------------------------------------------------- products

    @Test
    void aProductHasEveryCombinationAndTheLastVariesFastest() throws InterruptedException {
        for (int first = 0; first <= 3; first++) {
            for (int second = 0; second <= 3; second++) {
                List<Object> ones = List.<Object>of(1L, 2L, 3L).subList(0, first);
                List<Object> others = List.<Object>of("x", "y", "z").subList(0, second);
                List<Map<String, Object>> expected = new ArrayList<>();
                for (Object one : ones) {
                    for (Object other : others) {
                        expected.add(Map.of("n", one, "s", other, "t", true));
                    }
                }
                assertThat(
                                partitions(
                                        Plans.router(
                                                List.of(
                                                        list("n", ones.toArray()),
                                                        list("s", others.toArray()),
                                                        list("t", true)))))
                        .as("%d by %d", first, second)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void inAProductTheFirstRouterWinsWhereTwoUseOneKey() throws InterruptedException {
        Map<String, Object> option = map("inject_into", "request_parameter", "field_name", "q");
        PartitionRouter router =
                Plans.router(
                        List.of(
                                with(list("n", 1L), "request_option", option),
                                list("n", 2L),
                                with(list("s", "x"), "request_option", option)));
        assertThat(partitions(router)).containsExactly(Map.of("n", 1L, "s", "x"));
        assertThat(router.options(slices(router).getFirst()).parameters())
                .isEqualTo(Map.of("q", 1L));
        assertThat(router.start(Map.of()).parentState()).isEmpty();
    }

    @Test
    void aRouterOfAnUnknownTypeIsRefusedByName() {
        assertThatThrownBy(() -> Plans.router(map("type", "RoundPartitionRouter")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("RoundPartitionRouter");
    }
}
