package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;

/** A duration of years and months, whose length depends on where it starts, and a fixed rest. */
record CalendarDuration(BigDecimal years, BigDecimal months, TimeDelta rest) {

    CalendarDuration plus(CalendarDuration other) {
        return new CalendarDuration(
                years.add(other.years), months.add(other.months), rest.plus(other.rest));
    }

    CalendarDuration negated() {
        return new CalendarDuration(years.negate(), months.negate(), rest.negated());
    }

    CalendarDuration times(BigInteger factor) {
        var number = new BigDecimal(factor);
        return new CalendarDuration(
                years.multiply(number),
                months.multiply(number),
                rest.times(Numbers.normal(factor)));
    }

    /** {@code month}, moved by the years and months of this, forward or backward. */
    YearMonth shift(int year, int month, int direction) {
        checkWhole();
        BigInteger total =
                years.toBigInteger().multiply(BigInteger.valueOf(12)).add(months.toBigInteger());
        BigInteger shifted =
                BigInteger.valueOf(year * 12L + month - 1)
                        .add(total.multiply(BigInteger.valueOf(direction)));
        if (shifted.compareTo(BigInteger.valueOf(12)) < 0
                || shifted.compareTo(BigInteger.valueOf(120_000)) >= 0) {
            throw PythonError.value("year is out of range");
        }
        return YearMonth.of(shifted.intValue() / 12, shifted.intValue() % 12 + 1);
    }

    /** Fails for a part of a month or a year, which has no length. */
    void checkWhole() {
        if (isFractional(years) || isFractional(months)) {
            throw PythonError.value(
                    "fractional years or months not supported for date calculations");
        }
    }

    private static boolean isFractional(BigDecimal number) {
        return number.stripTrailingZeros().scale() > 0;
    }

    private BigDecimal allMonths() {
        return years.multiply(BigDecimal.valueOf(12)).add(months);
    }

    boolean same(Object other) {
        return switch (other) {
            case CalendarDuration duration ->
                    allMonths().compareTo(duration.allMonths()) == 0 && rest.equals(duration.rest);
            case TimeDelta delta ->
                    years.signum() == 0 && months.signum() == 0 && rest.equals(delta);
            default -> false;
        };
    }

    /**
     * {@code 1 years, 2 months, 3 days, 0:00:00}: the reference library's words, which know no
     * singular year.
     */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (years.signum() != 0) {
            parts.add(years.toBigInteger() + " years");
        }
        if (months.signum() != 0) {
            parts.add(
                    months.toBigInteger()
                            + (months.compareTo(BigDecimal.ONE) <= 0 ? " month" : " months"));
        }
        parts.add(rest.toString());
        return String.join(", ", parts);
    }

    String repr() {
        return "isodate.duration.Duration(%d, %d, %d, years=%d, months=%d)"
                .formatted(
                        rest.days(),
                        rest.seconds(),
                        rest.microseconds(),
                        years.toBigInteger(),
                        months.toBigInteger());
    }
}
