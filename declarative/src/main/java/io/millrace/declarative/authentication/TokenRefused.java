package io.millrace.declarative.authentication;

/** A token endpoint refused a request for a token, for good. Whoever catches it says what to do. */
final class TokenRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * @param said what the endpoint said; without secrets
     */
    TokenRefused(int status, String said) {
        super(said);
        this.status = status;
    }

    int status() {
        return status;
    }
}
