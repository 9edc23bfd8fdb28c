package io.millrace.sdk.option;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written with a unit: {@code 64MB}, {@code 1GiB}; both kinds of unit are powers
 * of 1024.
 */
public record DataSize(long bytes) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,18})\\s*(b|kb|mb|gb|tb|kib|mib|gib|tib)?");

    public static DataSize ofMegabytes(long megabytes) {
        return new DataSize(megabytes << 20);
    }

    /** Empty where {@code text} is no size. */
    public static Optional<DataSize> parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String unit = matcher.group(2);
        int shift = unit == null ? 0 : 10 * "bkmgt".indexOf(unit.charAt(0));
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE >> shift
                ? Optional.empty()
                : Optional.of(new DataSize(number << shift));
    }
}
