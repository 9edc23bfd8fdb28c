package io.millrace.replication.launch.singer;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.replication.launch.process.GuestTranslation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A target that starts with its configuration, and ends well when it is given nothing, is fine. */
final class TargetCheck implements GuestTranslation {

    @Override
    public InputStream output(InputStream printed, Ending ending) {
        return new TranslatedLines(printed) {
            @Override
            void line(byte[] bytes, int from, int count, JsonBuffer output) {
                // A state of nothing.
            }

            @Override
            void end(boolean cutOff, JsonBuffer output) throws IOException {
                if (ending.awaitSuccess()) {
                    output.append(
                            "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":\"SUCCEEDED\"}}\n");
                }
            }
        };
    }

    @Override
    public Optional<SyncFailure> explain(int exitStatus, String lastErrors) {
        return Optional.of(
                new ConfigurationFailure(
                        "The target ended with exit status %d when it was given nothing%s"
                                .formatted(
                                        exitStatus,
                                        SingerProgram.reason(lastErrors)
                                                .map(reason -> ": " + reason)
                                                .orElse(".")),
                        lastErrors));
    }
}
