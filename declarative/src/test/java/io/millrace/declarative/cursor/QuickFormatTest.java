package io.millrace.declarative.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.declarative.interpolation.library.EpochFormat;
import io.millrace.declarative.interpolation.python.PythonError;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QuickFormatTest {
    private static final List<String> FORMATS =
            List.of(
                    "%Y-%m-%d",
                    "%Y-%m-%dT%H:%M:%SZ",
                    "%Y-%m-%dT%H:%M:%S%z",
                    "%Y-%m-%dT%H:%M:%S.%f%z",
                    "%Y-%m-%dT%H:%M:%S.%fZ",
                    "%Y-%m-%dT%H:%M:%S.%_msZ",
                    "%Y%m%d%H%M%S",
                    "%d/%m/%Y %H:%M",
                    "%Y-%m",
                    "%Y",
                    "at %H o'clock, %Y",
                    "%H%z %Y");

    private static @Nullable Moment slowly(String text, String format) {
        try {
            return Moment.of(EpochFormat.parse(text, format));
        } catch (PythonError _) {
            return null;
        }
    }

    /** Texts that are nearly dates, of the characters that dates are made of. */
    private static String spoilt(String text, Random random) {
        var spoilt = new StringBuilder(text);
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(spoilt.length());
            char other = "0123456789-:. TZz+".charAt(random.nextInt(18));
            switch (random.nextInt(3)) {
                case 0 -> spoilt.setCharAt(at, other);
                case 1 -> spoilt.insert(at, other);
                default -> {
                    if (spoilt.length() > 1) {
                        spoilt.deleteCharAt(at);
                    }
                }
            }
        }
        return spoilt.toString();
    }

    @Test
    void whatItUnderstandsItUnderstandsAsPython() {
        long seed = 20_260_101;
        var random = new Random(seed);
        int understood = 0;
        for (int i = 0; i < 60_000; i++) {
            String format = FORMATS.get(random.nextInt(FORMATS.size()));
            Optional<QuickFormat> quick = QuickFormat.of(format);
            assertThat(quick).as(format).isPresent();
            Moment moment =
                    new Moment(
                            random.nextLong(-62_135_596_800_000_000L, 253_402_300_800_000_000L), 0);
            String text = spoilt(EpochFormat.print(moment.datetime(), format), random);
            Moment parsed = quick.get().parse(text);
            if (parsed != null) {
                understood++;
                Moment expected = slowly(text, format);
                assertThat(parsed).as("%s as %s, seed %d", text, format, seed).isEqualTo(expected);
                assertThat(parsed.offsetSeconds())
                        .isEqualTo(expected == null ? 0 : expected.offsetSeconds());
            }
        }
        assertThat(understood).isGreaterThan(20_000);
    }

    @Test
    void everyMomentOfAnyOffsetIsPrintedAsByTheCLibrary() {
        long seed = 20_260_102;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String format = FORMATS.get(random.nextInt(FORMATS.size()));
            Moment moment =
                    new Moment(
                            random.nextLong(-62_000_000_000_000_000L, 253_000_000_000_000_000L),
                            random.nextInt(-86_399, 86_400));
            if (!format.contains("%_ms")) {
                assertThat(QuickFormat.of(format).orElseThrow().print(moment))
                        .as("%s in %s, seed %d", moment, format, seed)
                        .isEqualTo(EpochFormat.print(moment.datetime(), format));
            }
        }
    }

    @Test
    void itLeavesFormatsToPythonWhoseTextsItCouldMisread() {
        for (String format :
                List.of("%s", "%ms", "%d", "%Y-%m-%d %p", "%Y%j", "%Y %Y", "%f%Y", "%Y5", "%Y%")) {
            assertThat(QuickFormat.of(format)).as(format).isEmpty();
        }
    }

    @Test
    void aFormatIsSortedOnlyIfTextsComeInTheOrderOfTime() {
        var random = new Random(20_260_103);
        for (String format : FORMATS) {
            QuickFormat quick = QuickFormat.of(format).orElseThrow();
            boolean inOrder = true;
            for (int i = 0; i < 5_000; i++) {
                Moment one = new Moment(random.nextLong(0, 3_000_000_000_000_000L), 0);
                Moment other = new Moment(random.nextLong(0, 3_000_000_000_000_000L), 0);
                int texts = quick.print(one).compareTo(quick.print(other));
                inOrder &= texts == 0 || texts < 0 == one.isBefore(other);
            }
            assertThat(quick.isSorted()).as(format).isEqualTo(inOrder);
        }
    }
}
