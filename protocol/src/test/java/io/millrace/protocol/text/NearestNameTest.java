package io.millrace.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
    private static final List<String> KNOWN = List.of("host", "port", "password", "database");

    @Test
    void aSlipOfTheFingerIsGuessed() {
        assertThat(NearestName.of("passwrod", KNOWN)).contains("password");
        assertThat(NearestName.of("prot", KNOWN)).contains("port");
        assertThat(NearestName.of("Database", KNOWN)).contains("database");
        assertThat(NearestName.of("databse", KNOWN)).contains("database");
    }

    @Test
    void somethingElseIsNotGuessed() {
        assertThat(NearestName.of("colour_of_the_sky", KNOWN)).isEmpty();
        assertThat(NearestName.of("xy", KNOWN)).isEmpty();
        assertThat(NearestName.hint("xy", KNOWN)).isEqualTo(".");
        assertThat(NearestName.hint("hots", KNOWN)).isEqualTo(". Did you mean \"host\"?");
    }

    @Test
    void durationsReadBackAsTheyWereWritten() {
        for (String text : List.of("1500ms", "3s", "5m", "2h", "7d")) {
            assertThat(DurationText.parse(text).map(DurationText::format)).contains(text);
        }
        assertThat(DurationText.parse(" 30 S ")).contains(Duration.ofSeconds(30));
        assertThat(DurationText.parse("30")).isEmpty();
        assertThat(DurationText.parse("-3s")).isEmpty();
    }
}
