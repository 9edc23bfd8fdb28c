package io.millrace.replication.sync;

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
