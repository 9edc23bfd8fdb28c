package io.millrace.cli.acceptance;

/** The tests are set up wrongly, so nothing can be said of the connector. */
public final class WrongConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongConfigurationException(String message) {
        super(message);
    }

    /** What is wrong, and where; never null. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
