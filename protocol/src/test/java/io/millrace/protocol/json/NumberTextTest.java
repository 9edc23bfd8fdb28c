package io.millrace.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.schema.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberTextTest {
    private final NumberParser parser = new NumberParser();
    private final byte[] out = new byte[64];

    @Test
    void longsAreWrittenAsJavaWritesThem() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 40_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertThat(text(NumberFormatter.write(out, 0, value))).isEqualTo(Long.toString(value));
        }
        for (long power = 1, i = 0; i < 19; i++, power *= 10) {
            for (long value = power - 1; value <= power + 1; value++) {
                assertThat(text(NumberFormatter.write(out, 0, value)))
                        .isEqualTo(Long.toString(value));
                assertThat(text(NumberFormatter.write(out, 0, -value)))
                        .isEqualTo(Long.toString(-value));
            }
        }
        for (long value : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(text(NumberFormatter.write(out, 0, value))).isEqualTo(Long.toString(value));
        }
    }

    @Test
    void doublesAreWrittenAsJavaWritesThem() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 80_000; i++) {
            double value =
                    switch (i % 4) {
                        case 0 -> Double.longBitsToDouble(random.nextLong());
                        case 1 -> random.nextInt(-2_000_000, 2_000_000) / 100.0;
                        case 2 -> random.nextDouble() * 1e4;
                        default -> random.nextInt(2_000_000_000) / 1e6;
                    };
            if (Double.isFinite(value)) {
                assertThat(text(NumberFormatter.write(out, 0, value)))
                        .isEqualTo(Double.toString(value));
            }
        }
        for (double value : new double[] {0.0, -0.0, 1e7, 0.001, 9999999.999999, 0.1 + 0.2, 1e22}) {
            assertThat(text(NumberFormatter.write(out, 0, value)))
                    .isEqualTo(Double.toString(value));
        }
    }

    @Test
    void decimalsOfEveryScaleAreWrittenAndReadBack() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 30_000; i++) {
            int precision = random.nextInt(1, 39);
            int scale = random.nextInt(precision + 1);
            BigInteger unscaled =
                    new BigInteger(random.nextInt(1, 127), random)
                            .mod(BigInteger.TEN.pow(precision));
            unscaled = random.nextBoolean() ? unscaled.negate() : unscaled;
            long low = unscaled.longValue();
            long high = unscaled.shiftRight(64).longValue();
            String text = text(NumberFormatter.writeDecimal(out, 0, low, high, scale));
            assertThat(text).isEqualTo(new BigDecimal(unscaled, scale).toPlainString());
            assertThat(read(text).toDecimal(new ColumnType.Decimal(precision, scale)))
                    .isEqualTo(Fit.EXACT);
            assertThat(parser.low()).isEqualTo(low);
            assertThat(parser.high()).isEqualTo(high);
        }
    }

    @Test
    void numbersOfAnyFormMeanWhatBigDecimalSays() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 40_000; i++) {
            String text = number(random);
            BigDecimal value = new BigDecimal(text);
            checkLong(text, value);
            checkDouble(text, value);
            checkDecimal(text, value, new ColumnType.Decimal(random.nextInt(9, 39), 9));
            var plain = new JsonBuffer(8);
            assertThat(read(text).writePlain(plain)).isEqualTo(Fit.EXACT);
            assertThat(plain.text()).as(text).doesNotContainIgnoringCase("e");
            assertThat(new BigDecimal(plain.text())).as(text).isEqualByComparingTo(value);
        }
    }

    private static String number(Random random) {
        var text = new StringBuilder(random.nextBoolean() ? "-" : "");
        int whole = random.nextInt(1, 24);
        for (int i = 0; i < whole; i++) {
            text.append((char) ('0' + random.nextInt(10)));
        }
        if (random.nextBoolean()) {
            text.append('.');
            int decimals = random.nextInt(1, 24);
            for (int i = 0; i < decimals; i++) {
                text.append((char) ('0' + (random.nextInt(3) == 0 ? random.nextInt(10) : 0)));
            }
        }
        if (random.nextInt(3) == 0) {
            text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(-40, 40));
        }
        return text.toString();
    }

    private void checkLong(String text, BigDecimal value) {
        Fit fit = read(text).toLong();
        boolean whole = value.stripTrailingZeros().scale() <= 0;
        boolean fits = whole && value.toBigInteger().bitLength() <= 63;
        if (fits && value.toBigInteger().longValue() != Long.MIN_VALUE) {
            assertThat(fit).as(text).isEqualTo(Fit.EXACT);
            assertThat(parser.low()).as(text).isEqualTo(value.longValueExact());
        } else if (!fits) {
            assertThat(fit).as(text).isIn(Fit.MISMATCH, Fit.OUT_OF_RANGE);
        }
    }

    private void checkDouble(String text, BigDecimal value) {
        Fit fit = read(text).toDouble();
        assertThat(parser.real()).as(text).isEqualTo(Double.parseDouble(text));
        boolean exact =
                new BigDecimal(Double.toString(parser.real())).compareTo(value) == 0
                        || new BigDecimal(parser.real()).compareTo(value) == 0;
        assertThat(fit).as(text).isEqualTo(exact ? Fit.EXACT : Fit.ROUNDED);
    }

    private void checkDecimal(String text, BigDecimal value, ColumnType.Decimal type) {
        Fit fit = read(text).toDecimal(type);
        boolean fits;
        BigDecimal scaled = value;
        try {
            scaled = value.setScale(type.scale());
            fits = scaled.precision() <= type.precision() || scaled.signum() == 0;
        } catch (ArithmeticException _) {
            fits = false;
        }
        assertThat(fit).as(text).isEqualTo(fits ? Fit.EXACT : Fit.OUT_OF_RANGE);
        if (fits) {
            assertThat(NumberFormatter.toBigInteger(parser.low(), parser.high()))
                    .as(text)
                    .isEqualTo(scaled.unscaledValue());
        }
    }

    @Test
    void numbersBeyondEveryBoundEndQuicklyAndAreTold() {
        for (String text : new String[] {"1e999999999", "-1e99999999999", "9e400"}) {
            assertThat(read(text).toLong()).as(text).isEqualTo(Fit.OUT_OF_RANGE);
            assertThat(read(text).toDouble()).as(text).isEqualTo(Fit.OUT_OF_RANGE);
            assertThat(read(text).toDecimal(new ColumnType.Decimal(38, 9)))
                    .isEqualTo(Fit.OUT_OF_RANGE);
        }
        assertThat(read("1e-999999999").toLong()).isEqualTo(Fit.MISMATCH);
        assertThat(read("1234567890123456789012e-999999999").toLong()).isEqualTo(Fit.MISMATCH);
        assertThat(read("1e-999999999").toDouble()).isEqualTo(Fit.ROUNDED);
        assertThat(read("1e-999999999").toDecimal(new ColumnType.Decimal(38, 9)))
                .isEqualTo(Fit.OUT_OF_RANGE);
        assertThat(read("1e999999999").writePlain(new JsonBuffer(8))).isEqualTo(Fit.OUT_OF_RANGE);
        String long1 = "1" + "0".repeat(1_000_000);
        assertThat(read(long1).toLong()).isEqualTo(Fit.OUT_OF_RANGE);
        assertThat(read("0." + "3".repeat(1_000_000)).toDouble()).isEqualTo(Fit.ROUNDED);
    }

    @Test
    void aNumericTextBecomesANumberOfJson() {
        assertThat(json("+007.50e+3")).isEqualTo("7.50e+3");
        assertThat(json("-.5")).isEqualTo("-0.5");
        assertThat(json("5.")).isEqualTo("5");
        assertThat(json("000")).isEqualTo("0");
    }

    @Test
    void whatIsNoNumberIsRefused() {
        for (String text :
                new String[] {
                    "", "-", ".", "1 ", " 1", "1e", "1e+", "0x10", "1_000", "1,5", "--1"
                }) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(parser.read(bytes, 0, bytes.length)).as(text).isFalse();
        }
    }

    private String json(String text) {
        var buffer = new JsonBuffer(8);
        read(text).writeJson(buffer);
        return buffer.text();
    }

    private NumberParser read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(parser.read(bytes, 0, bytes.length)).as(text).isTrue();
        return parser;
    }

    private String text(int end) {
        return new String(out, 0, end, StandardCharsets.US_ASCII);
    }
}
