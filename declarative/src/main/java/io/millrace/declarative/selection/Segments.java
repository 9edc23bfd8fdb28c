package io.millrace.declarative.selection;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments of paths that manifests give as templates. */
final class Segments {
    private Segments() {}

    static List<@Nullable Object> evaluate(List<InterpolatedString> path, Context context) {
        List<@Nullable Object> segments = new ArrayList<>(path.size());
        for (InterpolatedString segment : path) {
            segments.add(segment.evaluate(context));
        }
        return segments;
    }

    /** Whether a segment may stand for several. */
    static boolean isPattern(@Nullable Object segment) {
        return segment instanceof String text
                && text.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }
}
