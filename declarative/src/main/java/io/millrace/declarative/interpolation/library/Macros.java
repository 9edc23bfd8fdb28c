package io.millrace.declarative.interpolation.library;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.DateFormat;
import io.millrace.declarative.interpolation.python.Datetime;
import io.millrace.declarative.interpolation.python.Function;
import io.millrace.declarative.interpolation.python.IsoDates;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Text;
import io.millrace.declarative.interpolation.python.TimeDelta;
import io.millrace.declarative.interpolation.python.Undefined;
import io.millrace.declarative.interpolation.python.Zone;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The functions that the reference engine adds, most of them about time. */
final class Macros {
    private final InstantSource clock;

    private Macros(InstantSource clock) {
        this.clock = clock;
    }

    static Map<String, Object> table(InstantSource clock) {
        var self = new Macros(clock);
        Map<String, Object> table = new HashMap<>();
        add(
                table,
                "now_utc",
                arguments -> {
                    arguments.bind("now_utc", 0);
                    return self.now();
                });
        add(
                table,
                "today_utc",
                arguments -> {
                    arguments.bind("today_utc", 0);
                    return self.now().date();
                });
        add(table, "today_with_timezone", self::todayWithTimezone);
        add(table, "timestamp", arguments -> timestamp(arguments.bind("timestamp", 1, "dt")[0]));
        add(
                table,
                "str_to_datetime",
                arguments -> parsed(arguments.bind("str_to_datetime", 1, "s")[0]));
        add(table, "format_datetime", Macros::formatDatetime);
        add(
                table,
                "duration",
                arguments ->
                        IsoDates.duration(
                                requireText(
                                        "Expecting a string",
                                        arguments.bind("duration", 1, "datestring")[0])));
        add(table, "day_delta", self::dayDelta);
        add(table, "max", arguments -> extreme("max", arguments, Comparison.Ordering.GREATER));
        add(table, "min", arguments -> extreme("min", arguments, Comparison.Ordering.LESS));
        add(
                table,
                "sanitize_url",
                arguments ->
                        Percent.quotePlus(
                                requireText(
                                        "quote_from_bytes() expected bytes",
                                        arguments.bind("sanitize_url", 1, "value")[0])));
        add(
                table,
                "camel_case_to_snake_case",
                arguments ->
                        snakeCase(
                                requireText(
                                        "expected string or bytes-like object",
                                        arguments
                                                .bind("camel_case_to_snake_case", 1, "value")[0])));
        add(
                table,
                "generate_uuid",
                arguments -> {
                    arguments.bind("generate_uuid", 0);
                    return UUID.randomUUID().toString();
                });
        return table;
    }

    private static void add(Map<String, Object> table, String name, Function.Body body) {
        table.put(name, new Function(name, body));
    }

    private static String requireText(String complaint, @Nullable Object value) {
        return Python.requireText(complaint, value);
    }

    private Datetime now() {
        return Datetime.utc(clock.instant());
    }

    private Object todayWithTimezone(Arguments arguments) {
        Object name = arguments.bind("today_with_timezone", 1, "timezone")[0];
        ZoneId zone =
                Optional.ofNullable(Python.text(name))
                        .map(text -> text.replace("_plus_", "+").replace("_minus_", "-"))
                        .flatMap(Zones::find)
                        .orElseThrow(() ->
                                new PythonError(
                                        PythonError.Kind.UNKNOWN_TIME_ZONE, Python.repr(name)));
        return clock.instant().atZone(zone).toLocalDate();
    }

    /**
     * The zones that the reference knows, by name in any case. Made when the first one is asked
     * for.
     */
    private static final class Zones {
        private static final Map<String, String> IDS = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

        static {
            for (String id : ZoneId.getAvailableZoneIds()) {
                if (!id.startsWith("SystemV/")) {
                    IDS.put(id, id);
                }
            }
            // Java has these under another kind of name only.
            for (String id : List.of("EST", "MST", "HST")) {
                IDS.put(id, id);
            }
        }

        static Optional<ZoneId> find(String name) {
            return Optional.ofNullable(IDS.get(name)).map(id -> ZoneId.of(id, ZoneId.SHORT_IDS));
        }
    }

    private static Object timestamp(@Nullable Object value) {
        return Numbers.isInteger(value) || value instanceof Double
                ? Python.toInteger(value)
                : (Object) parsed(value).timestamp();
    }

    /** An ISO-8601 text as a datetime in UTC, which it is taken for where it names no zone. */
    private static Datetime parsed(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw undefined.failure();
        }
        if (Python.text(value) == null && Python.hasLength(value)) {
            // The reference's parser looks at the length before it looks at the type.
            throw Python.length(value) < 4
                    ? PythonError.value("ISO string too short")
                    : PythonError.type("Expecting a string");
        }
        Datetime datetime = IsoDates.parse(requireText("Expecting a string", value));
        return datetime.isNaive() ? datetime.labelled(Zone.PYTZ_UTC) : datetime.in(Zone.PYTZ_UTC);
    }

    private static Object formatDatetime(Arguments arguments) {
        @Nullable Object[] bound =
                arguments.bind("format_datetime", 2, "dt", "format", "input_format");
        Object value = bound[0];
        Object inputFormat = Python.isMissing(bound[2]) ? null : bound[2];
        if (value instanceof Datetime datetime) {
            return DateFormat.strftime(
                    datetime, requireText("strftime() argument 1 must be str", bound[1]));
        }
        Datetime datetime;
        if (value != null && Numbers.isInteger(value)) {
            String format =
                    Python.isTrue(inputFormat)
                            ? requireText("strptime() argument 2 must be str", inputFormat)
                            : "%s";
            datetime = EpochFormat.parse(value, format);
        } else if (Python.isTrue(inputFormat)) {
            if (value instanceof Undefined) {
                throw PythonError.type("strptime() argument 1 must be str, not Undefined");
            }
            datetime =
                    DateFormat.parse(
                            requireText("strptime() argument 1 must be str", value),
                            requireText("strptime() argument 2 must be str", inputFormat));
        } else {
            datetime = parsed(value);
        }
        Datetime aware = datetime.isNaive() ? datetime.labelled(Zone.PYTZ_UTC) : datetime;
        if (bound[1] instanceof Undefined) {
            throw PythonError.type("argument of type 'Undefined' is not a format");
        }
        return EpochFormat.print(aware, requireText("strftime() argument 1 must be str", bound[1]));
    }

    private @Nullable Object dayDelta(Arguments arguments) {
        @Nullable Object[] bound = arguments.bind("day_delta", 1, "num_days", "format");
        Object days = bound[0];
        if (!Numbers.isInteger(days) && !(days instanceof Double)) {
            throw PythonError.type(
                    "unsupported type for timedelta days component: %s"
                            .formatted(Python.typeName(days)));
        }
        Object moved = Operators.add(now(), Operators.multiply(TimeDelta.ofDays(1), days));
        String format =
                Python.isMissing(bound[1])
                        ? "%Y-%m-%dT%H:%M:%S.%f%z"
                        : requireText("strftime() argument 1 must be str", bound[1]);
        return moved instanceof Datetime datetime ? DateFormat.strftime(datetime, format) : moved;
    }

    private static @Nullable Object extreme(
            String name, Arguments arguments, Comparison.Ordering better) {
        if (!arguments.keywords().isEmpty()) {
            throw PythonError.type("%s() got an unexpected keyword argument".formatted(name));
        }
        if (arguments.count() == 0) {
            throw PythonError.type("%s expected at least 1 argument, got 0".formatted(name));
        }
        Iterator<?> items =
                arguments.count() == 1
                        ? Python.iterate(arguments.get(0))
                        : Arrays.asList(arguments.positional()).iterator();
        if (!items.hasNext()) {
            throw PythonError.value("%s() arg is an empty sequence".formatted(name));
        }
        Object best = items.next();
        while (items.hasNext()) {
            Object item = items.next();
            if (Comparison.ordered(better, item, best)) {
                best = item;
            }
        }
        return best;
    }

    private static String snakeCase(String text) {
        var result = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (i > 0 && c >= 'A' && c <= 'Z') {
                result.append('_');
            }
            result.append(c);
        }
        return Text.lower(result.toString());
    }
}
