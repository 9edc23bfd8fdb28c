package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedBoolean;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.FailureType;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Picks out answers and says what to do about them (reference 3.5, HttpResponseFilter). It looks at
 * successful answers too.
 */
final class ResponseFilter {
    private final Optional<Action> action;
    private final Optional<FailureType> failureType;
    private final Set<Integer> statuses;
    private final String contained;
    private final Optional<InterpolatedBoolean> predicate;
    private final Optional<InterpolatedString> message;
    private final Context context;

    private ResponseFilter(
            Optional<Action> action,
            Optional<FailureType> failureType,
            Set<Integer> statuses,
            String contained,
            Optional<InterpolatedBoolean> predicate,
            Optional<InterpolatedString> message,
            Context context) {
        this.action = action;
        this.failureType = failureType;
        this.statuses = statuses;
        this.contained = contained;
        this.predicate = predicate;
        this.message = message;
        this.context = context;
    }

    static ResponseFilter compile(Definition definition, Compilation compilation) {
        Set<Integer> statuses = new HashSet<>();
        if (definition.value("http_codes") instanceof List<?> codes) {
            for (Object code : codes) {
                try {
                    statuses.add(((Number) Python.toInteger(code)).intValue());
                } catch (PythonError _) {
                    throw definition.malformed("http_codes", "a list of status codes");
                }
            }
        }
        return new ResponseFilter(
                definition.findText("action").map(name -> action(name, definition)),
                definition.findText("failure_type").map(name -> failureType(name, definition)),
                statuses,
                definition.findText("error_message_contains").orElse(""),
                compilation.findCondition(definition, "predicate"),
                compilation
                        .findString(definition, "error_message")
                        .filter(text -> !text.template().isEmpty()),
                compilation.context());
    }

    private static Action action(String name, Definition definition) {
        for (Action action : Action.values()) {
            if (action.name().equals(name)) {
                return action;
            }
        }
        throw definition.malformed("action", "one of " + List.of(Action.values()));
    }

    private static FailureType failureType(String name, Definition definition) {
        for (FailureType type : FailureType.values()) {
            if (type.text().equals(name.toLowerCase(Locale.ROOT))) {
                return type;
            }
        }
        throw definition.malformed("failure_type", "system_error, config_error or transient_error");
    }

    /** Whether bodies of successful answers have to be at hand. */
    boolean readsBodies() {
        return action.isPresent() && (predicate.isPresent() || !contained.isEmpty());
    }

    /** What to do about the attempt, if this filter says something about it. */
    Optional<Resolution> findResolution(Attempt attempt) {
        if (action.isEmpty() || attempt.answer().isEmpty()) {
            return Optional.empty();
        }
        Answer answer = attempt.answer().get();
        if (!statuses.contains(answer.status())
                && !matchesPredicate(attempt, answer)
                && !(!contained.isEmpty() && attempt.errorMessage().contains(contained))) {
            return Optional.empty();
        }
        Optional<Resolution> byStatus = Resolution.findDefault(answer.status());
        String text =
                message.map(template ->
                                Python.str(template.evaluate(variables(context, attempt, answer))))
                        .filter(written -> !written.isEmpty())
                        .orElse(byStatus.map(Resolution::message).orElse(""));
        FailureType type =
                failureType
                        .filter(_ -> action.get() == Action.FAIL)
                        .or(() -> byStatus.map(Resolution::failureType))
                        .orElse(FailureType.SYSTEM_ERROR);
        return Optional.of(new Resolution(action.get(), type, text));
    }

    private boolean matchesPredicate(Attempt attempt, Answer answer) {
        return predicate.isPresent()
                && predicate.get().evaluate(variables(Context.withoutConfig(), attempt, answer));
    }

    private static Context variables(Context context, Attempt attempt, Answer answer) {
        return context.with("response", attempt.json())
                .with("headers", HeaderViews.anyCase(answer.headers()))
                .with("request_url", Addresses.printable(answer.url()));
    }
}
