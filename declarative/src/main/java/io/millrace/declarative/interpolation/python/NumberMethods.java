package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes and methods of {@code int} and {@code float}. */
final class NumberMethods {
    static final Map<String, Method> INT =
            Map.of(
                    "bit_length",
                            (self, arguments) -> {
                                arguments.checkPositional("bit_length", 0, 0);
                                return (long) Numbers.big(self).abs().bitLength();
                            },
                    "bit_count",
                            (self, arguments) -> {
                                arguments.checkPositional("bit_count", 0, 0);
                                return (long) Numbers.big(self).abs().bitCount();
                            },
                    "conjugate", (self, _) -> Operators.plus(self),
                    "as_integer_ratio", (self, _) -> Tuple.of(Operators.plus(self), 1L));

    static final Map<String, Method> FLOAT =
            Map.of(
                    "is_integer",
                            (self, arguments) -> {
                                arguments.checkPositional("is_integer", 0, 0);
                                return self instanceof Double real
                                        && !real.isInfinite()
                                        && real == Math.rint(real);
                            },
                    "hex", (self, _) -> hex((Double) self),
                    "conjugate", (self, _) -> self,
                    "as_integer_ratio", (self, _) -> ratio((Double) self));

    private NumberMethods() {}

    static @Nullable Object field(Object number, String name) {
        return switch (name) {
            case "real" -> Operators.plus(number);
            case "imag" -> number instanceof Double ? (Object) 0.0 : (Object) 0L;
            case "numerator" -> number instanceof Double ? Python.MISSING : Operators.plus(number);
            case "denominator" -> number instanceof Double ? Python.MISSING : (Object) 1L;
            default -> Python.MISSING;
        };
    }

    private static Tuple ratio(double real) {
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            throw PythonError.value("cannot convert NaN or infinity to integer ratio");
        }
        var exact = new BigDecimal(real);
        BigInteger denominator = BigInteger.TEN.pow(Math.max(exact.scale(), 0));
        BigInteger numerator = exact.multiply(new BigDecimal(denominator)).toBigIntegerExact();
        BigInteger divisor = numerator.gcd(denominator);
        return Tuple.of(
                Numbers.normal(numerator.divide(divisor)),
                Numbers.normal(denominator.divide(divisor)));
    }

    private static String hex(double real) {
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            return Numbers.print(real);
        }
        String java = Double.toHexString(real);
        int at = java.indexOf('p');
        int point = java.indexOf('.');
        String fraction = java.substring(point + 1, at);
        String padded = real == 0 ? "0" : fraction + "0".repeat(13 - fraction.length());
        String exponent = java.substring(at + 1);
        return java.substring(0, point + 1)
                + padded
                + "p"
                + (exponent.startsWith("-") ? "" : "+")
                + exponent;
    }
}
