package io.millrace.declarative.interpolation.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Python's format mini-language, {@code format(value, spec)}: fill, alignment, sign, width,
 * grouping, precision, type.
 */
final class FormatSpec {
    private String fill = " ";
    private char align;
    private char sign = '-';
    private boolean alternate;
    private boolean positiveZero;
    private int width = -1;
    private char grouping;
    private int precision = -1;
    private char type;

    private FormatSpec() {}

    /** {@code format(value, spec)}. */
    static String format(@Nullable Object value, String spec) {
        switch (value) {
            case Datetime datetime -> {
                return spec.isEmpty() ? datetime.toString() : DateFormat.print(datetime, spec);
            }
            case LocalDate date -> {
                return spec.isEmpty() ? Python.isoDate(date) : DateFormat.print(date, spec);
            }
            case Boolean flag when spec.isEmpty() -> {
                return Python.str(flag);
            }
            case null, default -> {}
        }
        if (spec.isEmpty()) {
            return Python.str(value);
        }
        String text = Python.text(value);
        if (value == null || (text == null && !Numbers.isNumber(value))) {
            throw PythonError.type(
                    "unsupported format string passed to %s.__format__"
                            .formatted(Python.typeName(value)));
        }
        FormatSpec parsed = parse(spec);
        if (text != null) {
            return parsed.formatText(text);
        }
        return value instanceof Double real
                ? parsed.formatReal(real)
                : parsed.formatInteger(Numbers.big(value));
    }

    private static FormatSpec parse(String spec) {
        var result = new FormatSpec();
        int[] points = spec.codePoints().toArray();
        int at = 0;
        if (points.length > 1 && isAlign(points[1])) {
            result.fill = Character.toString(points[0]);
            result.align = (char) points[1];
            at = 2;
        } else if (points.length > 0 && isAlign(points[0])) {
            result.align = (char) points[0];
            at = 1;
        }
        if (at < points.length && (points[at] == '+' || points[at] == '-' || points[at] == ' ')) {
            result.sign = (char) points[at++];
        }
        if (at < points.length && points[at] == 'z') {
            result.positiveZero = true;
            at++;
        }
        if (at < points.length && points[at] == '#') {
            result.alternate = true;
            at++;
        }
        if (at < points.length && points[at] == '0') {
            if (result.align == 0) {
                result.fill = "0";
                result.align = '=';
            }
            at++;
        }
        int digits = at;
        while (digits < points.length && points[digits] >= '0' && points[digits] <= '9') {
            digits++;
        }
        result.width = number(points, at, digits);
        at = digits;
        if (at < points.length && (points[at] == ',' || points[at] == '_')) {
            result.grouping = (char) points[at++];
        }
        if (at < points.length && points[at] == '.') {
            at++;
            digits = at;
            while (digits < points.length && points[digits] >= '0' && points[digits] <= '9') {
                digits++;
            }
            if (digits == at) {
                throw PythonError.value("Format specifier missing precision");
            }
            result.precision = number(points, at, digits);
            at = digits;
        }
        if (at < points.length - 1) {
            throw PythonError.value("Invalid format specifier");
        }
        if (at < points.length) {
            result.type = (char) points[at];
        }
        return result;
    }

    private static int number(int[] points, int start, int end) {
        if (start == end) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            number = number * 10 + points[i] - '0';
            Limits.checkSize(number);
        }
        return (int) number;
    }

    private static boolean isAlign(int c) {
        return c == '<' || c == '>' || c == '=' || c == '^';
    }

    private String formatText(String text) {
        if (positiveZero) {
            throw PythonError.value(
                    "Negative zero coercion (z) not allowed in string format specifier");
        }
        if (type != 0 && type != 's') {
            throw unknownCode("str");
        }
        if ((align == '=' && !fill.equals("0")) || sign != '-' || alternate || grouping != 0) {
            throw PythonError.value("Invalid format specifier for a string");
        }
        String cut =
                precision >= 0 && precision < Text.length(text)
                        ? Text.slice(text, 0, precision)
                        : text;
        return pad(cut, align == 0 || align == '=' ? '<' : align, 0);
    }

    private PythonError unknownCode(String kind) {
        return PythonError.value(
                "Unknown format code '%c' for object of type '%s'".formatted(type, kind));
    }

    /**
     * Pads to the width. {@code head} characters at the start, sign and prefix, stay in front of a
     * padding by {@code =}.
     */
    private String pad(String text, char where, int head) {
        int missing = width - Text.length(text);
        if (missing <= 0) {
            return text;
        }
        Limits.checkSize(width);
        int left =
                switch (where) {
                    case '<' -> 0;
                    case '^' -> missing / 2;
                    default -> missing;
                };
        return where == '='
                ? text.substring(0, head) + fill.repeat(missing) + text.substring(head)
                : fill.repeat(left) + text + fill.repeat(missing - left);
    }

    private String formatInteger(BigInteger number) {
        switch (type) {
            case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> {
                return formatReal(Numbers.real(Numbers.normal(number)));
            }
            case 'c' -> {
                if (number.signum() < 0
                        || number.bitLength() > 21
                        || number.intValue() > Character.MAX_CODE_POINT) {
                    throw PythonError.overflow("%c arg not in range(0x110000)");
                }
                return pad(
                        Character.toString(number.intValue()),
                        align == 0 || align == '=' ? '<' : align,
                        0);
            }
            default -> {}
        }
        if (positiveZero) {
            throw PythonError.value(
                    "Negative zero coercion (z) not allowed in integer format specifier");
        }
        if (precision >= 0) {
            throw PythonError.value("Precision not allowed in integer format specifier");
        }
        int radix =
                switch (type) {
                    case 0, 'd', 'n' -> 10;
                    case 'x', 'X' -> 16;
                    case 'o' -> 8;
                    case 'b' -> 2;
                    default -> throw unknownCode("int");
                };
        if (grouping == ',' && radix != 10) {
            throw PythonError.value("Cannot specify ',' with '%c'.".formatted(type));
        }
        String digits = radix == 10 ? Numbers.print(number.abs()) : number.abs().toString(radix);
        String prefix = alternate && radix != 10 ? "0" + type : "";
        if (type == 'X') {
            digits = Text.upper(digits);
        }
        return assemble(number.signum() < 0, prefix, digits, "", radix == 10 ? 3 : 4);
    }

    private String formatReal(double real) {
        char code = type == 0 || type == 'n' ? 'g' : type;
        boolean plain = type == 0;
        if ("eEfFgG%".indexOf(code) < 0) {
            throw unknownCode("float");
        }
        String text;
        if (Double.isNaN(real) || Double.isInfinite(real)) {
            text = Double.isNaN(real) ? "nan" : "inf";
            text = Character.isUpperCase(code) ? Text.upper(text) : text;
            return assemble(real < 0, "", text + (code == '%' ? "%" : ""), "", 0);
        }
        double size = Math.abs(real);
        if (plain) {
            text = precision < 0 ? Numbers.print(size) : general(size, precision, true);
        } else {
            int digits = precision < 0 ? 6 : precision;
            text =
                    switch (code) {
                        case 'e', 'E' -> scientific(new BigDecimal(size), digits);
                        case 'f', 'F' -> fixed(size, digits);
                        case '%' -> fixed(size * 100, digits) + "%";
                        default -> general(size, digits, false);
                    };
        }
        if (Character.isUpperCase(code)) {
            text = Text.upper(text);
        }
        boolean negative = real < 0 || (real == 0 && 1 / real < 0);
        if (positiveZero && text.chars().noneMatch(c -> c >= '1' && c <= '9')) {
            negative = false;
        }
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return assemble(negative, "", text.substring(0, end), text.substring(end), 3);
    }

    private String fixed(double size, int digits) {
        String text =
                Double.isInfinite(size)
                        ? "inf"
                        : new BigDecimal(size)
                                .setScale(digits, RoundingMode.HALF_EVEN)
                                .toPlainString();
        return alternate && digits == 0 ? text + "." : text;
    }

    private String scientific(BigDecimal size, int digits) {
        if (size.signum() == 0) {
            return "0" + (digits > 0 ? "." + "0".repeat(digits) : alternate ? "." : "") + "e+00";
        }
        BigDecimal rounded = size.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String all = rounded.unscaledValue().toString();
        all =
                all.length() <= digits
                        ? all + "0".repeat(digits + 1 - all.length())
                        : all.substring(0, digits + 1);
        String point = digits > 0 ? "." : alternate ? "." : "";
        return all.charAt(0)
                + point
                + all.substring(1)
                + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private String general(double size, int precision, boolean keepPoint) {
        int digits = precision == 0 ? 1 : precision;
        if (size == 0) {
            return alternate ? "0." + "0".repeat(digits - 1) : keepPoint ? "0.0" : "0";
        }
        BigDecimal rounded =
                new BigDecimal(size).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        // str-like formatting goes over to an exponent one digit earlier, to leave room for its
        // ".0".
        if (exponent < -4 || exponent >= (keepPoint ? Math.max(digits - 1, 1) : digits)) {
            String text = scientific(new BigDecimal(size), digits - 1);
            int at = text.indexOf('e');
            return (alternate ? text.substring(0, at) : withoutZeros(text.substring(0, at)))
                    + text.substring(at);
        }
        String text =
                rounded.setScale(Math.max(digits - 1 - exponent, 0), RoundingMode.HALF_EVEN)
                        .toPlainString();
        if (!alternate) {
            text = withoutZeros(text);
        }
        return keepPoint && text.indexOf('.') < 0 ? text + ".0" : text;
    }

    private static String withoutZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        String stripped = Text.stripRight(text, "0");
        return stripped.endsWith(".") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }

    private String assemble(
            boolean negative, String prefix, String digits, String rest, int group) {
        String mark = negative ? "-" : sign == '-' ? "" : Character.toString(sign);
        String head = mark + prefix;
        String number = digits;
        if (grouping != 0 && group > 0) {
            int room = fill.equals("0") && align == '=' ? width - head.length() - rest.length() : 0;
            number = grouped(digits, group, room);
        }
        return pad(head + number + rest, align == 0 ? '>' : align, head.length());
    }

    /**
     * Digits in groups; padded with zeros, which are grouped too, to at least {@code room}
     * characters.
     */
    private String grouped(String digits, int group, int room) {
        String padded = digits;
        String text = insert(padded, group);
        Limits.checkSize(room);
        while (text.length() < room) {
            padded = "0" + padded;
            text = insert(padded, group);
        }
        return text;
    }

    private String insert(String digits, int group) {
        var text = new StringBuilder(digits);
        for (int at = digits.length() - group; at > 0; at -= group) {
            text.insert(at, grouping);
        }
        return text.toString();
    }

    /** The body of {@code %e}, {@code %f} and {@code %g} for a size that is not negative. */
    static String percentReal(double size, char code, int precision, boolean alternate) {
        if (Double.isNaN(size) || Double.isInfinite(size)) {
            String text = Double.isNaN(size) ? "nan" : "inf";
            return Character.isUpperCase(code) ? Text.upper(text) : text;
        }
        var spec = new FormatSpec();
        spec.alternate = alternate;
        String text =
                switch (Character.toLowerCase(code)) {
                    case 'e' -> spec.scientific(new BigDecimal(size), precision);
                    case 'f' -> spec.fixed(size, precision);
                    default -> spec.general(size, precision, false);
                };
        return Character.isUpperCase(code) ? Text.upper(text) : text;
    }
}
