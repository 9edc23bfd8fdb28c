package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where in a request a value goes (reference 3.4). */
public final class RequestOption {

    /** The places of {@code inject_into}. */
    enum Place {
        PARAMETER("request_parameter"),
        HEADER("header"),
        BODY_DATA("body_data"),
        BODY_JSON("body_json");

        private final String text;

        Place(String text) {
            this.text = text;
        }
    }

    private final Place place;
    private final List<InterpolatedString> path;
    private final Context context;

    private RequestOption(Place place, List<InterpolatedString> path, Context context) {
        this.place = place;
        this.path = path;
        this.context = context;
    }

    /** The option that {@code definition} describes. Fails if it isn't a valid one. */
    public static RequestOption compile(Definition definition, Compilation compilation) {
        boolean hasName = definition.has("field_name");
        if (hasName == definition.has("field_path")) {
            throw definition.malformed("field_name", "given, or field_path, but not both");
        }
        String into = definition.text("inject_into");
        Place place = null;
        for (Place candidate : Place.values()) {
            if (candidate.text.equals(into)) {
                place = candidate;
            }
        }
        if (place == null) {
            throw definition.malformed(
                    "inject_into", "request_parameter, header, body_data or body_json");
        }
        if (!hasName && place != Place.BODY_JSON) {
            throw definition.malformed(
                    "inject_into", "body_json, since field_path names a nested field");
        }
        return new RequestOption(
                place,
                hasName
                        ? List.of(compilation.string(definition, "field_name"))
                        : compilation.strings(definition, "field_path"),
                compilation.context());
    }

    /** A header of that name. */
    public static RequestOption header(String name, Compilation compilation) {
        return new RequestOption(
                Place.HEADER,
                List.of(compilation.interpolation().string(name, Map.of())),
                compilation.context());
    }

    /** {@code value} in its place. */
    public RequestOptions inject(@Nullable Object value) {
        Map<Object, Object> map = wrapped(path.getLast(), value);
        for (InterpolatedString key : path.subList(0, path.size() - 1).reversed()) {
            map = wrapped(key, map);
        }
        return switch (place) {
            case PARAMETER -> RequestOptions.ofParameters(map);
            case HEADER -> RequestOptions.ofHeaders(map);
            case BODY_DATA -> new RequestOptions(Map.of(), Map.of(), map, null);
            case BODY_JSON -> new RequestOptions(Map.of(), Map.of(), null, map);
        };
    }

    private Map<Object, Object> wrapped(InterpolatedString key, @Nullable Object value) {
        return Collections.singletonMap(Python.str(key.evaluate(context)), value);
    }
}
