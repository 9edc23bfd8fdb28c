package io.millrace.sdk.option;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.secret.SecretMasker;
import io.millrace.protocol.text.DurationText;
import io.millrace.protocol.text.NearestName;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Turns a configuration into option records, and notes everything that is wrong on the way. */
final class Binder {
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,19}");
    private static final Pattern REAL =
            Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");

    private final UnknownKeys unknownKeys;
    private final SecretMasker masker;
    private final List<OptionProblem> problems = new ArrayList<>();

    /**
     * @param masker for messages of constructors, which may quote values
     */
    Binder(UnknownKeys unknownKeys, SecretMasker masker) {
        this.unknownKeys = unknownKeys;
        this.masker = masker;
    }

    List<OptionProblem> problems() {
        return problems;
    }

    private boolean failed() {
        return problems.stream()
                .anyMatch(problem -> problem.severity() == OptionProblem.Severity.ERROR);
    }

    /** Null where something is wrong; then a problem says so. */
    @Nullable Object group(
            OptionType.Group group, JsonNode value, JsonPointer at, Set<String> alsoKnown) {
        if (!value.isObject()) {
            return wrongType(at, "an object with options");
        }
        tellUnknownKeys(group, value, at, alsoKnown);
        @Nullable Object[] arguments = new @Nullable Object[group.fields().size()];
        boolean whole = true;
        for (int i = 0; i < arguments.length; i++) {
            OptionType.Field field = group.fields().get(i);
            Object bound = field(field, value, at);
            if (bound == null) {
                whole = false;
            }
            arguments[i] = bound;
        }
        return whole ? create(group, arguments, at) : null;
    }

    private @Nullable Object create(
            OptionType.Group group, @Nullable Object[] arguments, JsonPointer at) {
        try {
            return group.constructor().newInstance(arguments);
        } catch (InvocationTargetException failure) {
            Throwable cause = failure.getCause();
            if (cause instanceof IllegalArgumentException
                    || cause instanceof ConfigurationFailure) {
                return error(at, masker.mask(String.valueOf(cause.getMessage())));
            }
            throw new IllegalStateException("A record of options failed", cause);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(group.constructor() + " can't be called", failure);
        }
    }

    private void tellUnknownKeys(
            OptionType.Group group, JsonNode value, JsonPointer at, Set<String> alsoKnown) {
        for (String key : value.propertyNames()) {
            if (alsoKnown.contains(key) || group.find(key).isPresent()) {
                continue;
            }
            var known = new ArrayList<>(alsoKnown);
            group.fields()
                    .forEach(field -> {
                        known.add(field.name());
                        known.addAll(field.aliases());
                    });
            problems.add(
                    new OptionProblem(
                            at.appendProperty(key).toString(),
                            "There is no option \"%s\"%s"
                                    .formatted(key, NearestName.hint(key, known)),
                            unknownKeys == UnknownKeys.REFUSE
                                    ? OptionProblem.Severity.ERROR
                                    : OptionProblem.Severity.WARNING));
        }
    }

    private @Nullable Object field(OptionType.Field field, JsonNode parent, JsonPointer parentAt) {
        String key = field.name();
        var given = new ArrayList<String>();
        if (parent.has(key)) {
            given.add(key);
        }
        field.aliases().stream().filter(parent::has).forEach(given::add);
        if (given.size() > 1) {
            return error(
                    parentAt.appendProperty(given.get(1)),
                    "\"%s\" and \"%s\" are the same option. Keep one of them."
                            .formatted(given.get(0), given.get(1)));
        }
        JsonNode value = given.isEmpty() ? parent.path(key) : parent.path(given.getFirst());
        JsonPointer at = parentAt.appendProperty(given.isEmpty() ? key : given.getFirst());
        // A null is what forms send for a field that was left alone.
        if (value.isMissingNode()
                || (value.isNull() && !(field.type() instanceof OptionType.Anything))) {
            if (field.defaultValue().isPresent()) {
                value = field.defaultValue().get();
            } else if (field.optional()) {
                return Optional.empty();
            } else {
                return error(
                        at,
                        "The option \"%s\" is missing: %s"
                                .formatted(key, lowerFirst(field.description())));
            }
        }
        Object bound = bounded(field, value, at);
        return bound != null && field.optional() ? Optional.of(bound) : bound;
    }

    private static String lowerFirst(String description) {
        boolean word =
                description.length() > 1
                        && Character.isUpperCase(description.charAt(0))
                        && Character.isLowerCase(description.charAt(1));
        String text =
                word
                        ? Character.toLowerCase(description.charAt(0)) + description.substring(1)
                        : description;
        return text.endsWith(".") ? text : text + ".";
    }

    private @Nullable Object bounded(OptionType.Field field, JsonNode value, JsonPointer at) {
        Object bound = value(field.type(), value, at);
        if (bound == null) {
            return null;
        }
        BigDecimal measure =
                switch (bound) {
                    case Integer number -> BigDecimal.valueOf(number);
                    case Long number -> BigDecimal.valueOf(number);
                    case Double number when Double.isFinite(number) -> BigDecimal.valueOf(number);
                    case List<?> list -> BigDecimal.valueOf(list.size());
                    default -> null;
                };
        if (measure != null && !withinBounds(field, measure)) {
            return error(at, outOfBounds(field, bound instanceof List<?>));
        }
        String pattern = field.declaration().pattern();
        if (!pattern.isEmpty() && !matches(bound, pattern)) {
            String descriptor = field.declaration().patternDescriptor();
            return error(
                    at,
                    "\"%s\" must be of the form %s."
                            .formatted(field.name(), descriptor.isEmpty() ? pattern : descriptor));
        }
        return bound;
    }

    private static boolean withinBounds(OptionType.Field field, BigDecimal measure) {
        return field.minimum()
                        .map(BigDecimal::valueOf)
                        .filter(min -> measure.compareTo(min) < 0)
                        .isEmpty()
                && field.maximum()
                        .map(BigDecimal::valueOf)
                        .filter(max -> measure.compareTo(max) > 0)
                        .isEmpty();
    }

    private static String outOfBounds(OptionType.Field field, boolean list) {
        String what =
                list
                        ? "\"%s\" must have ".formatted(field.name())
                        : "\"%s\" must be ".formatted(field.name());
        String unit = list ? " entries" : "";
        if (field.minimum().isPresent() && field.maximum().isPresent()) {
            return what
                    + "between %d and %d".formatted(field.minimum().get(), field.maximum().get())
                    + unit
                    + ".";
        }
        return field.minimum()
                .map(min -> what + "at least " + min + unit + ".")
                .orElseGet(() -> what + "at most " + field.maximum().orElseThrow() + unit + ".");
    }

    private static boolean matches(Object bound, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return switch (bound) {
            case String text -> compiled.matcher(text).matches();
            case Secret secret -> compiled.matcher(secret.reveal()).matches();
            case URI address -> compiled.matcher(address.toString()).matches();
            case List<?> list -> list.stream().allMatch(element -> matches(element, pattern));
            default -> true;
        };
    }

    private @Nullable Object value(OptionType type, JsonNode value, JsonPointer at) {
        return switch (type) {
            case OptionType.Text _ -> text(value, at);
            case OptionType.SecretText _ -> {
                String text = text(value, at);
                yield text == null ? null : new Secret(text);
            }
            case OptionType.Address _ -> address(value, at);
            case OptionType.Moment _ -> moment(value, at);
            case OptionType.Time _ -> {
                Optional<?> time =
                        value.isString() ? DurationText.parse(value.asString()) : Optional.empty();
                yield time.isPresent()
                        ? time.get()
                        : wrongType(at, "a time with its unit, such as 30s or 5m");
            }
            case OptionType.Size _ -> {
                Optional<?> size =
                        value.isString() || value.isIntegralNumber()
                                ? DataSize.parse(value.asString())
                                : Optional.empty();
                yield size.isPresent()
                        ? size.get()
                        : wrongType(at, "a size with its unit, such as 64MB");
            }
            case OptionType.Flag _ -> flag(value, at);
            case OptionType.Anything _ -> value;
            case OptionType.Real _ -> real(value, at);
            case OptionType.Whole(boolean wide) -> whole(value, wide, at);
            case OptionType.Choice(Map<String, Object> constants) -> {
                Object constant = value.isString() ? constants.get(value.asString()) : null;
                yield constant != null
                        ? constant
                        : error(at, oneOf(value, List.copyOf(constants.keySet())));
            }
            case OptionType.ListOf(OptionType element) -> list(element, value, at);
            case OptionType.MapOf(OptionType element) -> map(element, value, at);
            case OptionType.Group group -> group(group, value, at, Set.of());
            case OptionType.OneOf choice -> branch(choice, value, at);
        };
    }

    private @Nullable String text(JsonNode value, JsonPointer at) {
        if (value.isString()) {
            return value.asString();
        }
        if (value.isNumber() || value.isBoolean()) {
            error(at, "It must be a text; put it in quotes.");
            return null;
        }
        wrongType(at, "a text");
        return null;
    }

    private @Nullable Object address(JsonNode value, JsonPointer at) {
        try {
            if (value.isString()) {
                URI address = new URI(value.asString().strip());
                if (address.isAbsolute()) {
                    return address;
                }
            }
        } catch (URISyntaxException _) {
            // told below, without the text: an address may hold a password
        }
        return wrongType(at, "an address, such as https://example.com");
    }

    private @Nullable Object moment(JsonNode value, JsonPointer at) {
        try {
            if (value.isString()) {
                return Instant.parse(value.asString().strip());
            }
        } catch (DateTimeException _) {
            // told below
        }
        return wrongType(at, "an instant, such as 2026-01-31T00:00:00Z");
    }

    private @Nullable Object flag(JsonNode value, JsonPointer at) {
        if (value.isBoolean()) {
            return value.asBoolean();
        }
        return switch (value.isString() ? value.asString() : "") {
            case "true" -> true;
            case "false" -> false;
            default -> wrongType(at, "true or false");
        };
    }

    private @Nullable Object whole(JsonNode value, boolean wide, JsonPointer at) {
        BigDecimal number = null;
        if (value.isNumber()) {
            number = value.decimalValue();
        } else if (value.isString() && WHOLE.matcher(value.asString().strip()).matches()) {
            number = new BigDecimal(value.asString().strip());
        }
        if (number == null || number.stripTrailingZeros().scale() > 0) {
            return wrongType(at, "a whole number");
        }
        long least = wide ? Long.MIN_VALUE : Integer.MIN_VALUE;
        long most = wide ? Long.MAX_VALUE : Integer.MAX_VALUE;
        if (number.compareTo(BigDecimal.valueOf(least)) < 0
                || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            return error(at, "It must be between %d and %d.".formatted(least, most));
        }
        if (wide) {
            return number.longValueExact();
        }
        return number.intValueExact();
    }

    private @Nullable Object real(JsonNode value, JsonPointer at) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        if (value.isString() && REAL.matcher(value.asString().strip()).matches()) {
            return Double.valueOf(value.asString().strip());
        }
        return wrongType(at, "a number");
    }

    private @Nullable Object list(OptionType element, JsonNode value, JsonPointer at) {
        if (!value.isArray()) {
            return wrongType(at, "a list");
        }
        var bound = new ArrayList<Object>();
        boolean whole = true;
        int index = 0;
        for (JsonNode item : value) {
            Object one = value(element, item, at.appendIndex(index++));
            if (one == null) {
                whole = false;
            } else {
                bound.add(one);
            }
        }
        return whole ? List.copyOf(bound) : null;
    }

    private @Nullable Object map(OptionType element, JsonNode value, JsonPointer at) {
        if (!value.isObject()) {
            return wrongType(at, "an object");
        }
        var bound = new LinkedHashMap<String, Object>();
        boolean whole = true;
        for (var entry : value.properties()) {
            Object one = value(element, entry.getValue(), at.appendProperty(entry.getKey()));
            if (one == null) {
                whole = false;
            } else {
                bound.put(entry.getKey(), one);
            }
        }
        return whole ? java.util.Collections.unmodifiableMap(bound) : null;
    }

    private @Nullable Object branch(OptionType.OneOf choice, JsonNode value, JsonPointer at) {
        List<String> values = choice.branches().stream().map(OptionType.Branch::value).toList();
        if (value.isString() && values.contains(value.asString())) {
            // A person may write `ssl_mode: require` where the branch needs nothing else.
            value = JsonNodeFactory.instance.objectNode().put(choice.field(), value.asString());
        }
        if (!value.isObject()) {
            return wrongType(
                    at,
                    "an object with \"%s\", one of %s"
                            .formatted(choice.field(), String.join(", ", values)));
        }
        JsonNode chosen = value.path(choice.field());
        JsonPointer chosenAt = at.appendProperty(choice.field());
        if (chosen.isMissingNode()) {
            return error(
                    chosenAt,
                    "The option \"%s\" is missing: one of %s."
                            .formatted(choice.field(), String.join(", ", values)));
        }
        for (OptionType.Branch branch : choice.branches()) {
            if (chosen.isString() && branch.value().equals(chosen.asString())) {
                return group(branch.group(), value, at, new HashSet<>(Set.of(choice.field())));
            }
        }
        return error(chosenAt, oneOf(chosen, values));
    }

    private static String oneOf(JsonNode given, List<String> values) {
        String message = "It must be one of " + String.join(", ", values);
        return message + (given.isString() ? NearestName.hint(given.asString(), values) : ".");
    }

    private @Nullable Object wrongType(JsonPointer at, String wanted) {
        return error(at, "It must be %s.".formatted(wanted));
    }

    private @Nullable Object error(JsonPointer at, String message) {
        problems.add(new OptionProblem(at.toString(), message, OptionProblem.Severity.ERROR));
        return null;
    }

    /** Whether nothing was wrong but, maybe, unknown keys that are allowed. */
    boolean succeeded() {
        return !failed();
    }
}
