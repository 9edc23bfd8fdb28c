package io.millrace.connector.duckdb.common;

/** DuckDB refused a statement. The message is DuckDB's own, and begins with its kind. */
public final class DuckDbException extends RuntimeException {
    private final String statement;

    DuckDbException(String message, String statement) {
        super(message);
        this.statement = statement;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    /** The beginning of the statement, for the log. */
    public String statement() {
        return statement.length() <= 300 ? statement : statement.substring(0, 300) + "…";
    }

    /** Whether DuckDB's kind of the error is {@code kind}: {@code IO}, {@code Catalog}. */
    public boolean is(String kind) {
        return getMessage().startsWith(kind + " Error");
    }
}
