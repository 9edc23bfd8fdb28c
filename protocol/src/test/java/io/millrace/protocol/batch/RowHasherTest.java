package io.millrace.protocol.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowHasherTest {
    @Test
    void everyShortTextHasAHashOfItsOwn() {
        Set<Long> seen = new HashSet<>();
        int texts = 0;
        for (int length = 0; length <= 17; length++) {
            for (int at = 0; at < Math.max(1, length); at++) {
                for (int octet = length == 0 ? 255 : 0; octet < 256; octet++) {
                    var text = new byte[length + 2];
                    if (length > 0) {
                        text[at + 1] = (byte) octet;
                    }
                    long hash = RowHasher.hashBytes(text, 1, length);
                    assertThat(RowHasher.hashBytes(MemorySegment.ofArray(text), 1, length))
                            .isEqualTo(hash);
                    if (octet != 0 || at == 0) { // zeros alone are one text
                        texts++;
                        seen.add(hash);
                    }
                }
            }
        }
        assertThat(seen).hasSize(texts);
    }
}
