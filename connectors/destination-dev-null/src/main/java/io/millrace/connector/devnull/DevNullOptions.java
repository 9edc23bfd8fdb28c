package io.millrace.connector.devnull;

import io.millrace.sdk.option.Alternative;
import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.EnumValue;
import io.millrace.sdk.option.Option;
import java.util.Optional;
import java.util.OptionalLong;

/** What a user fills in; {@code test_destination} is the shape of Airbyte's destination. */
record DevNullOptions(
        @Option(
                        value =
                                "What to do with records, as Airbyte's dev-null destination is"
                                        + " told",
                        defaultValue = "{\"test_destination_type\":\"SILENT\"}")
                Behaviour testDestination,
        @Option("Fail once this many records of the run were taken") @Bounds(min = 0)
                Optional<Long> failAfter,
        @Option(
                        value =
                                "The kind of failure: whether a person, time or a programmer mends"
                                        + " it",
                        defaultValue = "\"system_error\"")
                FailAs failAs,
        @Option("Milliseconds that each record takes") @Bounds(min = 0)
                Optional<Double> millisPerRecord,
        @Option("Log every record whose number is a multiple of this") @Bounds(min = 1)
                Optional<Long> logEvery) {

    /** The three types of failure, as on the wire. */
    enum FailAs {
        @EnumValue("config_error")
        CONFIG_ERROR,
        @EnumValue("transient_error")
        TRANSIENT_ERROR,
        @EnumValue("system_error")
        SYSTEM_ERROR
    }

    sealed interface Behaviour {
        @Alternative(
                field = "test_destination_type",
                value = "SILENT",
                title = "Silent",
                description = "Drops records.")
        record Silent() implements Behaviour {}

        @Alternative(
                field = "test_destination_type",
                value = "LOGGING",
                title = "Logging",
                description = "Logs some records, and drops all.")
        record Logging(
                @Option(
                                value = "Which records are logged",
                                defaultValue = "{\"logging_type\":\"FirstN\"}")
                        LoggedRecords loggingConfig)
                implements Behaviour {}

        @Alternative(
                field = "test_destination_type",
                value = "THROTTLED",
                title = "Throttled",
                description = "Takes its time for each record.")
        record Throttled(@Option("Milliseconds that each record takes") double millisPerRecord)
                implements Behaviour {
            public Throttled {
                if (!(millisPerRecord >= 0)) {
                    throw new IllegalArgumentException("A record can't take less than no time.");
                }
            }
        }

        @Alternative(
                field = "test_destination_type",
                value = "FAILING",
                title = "Failing",
                description = "Fails after some records.")
        record Failing(
                @Option("Records that are taken before the failure") @Bounds(min = 0)
                        long numMessages)
                implements Behaviour {}
    }

    /** Which records of a stream are logged. */
    sealed interface LoggedRecords {
        @Alternative(field = "logging_type", value = "FirstN", title = "The first ones")
        record First(
                @Option(value = "Records of each stream at the most", defaultValue = "100")
                        @Bounds(min = 1)
                        long maxEntryCount)
                implements LoggedRecords {}

        @Alternative(field = "logging_type", value = "EveryNth", title = "Every nth")
        record EveryNth(
                @Option(value = "The n of every nth", defaultValue = "1") @Bounds(min = 1)
                        long nthEntryToLog,
                @Option(value = "Records of each stream at the most", defaultValue = "100")
                        @Bounds(min = 1)
                        long maxEntryCount)
                implements LoggedRecords {}

        @Alternative(field = "logging_type", value = "RandomSampling", title = "A random sample")
        record RandomSample(
                @Option(value = "The share of records, 0 to 1", defaultValue = "0.001")
                        double samplingRatio,
                @Option("Makes the sample repeatable") Optional<Long> seed,
                @Option(value = "Records of each stream at the most", defaultValue = "100")
                        @Bounds(min = 1)
                        long maxEntryCount)
                implements LoggedRecords {
            public RandomSample {
                if (!(samplingRatio >= 0 && samplingRatio <= 1)) {
                    throw new IllegalArgumentException("A share lies between 0 and 1.");
                }
            }
        }
    }

    /** How many records are taken before the failure; empty to never fail. */
    OptionalLong recordsUntilFailure() {
        if (failAfter.isPresent()) {
            return OptionalLong.of(failAfter.get());
        }
        return testDestination instanceof Behaviour.Failing(long records)
                ? OptionalLong.of(records)
                : OptionalLong.empty();
    }

    /** How long a record takes, in nanoseconds; 0 for no time. */
    double nanosPerRecord() {
        double throttled =
                testDestination instanceof Behaviour.Throttled(double millis) ? millis : 0;
        return millisPerRecord.orElse(throttled) * 1e6;
    }

    /** Which records to log; empty for none. */
    Optional<LoggedRecords> logged() {
        if (logEvery.isPresent()) {
            return Optional.of(new LoggedRecords.EveryNth(logEvery.get(), Long.MAX_VALUE));
        }
        return testDestination instanceof Behaviour.Logging(LoggedRecords records)
                ? Optional.of(records)
                : Optional.empty();
    }
}
