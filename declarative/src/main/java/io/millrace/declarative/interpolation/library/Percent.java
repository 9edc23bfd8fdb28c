package io.millrace.declarative.interpolation.library;

/** Percent encoding as {@code urllib.parse} does it. */
final class Percent {
    private static final String ALWAYS_SAFE = "_.-~";

    private Percent() {}

    /** Encodes all but letters, digits, {@code _.-~} and {@code safe}. */
    static String quote(String text, String safe) {
        var result = new StringBuilder(text.length() + 16);
        for (byte unit : ReferenceFilters.utf8(text)) {
            char c = (char) (unit & 0xFF);
            boolean plain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || ALWAYS_SAFE.indexOf(c) >= 0;
            if (plain || (c < 128 && safe.indexOf(c) >= 0)) {
                result.append(c);
            } else {
                result.append("%%%02X".formatted((int) c));
            }
        }
        return result.toString();
    }

    /** The same for a query: blanks become {@code +}. */
    static String quotePlus(String text) {
        return quote(text, " ").replace(' ', '+');
    }
}
