package io.millrace.declarative.http;

import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Json;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.protocol.failure.SystemFailure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Builds requests from the parts of a manifest (reference 3.1 to 3.3), and has them delivered. */
final class HttpRequester implements Requester {
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> WITH_BODY = Set.of("GET", "POST", "PUT", "PATCH");

    private final String name;
    private final String method;
    private final InterpolatedString url;
    private final InterpolatedString base;
    private final InterpolatedString path;
    private final OptionTemplates options;
    private final Authenticator authenticator;
    private final Courier courier;

    private HttpRequester(
            String name,
            String method,
            InterpolatedString url,
            InterpolatedString base,
            InterpolatedString path,
            OptionTemplates options,
            Authenticator authenticator,
            Courier courier) {
        this.name = name;
        this.method = method;
        this.url = url;
        this.base = base;
        this.path = path;
        this.options = options;
        this.authenticator = authenticator;
        this.courier = courier;
    }

    static HttpRequester compile(
            Definition definition, String name, boolean streamed, HttpEngine engine) {
        if (CustomComponents.isCustom(definition)) {
            throw CustomComponents.refused(definition);
        }
        if (!definition.type().equals("HttpRequester")) {
            throw definition.unknownType("HttpRequester");
        }
        String method = definition.findText("http_method").orElse("GET").toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            throw definition.malformed("http_method", "one of " + METHODS);
        }
        Authenticator authenticator = engine.authenticator(definition, name);
        return new HttpRequester(
                name,
                method,
                template(definition, "url", engine),
                template(definition, "url_base", engine),
                template(definition, "path", engine),
                OptionTemplates.compile(definition, engine.compilation()),
                authenticator,
                Courier.compile(definition, name, streamed, authenticator, engine));
    }

    private static InterpolatedString template(
            Definition definition, String field, HttpEngine engine) {
        return engine.compilation().string(definition.findText(field).orElse(""), definition);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Answer> send(Call call) throws InterruptedException {
        RequestOptions all =
                options.evaluate(call.context())
                        .combine(authenticator.options())
                        .combine(call.extra());
        return courier.deliver(request(address(call), all));
    }

    private String address(Call call) {
        Context context = call.context();
        String below =
                call.path()
                        .filter(given -> !given.isEmpty())
                        .orElseGet(() -> withoutLeadingSlashes(path.evaluateText(context)));
        String from = base.evaluateText(context);
        return Addresses.below(from.isEmpty() ? url.evaluateText(context) : from, below);
    }

    private static String withoutLeadingSlashes(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == '/') {
            start++;
        }
        return text.substring(start);
    }

    private OutgoingRequest request(String address, RequestOptions all) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.headers()
                .forEach((key, value) -> {
                    // Of two writings of a name, the later one counts.
                    headers.remove(Python.str(key));
                    headers.put(Python.str(key), Python.str(value));
                });
        Optional<String> body = WITH_BODY.contains(method) ? body(all, headers) : Optional.empty();
        String userInfo = Addresses.userInfo(address);
        if (!userInfo.isEmpty() && authenticator.equals(Authenticator.NONE)) {
            headers.putIfAbsent(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(userInfo.getBytes(StandardCharsets.UTF_8)));
        }
        return new OutgoingRequest(
                method,
                Addresses.prepared(address, parameters(address, all.parameters())),
                headers,
                body);
    }

    /** Encoded, and without those that the address has already with the same value. */
    private static String parameters(String address, Map<Object, Object> parameters) {
        if (parameters.isEmpty()) {
            return "";
        }
        for (Map.Entry<Object, Object> parameter : parameters.entrySet()) {
            if (parameter.getValue() instanceof Map<?, ?>) {
                throw new SystemFailure(
                        ("The request parameter '%s' is an object. Parameters can be texts, numbers"
                                        + " or lists; an object has to become text first, e.g. with"
                                        + " the filter tojson.")
                                .formatted(Python.str(parameter.getKey())));
            }
        }
        String query = Addresses.query(address);
        if (query.isEmpty()) {
            return FormEncoding.encode(parameters);
        }
        Map<String, String> present = FormEncoding.firstValues(query);
        Map<Object, Object> missing = new LinkedHashMap<>();
        parameters.forEach((key, value) -> {
            if (!(key instanceof String text) || !Python.str(value).equals(present.get(text))) {
                missing.put(key, value);
            }
        });
        return FormEncoding.encode(missing);
    }

    private static Optional<String> body(RequestOptions all, Map<String, String> headers) {
        Object data = all.bodyData();
        Object json = all.bodyJson();
        if (json instanceof String) {
            throw new SystemFailure(
                    "The manifest's request_body_json is a text that is no object. Write it as an"
                            + " object; in a text, true, false and null have to be True, False and"
                            + " None.");
        }
        boolean hasData = isBody(data);
        boolean hasJson = json instanceof Map<?, ?> map && !map.isEmpty();
        if (hasData && hasJson) {
            throw new SystemFailure(
                    "The manifest gives a request a form and a JSON body, but it can have only one"
                            + " of them. Look at request_body, request_body_data, request_body_json"
                            + " and at what is injected into body_data and body_json.");
        }
        if (hasJson) {
            headers.putIfAbsent("Content-Type", "application/json");
            return Optional.of(jsonText(json));
        }
        if (data instanceof String text && hasData) {
            return Optional.of(text);
        }
        if (data instanceof Map<?, ?> form && hasData) {
            headers.putIfAbsent("Content-Type", "application/x-www-form-urlencoded");
            return Optional.of(FormEncoding.encode(form));
        }
        return Optional.empty();
    }

    private static boolean isBody(@Nullable Object data) {
        return (data instanceof String text && !text.isEmpty())
                || (data instanceof Map<?, ?> form && !form.isEmpty());
    }

    private static String jsonText(@Nullable Object json) {
        checkFinite(json);
        try {
            return Json.dumps(json);
        } catch (PythonError error) {
            throw new SystemFailure(
                    "The JSON body of a request holds a value that JSON has no word for: %s."
                            .formatted(error.getMessage()));
        }
    }

    private static void checkFinite(@Nullable Object value) {
        switch (value) {
            case Double number when !Double.isFinite(number) ->
                    throw new SystemFailure(
                            "The JSON body of a request holds %s, which JSON has no word for."
                                    .formatted(Python.str(number)));
            case Map<?, ?> map -> map.values().forEach(HttpRequester::checkFinite);
            case Iterable<?> list -> list.forEach(HttpRequester::checkFinite);
            case null, default -> {}
        }
    }
}
