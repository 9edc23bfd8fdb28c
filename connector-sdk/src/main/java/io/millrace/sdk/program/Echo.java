package io.millrace.sdk.program;

import io.millrace.protocol.message.StateMessage;

/**
 * A state that goes back once every stream in its scope has made durable what it covers (invariant
 * 1; reference: protocol 2.1.4). Safe for all threads.
 */
final class Echo {
    private final ProgramOutput out;
    private final StateMessage state;
    private int awaited;
    private long records;
    private long rejected;

    /**
     * @param streams how many streams it waits for
     */
    Echo(ProgramOutput out, StateMessage state, int streams) {
        this.out = out;
        this.state = state;
        this.awaited = streams;
    }

    /** One stream's part is counted. */
    synchronized void count(long moreRecords, long moreRejected) {
        records += moreRecords;
        rejected += moreRejected;
    }

    /** One stream's part is durable. */
    synchronized void durable() {
        awaited--;
        if (awaited == 0) {
            out.write(
                    state.withDestinationStats(
                            rejected == 0
                                    ? StateMessage.Stats.of(records)
                                    : StateMessage.Stats.of(records, rejected)));
        }
    }
}
