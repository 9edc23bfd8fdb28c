package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.FailureType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides what to do about answers, and how often to try again (reference 3.5). */
sealed interface ErrorHandler {
    int DEFAULT_RETRIES = 5;

    /** What to do about an attempt. */
    Resolution interpret(Attempt attempt);

    /** How many times to try again, after the first attempt. */
    int maxRetries();

    /** How long to wait, asked in this order; the first that says something counts. */
    List<Backoff> backoffs();

    /** Whether bodies of successful answers have to be at hand. */
    boolean readsBodies();

    static ErrorHandler compile(Optional<Definition> definition, Compilation compilation) {
        return definition
                .map(present -> compile(present, compilation))
                .orElse(new Default(List.of(), DEFAULT_RETRIES, List.of()));
    }

    private static ErrorHandler compile(Definition definition, Compilation compilation) {
        return switch (definition.type()) {
            case "DefaultErrorHandler" ->
                    new Default(
                            definition.children("response_filters").stream()
                                    .map(filter -> ResponseFilter.compile(filter, compilation))
                                    .toList(),
                            maxRetries(definition, compilation),
                            definition.children("backoff_strategies").stream()
                                    .map(backoff -> Backoff.compile(backoff, compilation))
                                    .toList());
            case "CompositeErrorHandler" -> {
                List<ErrorHandler> handlers = new ArrayList<>();
                for (Definition handler : definition.children("error_handlers")) {
                    handlers.add(compile(handler, compilation));
                }
                if (handlers.isEmpty()) {
                    throw definition.malformed("error_handlers", "a list of at least one handler");
                }
                yield new Composite(handlers);
            }
            case "CustomErrorHandler" -> throw CustomComponents.refused(definition);
            default -> throw definition.unknownType("DefaultErrorHandler or CompositeErrorHandler");
        };
    }

    private static int maxRetries(Definition definition, Compilation compilation) {
        Object value = definition.value("max_retries");
        if (value instanceof String template) {
            value =
                    compilation
                            .interpolation()
                            .string(
                                    template,
                                    Integer.toString(DEFAULT_RETRIES),
                                    definition.parameters())
                            .evaluate(compilation.context());
        }
        try {
            return value == null
                    ? DEFAULT_RETRIES
                    : Math.max(0, ((Number) Python.toInteger(value)).intValue());
        } catch (PythonError _) {
            throw definition.malformed("max_retries", "an integer, or a template of one");
        }
    }

    /** Filters first, then success, then what the status means by itself. */
    record Default(List<ResponseFilter> filters, int maxRetries, List<Backoff> backoffs)
            implements ErrorHandler {

        @Override
        public Resolution interpret(Attempt attempt) {
            for (ResponseFilter filter : filters) {
                Optional<Resolution> resolution = filter.findResolution(attempt);
                if (resolution.isPresent()) {
                    return resolution.get();
                }
            }
            return attempt.answer()
                    .map(answer -> byStatus(answer, attempt))
                    .orElseGet(() -> byError(attempt.error().orElseThrow()));
        }

        private static Resolution byStatus(Answer answer, Attempt attempt) {
            if (!answer.isError()) {
                return Resolution.SUCCESS;
            }
            return Resolution.findDefault(answer.status())
                    .orElseGet(() ->
                            new Resolution(
                                    Action.RETRY,
                                    FailureType.SYSTEM_ERROR,
                                    "HTTP Status Code: %d. Error: %s"
                                            .formatted(
                                                    answer.status(),
                                                    Messages.shortened(attempt.errorMessage()))));
        }

        private static Resolution byError(IOException error) {
            if (error instanceof Transport.UnsupportedSchemeException) {
                return new Resolution(
                        Action.FAIL,
                        FailureType.CONFIG_ERROR,
                        "Requests can only go to addresses of http and https. %s."
                                .formatted(error.getMessage()));
            }
            if (error instanceof PublicAddresses.PrivateAddressException) {
                return new Resolution(
                        Action.FAIL,
                        FailureType.CONFIG_ERROR,
                        "Requests can only go to public addresses here. %s."
                                .formatted(error.getMessage()));
            }
            // Time may mend a connection, so that is what is told when the attempts are used up.
            return new Resolution(
                    Action.RETRY, FailureType.TRANSIENT_ERROR, Messages.ofError(error));
        }

        @Override
        public boolean readsBodies() {
            return filters.stream().anyMatch(ResponseFilter::readsBodies);
        }
    }

    /**
     * Several handlers. Each of them also says what a status means by itself, so that the first
     * one's retry of e.g. a 500 hides what later ones would have done.
     */
    record Composite(List<ErrorHandler> handlers) implements ErrorHandler {
        private static final Set<Action> DECISIVE =
                Set.of(
                        Action.SUCCESS,
                        Action.RETRY,
                        Action.IGNORE,
                        Action.RESET_PAGINATION,
                        Action.REDUCE_PAGE_SIZE,
                        Action.SPLIT_REQUEST_WINDOW);

        @Override
        public Resolution interpret(Attempt attempt) {
            Resolution resolution = Resolution.SUCCESS;
            for (ErrorHandler handler : handlers) {
                resolution = handler.interpret(attempt);
                if (DECISIVE.contains(resolution.action())) {
                    return resolution;
                }
            }
            return resolution;
        }

        @Override
        public int maxRetries() {
            return handlers.getFirst().maxRetries();
        }

        @Override
        public List<Backoff> backoffs() {
            return handlers.stream().flatMap(handler -> handler.backoffs().stream()).toList();
        }

        @Override
        public boolean readsBodies() {
            return handlers.stream().anyMatch(ErrorHandler::readsBodies);
        }
    }
}
