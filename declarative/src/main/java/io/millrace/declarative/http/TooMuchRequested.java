package io.millrace.declarative.http;

import io.millrace.declarative.manifest.Definition;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The error handler found an answer that tells that the request asked for too much at once: it has
 * to be asked for in smaller parts. No failure, and so without a stack trace.
 */
public final class TooMuchRequested extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is to become smaller. */
    public enum Remedy {
        /** The page: the same one is asked for again, with fewer records. */
        SMALLER_PAGE("REDUCE_PAGE_SIZE"),
        /** The slice's range of time: its halves are read instead. */
        SMALLER_WINDOW("SPLIT_REQUEST_WINDOW");

        private final String action;

        Remedy(String action) {
            this.action = action;
        }

        /** What manifests call it in a response filter. */
        public String action() {
            return action;
        }

        /** Whether an error handler of {@code requester} may ask for this. */
        public boolean isAskedBy(Definition requester) {
            Deque<Definition> handlers = new ArrayDeque<>();
            requester.find("error_handler").ifPresent(handlers::add);
            while (!handlers.isEmpty()) {
                Definition handler = handlers.remove();
                handlers.addAll(handler.children("error_handlers"));
                if (handler.children("response_filters").stream()
                        .anyMatch(filter ->
                                filter.findText("action").filter(action::equals).isPresent())) {
                    return true;
                }
            }
            return false;
        }
    }

    private final Remedy remedy;
    private final String detail;

    TooMuchRequested(Remedy remedy, String message, String detail) {
        super(message, null, false, false);
        this.remedy = remedy;
        this.detail = detail;
    }

    public Remedy remedy() {
        return remedy;
    }

    /** What the API said, without secrets. */
    public String detail() {
        return detail;
    }

    /**
     * Refuses a requester that can't ask for less, but has an error handler that wants it to.
     *
     * @throws io.millrace.protocol.failure.SyncFailure where it has
     */
    public static void refuse(Definition requester) {
        for (Remedy remedy : Remedy.values()) {
            if (remedy.isAskedBy(requester)) {
                throw requester.malformed(
                        "error_handler",
                        ("one without the action %s, which only the requester of a SimpleRetriever"
                                        + " can have")
                                .formatted(remedy.action()));
            }
        }
    }
}
