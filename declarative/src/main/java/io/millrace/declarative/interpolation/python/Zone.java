package io.millrace.declarative.interpolation.python;

/**
 * A time zone of a fixed offset.
 *
 * @param offsetSeconds east of Greenwich
 * @param name what {@code %Z} prints
 * @param repr how it prints inside of containers, which tells where the zone came from
 */
public record Zone(int offsetSeconds, String name, String repr) {
    /** {@code datetime.timezone.utc}. */
    public static final Zone UTC = new Zone(0, "UTC", "datetime.timezone.utc");

    /** The UTC of the library that parsing goes through. */
    public static final Zone PYTZ_UTC = new Zone(0, "UTC", "<UTC>");

    /** The zone that lies so many seconds east of Greenwich. */
    public static Zone ofOffset(int seconds) {
        return seconds == 0
                ? UTC
                : new Zone(
                        seconds,
                        "UTC" + offset(seconds, true),
                        "datetime.timezone(%s)"
                                .formatted(TimeDelta.ofMicros(seconds * 1_000_000L).repr()));
    }

    /** {@code +05:30}, or {@code +0530} without the colon; seconds only where there are some. */
    static String offset(int seconds, boolean colon) {
        int size = Math.abs(seconds);
        String separator = colon ? ":" : "";
        String text =
                "%s%02d%s%02d"
                        .formatted(seconds < 0 ? "-" : "+", size / 3600, separator, size / 60 % 60);
        return size % 60 == 0 ? text : "%s%s%02d".formatted(text, separator, size % 60);
    }
}
