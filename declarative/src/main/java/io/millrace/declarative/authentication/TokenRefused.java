package io.millrace.declarative.authentication;

/** A token endpoint refused a request for a token, for good. Whoever catches it says what to do. */
final class TokenRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;

    /**
     * @param error the code of the error, such as {@code invalid_client}; may be empty
     * @param said what the endpoint said; without secrets
     */
    TokenRefused(int status, String error, String said) {
        super(said);
        this.status = status;
        this.error = error;
    }

    String error() {
        return error;
    }

    int status() {
        return status;
    }
}
