package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.python.StreamSlice;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one request is for.
 *
 * @param context the variables that the requester's templates see
 * @param path an address, or a part of one, that takes the place of the requester's own path; what
 *     {@code RequestPath} gives. Empty text counts as none
 * @param extra what pagination and partition add to the requester's own options
 */
public record Call(Context context, Optional<String> path, RequestOptions extra) {

    /** A request without path and options of its own. */
    public static Call of(Context context) {
        return new Call(context, Optional.empty(), RequestOptions.EMPTY);
    }

    /**
     * The variables of a request for {@code slice}: the slice, the page's token, and each of the
     * slice's extra fields under its own name.
     *
     * @param config what every template sees
     * @param token the token of the page; null on a first page without one
     */
    public static Context variables(Context config, StreamSlice slice, @Nullable Object token) {
        Context context = config;
        for (Map.Entry<String, Object> field : slice.extraFields().entrySet()) {
            String name = field.getKey();
            if (!name.startsWith("stream_")) {
                context = context.with(name, field.getValue());
            }
        }
        return context.with("stream_slice", slice)
                .with(
                        "next_page_token",
                        token == null ? null : Collections.singletonMap("next_page_token", token));
    }
}
