package io.millrace.declarative.manifest;

/** A text is no YAML. */
public final class YamlProblem extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Located.Place place;

    YamlProblem(String message, Located.Place place) {
        super(message);
        this.place = place;
    }

    /** Where; the beginning where that isn't known. */
    public Located.Place place() {
        return place;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
