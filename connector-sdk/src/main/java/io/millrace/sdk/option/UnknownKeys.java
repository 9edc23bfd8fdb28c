package io.millrace.sdk.option;

/** What becomes of keys of a configuration that no option has. */
public enum UnknownKeys {
    /** They are errors: somebody has mistyped something in a file. */
    REFUSE,

    /**
     * They are warnings: platforms store more than the specification names (reference: protocol
     * 6.1.1).
     */
    ALLOW
}
