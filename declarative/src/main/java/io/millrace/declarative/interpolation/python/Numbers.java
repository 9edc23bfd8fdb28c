package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic: whole numbers without limit, floats, and booleans as 0 and 1. */
public final class Numbers {
    private static final BigInteger LEAST_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST_LONG = BigInteger.valueOf(Long.MAX_VALUE);
    private static final long EXACT_IN_DOUBLE = 1L << 53;

    private Numbers() {}

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof BigInteger;
    }

    /** Whether it is an {@code int} in Python's sense, in which booleans are some. */
    public static boolean isInteger(@Nullable Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    /** A whole number in the type in which it belongs. */
    public static Object normal(BigInteger number) {
        if (number.bitLength() > Limits.INTEGER_BITS) {
            throw PythonError.limit(
                    "A template tried to make a number of %d bits; at most %d are allowed."
                            .formatted(number.bitLength(), Limits.INTEGER_BITS));
        }
        return number.compareTo(LEAST_LONG) >= 0 && number.compareTo(MOST_LONG) <= 0
                ? (Object) number.longValue()
                : number;
    }

    /** An {@code int} as a big one. */
    static BigInteger big(Object integer) {
        return switch (integer) {
            case Long number -> BigInteger.valueOf(number);
            case Boolean flag -> flag ? BigInteger.ONE : BigInteger.ZERO;
            case BigInteger number -> number;
            default ->
                    throw new IllegalArgumentException("Not an int: " + Python.typeName(integer));
        };
    }

    /** An {@code int} that fits an index: clipped, as slices and repetitions clip. */
    static int clipped(Object integer) {
        BigInteger number = big(integer);
        return number.bitLength() < 32
                ? number.intValue()
                : number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }

    /** A number as a float. Fails for a whole number that is too large. */
    static double real(Object number) {
        return switch (number) {
            case Double real -> real;
            case Long integer -> integer.doubleValue();
            case Boolean flag -> flag ? 1 : 0;
            case BigInteger integer -> {
                double real = integer.doubleValue();
                if (Double.isInfinite(real)) {
                    throw PythonError.overflow("int too large to convert to float");
                }
                yield real;
            }
            default ->
                    throw PythonError.type(
                            "must be real number, not %s".formatted(Python.typeName(number)));
        };
    }

    static int compare(Object left, Object right) {
        if (left instanceof Long x && right instanceof Long y) {
            return Long.compare(x, y);
        }
        if (left instanceof Double x) {
            if (right instanceof Double y) {
                return x < y ? -1 : x.doubleValue() == y.doubleValue() ? 0 : 1;
            }
            return x.isNaN() ? 1 : -Comparison.compareExactly(big(right), x);
        }
        if (right instanceof Double y) {
            return y.isNaN() ? 1 : Comparison.compareExactly(big(left), y);
        }
        return big(left).compareTo(big(right));
    }

    static boolean isTrue(Object number) {
        return switch (number) {
            case Boolean flag -> flag;
            case Long integer -> integer != 0;
            case Double real -> real != 0;
            case BigInteger integer -> integer.signum() != 0;
            default ->
                    throw new IllegalArgumentException("Not a number: " + Python.typeName(number));
        };
    }

    static Object add(Object left, Object right) {
        if (left instanceof Long x && right instanceof Long y) {
            long sum = x + y;
            return ((x ^ sum) & (y ^ sum)) < 0 ? big(left).add(big(right)) : (Object) sum;
        }
        return left instanceof Double || right instanceof Double
                ? (Object) (real(left) + real(right))
                : normal(big(left).add(big(right)));
    }

    static Object subtract(Object left, Object right) {
        if (left instanceof Long x && right instanceof Long y) {
            long difference = x - y;
            return ((x ^ y) & (x ^ difference)) < 0
                    ? big(left).subtract(big(right))
                    : (Object) difference;
        }
        return left instanceof Double || right instanceof Double
                ? (Object) (real(left) - real(right))
                : normal(big(left).subtract(big(right)));
    }

    static Object multiply(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            return real(left) * real(right);
        }
        if (left instanceof Long x && right instanceof Long y) {
            long high = Math.multiplyHigh(x, y);
            long low = x * y;
            if ((high == 0 && low >= 0) || (high == -1 && low < 0)) {
                return low;
            }
        }
        BigInteger x = big(left);
        BigInteger y = big(right);
        checkBits((long) x.bitLength() + y.bitLength());
        return normal(x.multiply(y));
    }

    /** {@code /}: the float nearest to the exact quotient. */
    static Object divide(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double divisor = real(right);
            if (divisor == 0) {
                throw PythonError.zeroDivision("float division by zero");
            }
            return real(left) / divisor;
        }
        BigInteger divisor = big(right);
        if (divisor.signum() == 0) {
            throw PythonError.zeroDivision("division by zero");
        }
        if (left instanceof Long x
                && right instanceof Long y
                && Math.abs(x) <= EXACT_IN_DOUBLE
                && Math.abs(y) <= EXACT_IN_DOUBLE) {
            return (double) x / (double) y;
        }
        double quotient =
                new BigDecimal(big(left))
                        .divide(new BigDecimal(divisor), new MathContext(60))
                        .doubleValue();
        if (Double.isInfinite(quotient)) {
            throw PythonError.overflow("integer division result too large for a float");
        }
        return quotient;
    }

    static Object floorDivide(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            return floatDivmod(real(left), real(right))[0];
        }
        if (left instanceof Long x && right instanceof Long y && y != 0 && x != Long.MIN_VALUE) {
            return Math.floorDiv(x.longValue(), y.longValue());
        }
        BigInteger divisor = nonZero(right, "integer division or modulo by zero");
        BigInteger[] parts = big(left).divideAndRemainder(divisor);
        return normal(
                parts[1].signum() != 0 && parts[1].signum() != divisor.signum()
                        ? parts[0].subtract(BigInteger.ONE)
                        : parts[0]);
    }

    /** {@code %}: the remainder with the sign of the divisor. */
    static Object modulo(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            return floatDivmod(real(left), real(right))[1];
        }
        if (left instanceof Long x && right instanceof Long y && y != 0) {
            return Math.floorMod(x.longValue(), y.longValue());
        }
        BigInteger divisor = nonZero(right, "integer modulo by zero");
        BigInteger remainder = big(left).remainder(divisor);
        return normal(
                remainder.signum() != 0 && remainder.signum() != divisor.signum()
                        ? remainder.add(divisor)
                        : remainder);
    }

    private static BigInteger nonZero(Object number, String message) {
        BigInteger divisor = big(number);
        if (divisor.signum() == 0) {
            throw PythonError.zeroDivision(message);
        }
        return divisor;
    }

    /**
     * Quotient and remainder of floats such that the remainder has the divisor's sign and both fit
     * together.
     */
    private static double[] floatDivmod(double dividend, double divisor) {
        if (divisor == 0) {
            throw PythonError.zeroDivision("float floor division by zero");
        }
        double remainder = dividend % divisor;
        double quotient = (dividend - remainder) / divisor;
        if (remainder != 0) {
            if (divisor < 0 != remainder < 0) {
                remainder += divisor;
                quotient -= 1;
            }
        } else {
            remainder = Math.copySign(0.0, divisor);
        }
        double whole;
        if (quotient != 0) {
            whole = Math.floor(quotient);
            if (quotient - whole > 0.5) {
                whole += 1;
            }
        } else {
            whole = Math.copySign(0.0, dividend / divisor);
        }
        return new double[] {whole, remainder};
    }

    static Object power(Object base, Object exponent) {
        if (!(base instanceof Double) && !(exponent instanceof Double)) {
            BigInteger power = big(exponent);
            BigInteger number = big(base);
            if (power.signum() >= 0) {
                if (number.bitLength() <= 1 && number.abs().compareTo(BigInteger.ONE) <= 0) {
                    return number.signum() == 0 && power.signum() > 0
                            ? 0L
                            : number.signum() < 0 && power.testBit(0) ? -1L : 1L;
                }
                checkBits(
                        power.bitLength() > 31
                                ? Long.MAX_VALUE
                                : (long) number.bitLength() * power.intValue());
                return normal(number.pow(power.intValue()));
            }
        }
        double x = real(base);
        double y = real(exponent);
        if (x == 0 && y < 0) {
            throw PythonError.zeroDivision("0.0 cannot be raised to a negative power");
        }
        if (x < 0 && !Double.isInfinite(x) && y != Math.rint(y) && !Double.isInfinite(y)) {
            throw PythonError.value("A negative number has no real power with a fraction.");
        }
        // Java says NaN where C's pow says one.
        double result = x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y);
        if (Double.isInfinite(result) && !Double.isInfinite(x) && !Double.isInfinite(y)) {
            throw PythonError.overflow("(34, 'Numerical result out of range')");
        }
        return result;
    }

    static Object negate(Object number) {
        return switch (number) {
            case Double real -> -real;
            case Long integer when integer != Long.MIN_VALUE -> -integer;
            default -> normal(big(number).negate());
        };
    }

    public static Object absolute(Object number) {
        return number instanceof Double real
                ? Math.abs(real)
                : big(number).signum() < 0 ? negate(number) : normal(big(number));
    }

    /** {@code round(number, digits)}: half to even, on the exact value. */
    public static Object round(Object number, int digits) {
        if (number instanceof Double real) {
            if (Double.isNaN(real) || Double.isInfinite(real) || digits > 400) {
                return real;
            }
            if (digits < -400) {
                return Math.copySign(0.0, real);
            }
            double rounded =
                    new BigDecimal(real).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
            if (Double.isInfinite(rounded)) {
                throw PythonError.overflow("rounded value too large to represent");
            }
            return Math.copySign(rounded, real);
        }
        if (digits >= 0) {
            return normal(big(number));
        }
        if (digits < -Limits.INTEGER_DIGITS) {
            return 0L;
        }
        return normal(
                new BigDecimal(big(number))
                        .setScale(digits, RoundingMode.HALF_EVEN)
                        .toBigInteger());
    }

    /** {@code int(float)}: without its fraction. */
    public static Object truncate(double real) {
        if (Double.isNaN(real)) {
            throw PythonError.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(real)) {
            throw PythonError.overflow("cannot convert float infinity to integer");
        }
        return Math.abs(real) < EXACT_IN_DOUBLE
                ? (Object) (long) real
                : normal(new BigDecimal(real).toBigInteger());
    }

    private static void checkBits(long bits) {
        if (bits > Limits.INTEGER_BITS) {
            throw PythonError.limit(
                    "A template tried to make a number of more than %d bits."
                            .formatted(Limits.INTEGER_BITS));
        }
    }

    /** A whole number as text. Fails where CPython refuses to. */
    public static String print(BigInteger number) {
        String text = number.toString();
        if (text.length() - (number.signum() < 0 ? 1 : 0) > Limits.INTEGER_DIGITS) {
            throw PythonError.value(
                    "Exceeds the limit (%d digits) for integer string conversion"
                            .formatted(Limits.INTEGER_DIGITS));
        }
        return text;
    }

    /**
     * A float as Python prints it: the shortest digits that give it back, with an exponent below
     * 1e-4 and from 1e16 on.
     */
    public static String print(double real) {
        if (Double.isNaN(real)) {
            return "nan";
        }
        if (Double.isInfinite(real)) {
            return real > 0 ? "inf" : "-inf";
        }
        if (real == 0) {
            return 1 / real < 0 ? "-0.0" : "0.0";
        }
        String java = Double.toString(real);
        int exponentAt = java.indexOf('E');
        if (exponentAt < 0) {
            // Java writes 0.001 ≤ |x| < 10^7 this way, and so does Python.
            return java;
        }
        int start = real < 0 ? 1 : 0;
        int exponent = Integer.parseInt(java, exponentAt + 1, java.length(), 10);
        String digits = java.charAt(start) + java.substring(start + 2, exponentAt);
        if (digits.endsWith("0") && digits.length() > 1) {
            digits = digits.substring(0, digits.length() - 1);
        }
        if (digits.length() == 2) {
            // Java writes two digits at least, and for the smallest numbers one is enough.
            BigDecimal single =
                    new BigDecimal(java).abs().round(new MathContext(1, RoundingMode.HALF_EVEN));
            if (single.doubleValue() == Math.abs(real)) {
                digits = single.unscaledValue().toString();
                exponent = single.precision() - single.scale() - 1;
            }
        }
        String sign = start == 1 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            return "%s%c%se%s%02d"
                    .formatted(
                            sign,
                            digits.charAt(0),
                            fraction,
                            exponent < 0 ? "-" : "+",
                            Math.abs(exponent));
        }
        if (exponent < 0) {
            return sign + "0." + "0".repeat(-exponent - 1) + digits;
        }
        if (digits.length() <= exponent + 1) {
            return sign + digits + "0".repeat(exponent + 1 - digits.length()) + ".0";
        }
        return sign + digits.substring(0, exponent + 1) + "." + digits.substring(exponent + 1);
    }

    /** {@code int(text, base)}. */
    public static Object parseInteger(String text, int base) {
        if (base != 0 && (base < 2 || base > 36)) {
            throw PythonError.value("int() base must be >= 2 and <= 36, or 0");
        }
        String digits = Text.asciiDigits(Text.strip(text));
        int at = 0;
        boolean negative = false;
        if (!digits.isEmpty() && (digits.charAt(0) == '+' || digits.charAt(0) == '-')) {
            negative = digits.charAt(0) == '-';
            at = 1;
        }
        int radix = base;
        boolean prefixed = false;
        if (digits.length() > at + 1 && digits.charAt(at) == '0') {
            int prefix =
                    switch (digits.charAt(at + 1)) {
                        case 'x', 'X' -> 16;
                        case 'o', 'O' -> 8;
                        case 'b', 'B' -> 2;
                        default -> 0;
                    };
            if (prefix != 0 && (base == 0 || base == prefix)) {
                radix = prefix;
                at += 2;
                prefixed = true;
            }
        }
        boolean decimalZero = radix == 0 && at < digits.length() && digits.charAt(at) == '0';
        radix = radix == 0 ? 10 : radix;
        var clean = new StringBuilder();
        boolean afterDigit = prefixed;
        for (int i = at; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c == '_' && afterDigit && i + 1 < digits.length()) {
                afterDigit = false;
            } else if (c < 128 && Character.digit(c, radix) >= 0) {
                clean.append(c);
                afterDigit = true;
            } else {
                throw invalidInteger(text, base);
            }
        }
        if (clean.isEmpty() || !afterDigit) {
            throw invalidInteger(text, base);
        }
        if (clean.length() > Limits.INTEGER_DIGITS && Integer.bitCount(radix) != 1) {
            throw PythonError.value(
                    "Exceeds the limit (%d digits) for integer string conversion"
                            .formatted(Limits.INTEGER_DIGITS));
        }
        BigInteger number = new BigInteger(clean.toString(), radix);
        if (decimalZero && number.signum() != 0) {
            throw invalidInteger(text, base);
        }
        return normal(negative ? number.negate() : number);
    }

    private static PythonError invalidInteger(String text, int base) {
        return PythonError.value(
                "invalid literal for int() with base %d: %s".formatted(base, Repr.of(text)));
    }

    /** {@code float(text)}. */
    public static double parseReal(String text) {
        String trimmed = Text.asciiDigits(Text.strip(text));
        return switch (Text.lower(trimmed)) {
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            case "nan", "+nan", "-nan" -> Double.NaN;
            default -> {
                if (!isRealLiteral(trimmed)) {
                    throw PythonError.value(
                            "could not convert string to float: %s".formatted(Repr.of(text)));
                }
                yield Double.parseDouble(trimmed.replace("_", ""));
            }
        };
    }

    /**
     * Whether text is an optional sign, digits with an optional point, and an optional exponent;
     * "_" between digits.
     */
    private static boolean isRealLiteral(String text) {
        int at = 0;
        int length = text.length();
        if (at < length && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
            at++;
        }
        int whole = digitsEnd(text, at);
        int end = whole;
        boolean anyDigit = whole > at;
        if (whole >= 0 && end < length && text.charAt(end) == '.') {
            int fraction = digitsEnd(text, end + 1);
            if (fraction < 0) {
                return false;
            }
            anyDigit |= fraction > end + 1;
            end = fraction;
        }
        if (end < 0 || !anyDigit) {
            return false;
        }
        if (end < length && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
            int exponent = end + 1;
            if (exponent < length
                    && (text.charAt(exponent) == '+' || text.charAt(exponent) == '-')) {
                exponent++;
            }
            int exponentEnd = digitsEnd(text, exponent);
            if (exponentEnd <= exponent) {
                return false;
            }
            end = exponentEnd;
        }
        return end == length;
    }

    /**
     * Where a run of digits ends that may hold single "_" between digits; -1 if a "_" is out of
     * place.
     */
    private static int digitsEnd(String text, int start) {
        int at = start;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '_') {
                boolean between =
                        at > start
                                && isDigit(text.charAt(at - 1))
                                && at + 1 < text.length()
                                && isDigit(text.charAt(at + 1));
                if (!between) {
                    return -1;
                }
            } else if (!isDigit(c)) {
                return at;
            }
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
