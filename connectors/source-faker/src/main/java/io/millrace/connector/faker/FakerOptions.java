package io.millrace.connector.faker;

import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.Option;
import java.util.Optional;

/** What a user fills in; the keys of Airbyte's faker. */
record FakerOptions(
        @Option(
                        value =
                                "How many users there are, and as many purchases. Does not apply to"
                                        + " products",
                        defaultValue = "1000",
                        order = 0)
                @Bounds(min = 1)
                long count,
        @Option(
                        value =
                                "The same seed gives the same records. -1 takes one of the"
                                        + " pipeline's folder: arbitrary, but the same in each run,"
                                        + " so that a sync can resume and be verified",
                        defaultValue = "-1",
                        order = 1)
                long seed,
        @Option(
                        value = "Records before each checkpoint; where absent, as many as is quick",
                        order = 2)
                @Bounds(min = 1)
                Optional<Long> recordsPerSlice,
        @Option(
                        value =
                                "Whether every incremental sync gives all records again, updated"
                                        + " now. Otherwise it gives those that are new since count"
                                        + " was raised",
                        defaultValue = "true",
                        order = 3)
                boolean alwaysUpdated,
        @Option(value = "How many streams are made at a time", defaultValue = "4", order = 4)
                @Bounds(min = 1)
                int parallelism) {}
