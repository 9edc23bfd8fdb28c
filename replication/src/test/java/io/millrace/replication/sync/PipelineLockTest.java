package io.millrace.replication.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;
import io.millrace.protocol.failure.TransientFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PipelineLockTest {
    @TempDir Path folder;

    @Test
    void aSecondRunIsToldWhoHoldsTheLock() {
        Path file = folder.resolve("lock");
        try (PipelineLock _ = PipelineLock.take(file, "shop", "process 17")) {
            assertThatThrownBy(() -> PipelineLock.take(file, "shop", "process 18"))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContainingAll("shop", "process 17");
        }
        PipelineLock.take(file, "shop", "process 18").close();
    }

    @Test
    void whoDiedWithTheLockIsKnownUntilTheNextRun() throws Exception {
        Path file = folder.resolve("lock");
        assertThat(PipelineLock.findHolder(file)).isEmpty();
        try (PipelineLock _ = PipelineLock.take(file, "shop", "process 17")) {
            assertThat(PipelineLock.findHolder(file))
                    .contains(new PipelineLock.Holder("process 17", true));
        }
        assertThat(PipelineLock.findHolder(file)).isEmpty();
        Files.writeString(file, "process 16"); // what a killed one leaves behind
        assertThat(PipelineLock.findHolder(file))
                .contains(new PipelineLock.Holder("process 16", false));
        PipelineLock.take(file, "shop", "process 18").close();
        assertThat(PipelineLock.findHolder(file)).isEmpty();
    }

    /** A device that can be opened and locked, and has no room. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsToldAsOneWithAWayOut() {
        Path full = Path.of("/dev/full");
        assertThatThrownBy(() -> PipelineLock.take(full, "shop", "process 17"))
                .isInstanceOf(TransientFailure.class)
                .hasMessageContainingAll("disk", "full", "/dev/full", "Make room", "MILLRACE_HOME");
    }

    @Test
    void aFileThatCannotBeWrittenIsTold() throws Exception {
        Path place = Files.createDirectory(folder.resolve("lock"));
        assertThatThrownBy(() -> PipelineLock.take(place, "shop", "process 17"))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("can't be written");
    }
}
