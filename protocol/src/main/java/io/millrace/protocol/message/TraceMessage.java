package io.millrace.protocol.message;

import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.FailureType;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.node.ObjectNode;

/** How a connector fares. {@link Context} has what all kinds share. */
public sealed interface TraceMessage extends Message {

    Context context();

    @Override
    default Additional envelope() {
        return context().envelope();
    }

    /**
     * @param emittedAt milliseconds since 1970, maybe with a fraction
     * @param trace unknown properties of the trace object
     */
    record Context(BigDecimal emittedAt, Additional trace, Additional envelope) {
        public static Context at(long emittedAt) {
            return new Context(BigDecimal.valueOf(emittedAt), Additional.NONE, Additional.NONE);
        }
    }

    /**
     * Why the connector, or one stream of it, failed.
     *
     * @param message for a person
     * @param internalMessage for the log
     * @param failureType absent: a system error
     */
    record Failure(
            String message,
            Optional<String> internalMessage,
            Optional<String> stackTrace,
            Optional<OpenValue<FailureType>> failureType,
            Optional<Descriptor> stream,
            Additional additional,
            Context context)
            implements TraceMessage {

        /** What a failure of ours looks like on the wire; of {@code stream}, if it is only its. */
        public static Failure of(SyncFailure failure, Optional<StreamName> stream, long emittedAt) {
            return new Failure(
                    failure.getMessage(),
                    Optional.of(failure.detail()).filter(detail -> !detail.isEmpty()),
                    Optional.empty(),
                    Optional.of(
                            new OpenValue<>(
                                    Optional.of(failure.failureType()),
                                    failure.failureType().text())),
                    stream.map(name -> new Descriptor(name, Additional.NONE)),
                    Additional.NONE,
                    Context.at(emittedAt));
        }

        /** The failure's type; what is absent or unknown is ours to mend. */
        public FailureType effectiveFailureType() {
            return failureType.flatMap(OpenValue::known).orElse(FailureType.SYSTEM_ERROR);
        }
    }

    /** How much is to come; a later one replaces an earlier one of the same stream. */
    record Estimate(
            OpenValue<EstimateType> type,
            StreamName stream,
            OptionalLong rows,
            OptionalLong bytes,
            Additional additional,
            Context context)
            implements TraceMessage {
        public static Estimate of(
                StreamName stream, OptionalLong rows, OptionalLong bytes, long emittedAt) {
            return new Estimate(
                    new OpenValue<>(Optional.of(EstimateType.STREAM), EstimateType.STREAM.name()),
                    stream,
                    rows,
                    bytes,
                    Additional.NONE,
                    Context.at(emittedAt));
        }
    }

    /** Where a stream stands. */
    record StreamStatus(
            Descriptor stream,
            OpenValue<Status> status,
            List<Reason> reasons,
            Additional additional,
            Context context)
            implements TraceMessage {
        public StreamStatus {
            reasons = List.copyOf(reasons);
        }

        public static StreamStatus of(StreamName stream, Status status, long emittedAt) {
            return new StreamStatus(
                    new Descriptor(stream, Additional.NONE),
                    new OpenValue<>(Optional.of(status), status.name()),
                    List.of(),
                    Additional.NONE,
                    Context.at(emittedAt));
        }
    }

    /** How a connector is used; {@code type} is a constant of the connector. */
    record Analytics(String type, Optional<String> value, Additional additional, Context context)
            implements TraceMessage {}

    /** A kind that is newer than we are; {@code trace} is its whole payload. */
    record Unknown(String type, ObjectNode trace, Context context) implements TraceMessage {}

    /** A stream's identity as it stands in a trace. */
    record Descriptor(StreamName name, Additional additional) {}

    /**
     * Why a stream stands where it stands.
     *
     * @param quotaReset when a quota is renewed, in milliseconds since 1970
     * @param rateLimited unknown properties of {@code rate_limited}; empty where there is no such
     *     object
     */
    record Reason(
            OpenValue<ReasonType> type,
            OptionalLong quotaReset,
            Optional<Additional> rateLimited,
            Additional additional) {
        public static Reason rateLimited(OptionalLong quotaReset) {
            return new Reason(
                    new OpenValue<>(
                            Optional.of(ReasonType.RATE_LIMITED), ReasonType.RATE_LIMITED.name()),
                    quotaReset,
                    Optional.of(Additional.NONE),
                    Additional.NONE);
        }
    }

    /** What an estimate is about. */
    enum EstimateType {
        STREAM,
        SYNC
    }

    /** The life of a stream within a run. */
    enum Status {
        STARTED,
        RUNNING,
        COMPLETE,
        INCOMPLETE
    }

    /** The reasons that are known. */
    enum ReasonType {
        RATE_LIMITED
    }
}
