package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of one sending: an answer, or none. What is made of the answer's body is kept. */
final class Attempt {
    private static final List<String> MESSAGE_FIELDS =
            List.of(
                    "message",
                    "messages",
                    "error",
                    "errors",
                    "failures",
                    "failure",
                    "detail",
                    "err",
                    "error_message",
                    "msg",
                    "reason",
                    "status_message");

    private final Optional<Answer> answer;
    private final Optional<IOException> error;
    private @Nullable Object json;
    private boolean isParsed;

    private Attempt(Optional<Answer> answer, Optional<IOException> error) {
        this.answer = answer;
        this.error = error;
    }

    static Attempt answered(Answer answer) {
        return new Attempt(Optional.of(answer), Optional.empty());
    }

    static Attempt failed(IOException error) {
        return new Attempt(Optional.empty(), Optional.of(error));
    }

    Optional<Answer> answer() {
        return answer;
    }

    Optional<IOException> error() {
        return error;
    }

    /** The body as JSON: an empty object where it isn't any, or can't be looked at. */
    @Nullable Object json() {
        Object value = parsed();
        return Python.isMissing(value) ? new LinkedHashMap<>() : value;
    }

    private @Nullable Object parsed() {
        if (!isParsed) {
            isParsed = true;
            json = Python.MISSING;
            if (answer.isPresent() && !answer.get().isStreamed()) {
                try {
                    json = Json.parse(answer.get().text());
                } catch (PythonError _) {
                    // Not JSON, which is no failure here.
                    json = Python.MISSING;
                }
            }
        }
        return json;
    }

    /** What the API says about the error; empty text where it says nothing. */
    String errorMessage() {
        Object value = parsed();
        if (Python.isMissing(value)) {
            return answer.filter(some -> !some.isStreamed()).map(Answer::text).orElse("");
        }
        return messageIn(value).orElse("");
    }

    private static Optional<String> messageIn(@Nullable Object value) {
        return switch (value) {
            case String text -> Optional.of(text);
            case List<?> list -> {
                List<String> parts = new ArrayList<>();
                for (Object item : list) {
                    messageIn(item).ifPresent(parts::add);
                }
                yield Optional.of(String.join(", ", parts));
            }
            case Map<?, ?> map -> {
                for (String field : MESSAGE_FIELDS) {
                    Object inner = map.get(field);
                    if (Python.isTrue(inner)) {
                        yield messageIn(inner);
                    }
                }
                yield Optional.empty();
            }
            case null, default -> Optional.empty();
        };
    }
}
