package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.DateFormat;
import io.millrace.declarative.interpolation.python.Datetime;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.TimeDelta;
import io.millrace.declarative.interpolation.python.Zone;
import java.time.Instant;
import java.util.Objects;

/**
 * Datetime formats as manifests write them: Python's, and a few more that are only valid as the
 * whole format ({@code %s}, {@code %s_as_float}, {@code %ms}, {@code %epoch_microseconds}), and
 * {@code %_ms} for milliseconds within one.
 */
public final class EpochFormat {
    private EpochFormat() {}

    /** Parses a text or a number; without a zone it is in UTC. Fails with a value error. */
    public static Datetime parse(Object value, String format) {
        return switch (format) {
            case "%s" -> epoch(Python.toInteger(value));
            case "%s_as_float" -> epoch(Python.toReal(value));
            case "%epoch_microseconds" -> sinceEpoch(new TimeDelta(0, 0, 1), value);
            case "%ms" -> sinceEpoch(new TimeDelta(0, 0, 1000), value);
            default -> {
                Datetime datetime =
                        DateFormat.parse(Python.str(value), format.replace("%_ms", "%f"));
                yield datetime.isNaive() ? datetime.labelled(Zone.UTC) : datetime;
            }
        };
    }

    private static Datetime epoch(Object seconds) {
        Object made =
                Python.call(
                        Python.attribute(Datetime.utc(Instant.EPOCH), "fromtimestamp"),
                        Arguments.of(seconds, Zone.UTC));
        return (Datetime) Objects.requireNonNull(made);
    }

    private static Datetime sinceEpoch(TimeDelta unit, Object count) {
        Object moved =
                Operators.add(
                        Datetime.utc(Instant.EPOCH),
                        Operators.multiply(unit, Python.toInteger(count)));
        return (Datetime) Objects.requireNonNull(moved);
    }

    /** Prints a datetime, on its own wall clock. */
    public static String print(Datetime datetime, String format) {
        return switch (format) {
            case "%s" -> Python.str(Numbers.truncate(datetime.timestamp()));
            case "%s_as_float" -> Python.str(datetime.timestamp());
            case "%epoch_microseconds" ->
                    Python.str(Numbers.truncate(datetime.timestamp() * 1_000_000));
            case "%ms" -> Python.str(Numbers.truncate(datetime.timestamp() * 1000));
            default -> {
                if (!format.contains("%_ms")) {
                    yield DateFormat.strftime(datetime, format);
                }
                // Every run of the six digits becomes three, wherever it stands: that is how the
                // reference does it.
                String micros = DateFormat.strftime(datetime, "%f");
                yield DateFormat.strftime(datetime, format.replace("%_ms", "%f"))
                        .replace(micros, micros.substring(0, 3));
            }
        };
    }
}
