package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Python's {@code timedelta}: a fixed span of time, to the microsecond.
 *
 * @param days may be negative; the other two count upward from there
 * @param seconds 0 to 86,399
 * @param microseconds 0 to 999,999
 */
public record TimeDelta(int days, int seconds, int microseconds) {
    static final BigInteger MICROS_PER_SECOND = BigInteger.valueOf(1_000_000);
    private static final BigInteger MICROS_PER_DAY = BigInteger.valueOf(86_400_000_000L);
    private static final BigInteger MOST_DAYS = BigInteger.valueOf(999_999_999);
    static final TimeDelta ZERO = new TimeDelta(0, 0, 0);

    static TimeDelta ofMicros(BigInteger micros) {
        BigInteger[] parts = micros.divideAndRemainder(MICROS_PER_DAY);
        BigInteger days = parts[0];
        long rest = parts[1].longValue();
        if (rest < 0) {
            rest += MICROS_PER_DAY.longValue();
            days = days.subtract(BigInteger.ONE);
        }
        if (days.abs().compareTo(MOST_DAYS) > 0) {
            throw PythonError.overflow("days=%s; must have magnitude <= 999999999".formatted(days));
        }
        return new TimeDelta(days.intValue(), (int) (rest / 1_000_000), (int) (rest % 1_000_000));
    }

    static TimeDelta ofMicros(long micros) {
        return ofMicros(BigInteger.valueOf(micros));
    }

    /**
     * A span of {@code seconds}, rounded half to even on the microsecond, as sums of float parts
     * are.
     */
    static TimeDelta ofSeconds(BigDecimal seconds) {
        return ofMicros(
                seconds.movePointRight(6).setScale(0, RoundingMode.HALF_EVEN).toBigInteger());
    }

    public static TimeDelta ofDays(long days) {
        return ofMicros(BigInteger.valueOf(days).multiply(MICROS_PER_DAY));
    }

    BigInteger micros() {
        return BigInteger.valueOf(days)
                .multiply(MICROS_PER_DAY)
                .add(BigInteger.valueOf(seconds * 1_000_000L + microseconds));
    }

    TimeDelta plus(TimeDelta other) {
        return ofMicros(micros().add(other.micros()));
    }

    TimeDelta minus(TimeDelta other) {
        return ofMicros(micros().subtract(other.micros()));
    }

    TimeDelta negated() {
        return ofMicros(micros().negate());
    }

    TimeDelta times(Object number) {
        if (number instanceof Double real) {
            return ofMicros(
                    exact(real)
                            .multiply(new BigDecimal(micros()))
                            .setScale(0, RoundingMode.HALF_EVEN)
                            .toBigInteger());
        }
        return ofMicros(micros().multiply(Numbers.big(number)));
    }

    private static BigDecimal exact(double real) {
        if (Double.isNaN(real)) {
            throw PythonError.value("cannot convert NaN to integer ratio");
        }
        if (Double.isInfinite(real)) {
            throw PythonError.overflow("cannot convert Infinity to integer ratio");
        }
        return new BigDecimal(real);
    }

    TimeDelta dividedBy(Object number) {
        if (!Numbers.isTrue(number)) {
            throw PythonError.zeroDivision("division by zero");
        }
        BigDecimal divisor =
                number instanceof Double real ? exact(real) : new BigDecimal(Numbers.big(number));
        return ofMicros(
                new BigDecimal(micros()).divide(divisor, 0, RoundingMode.HALF_EVEN).toBigInteger());
    }

    double totalSeconds() {
        return (double) Numbers.divide(Numbers.normal(micros()), 1_000_000L);
    }

    /** {@code 1 day, 0:00:00}. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (days != 0) {
            text.append(days).append(Math.abs(days) == 1 ? " day, " : " days, ");
        }
        text.append("%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60));
        if (microseconds != 0) {
            text.append(".%06d".formatted(microseconds));
        }
        return text.toString();
    }

    String repr() {
        List<String> parts = new ArrayList<>();
        if (days != 0) {
            parts.add("days=" + days);
        }
        if (seconds != 0) {
            parts.add("seconds=" + seconds);
        }
        if (microseconds != 0) {
            parts.add("microseconds=" + microseconds);
        }
        return "datetime.timedelta(%s)".formatted(parts.isEmpty() ? "0" : String.join(", ", parts));
    }
}
