package io.millrace.declarative.openapi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How requests authenticate.
 *
 * @param authenticator the component; empty where the API asks for nothing
 * @param parameters further query parameters that hold keys
 * @param headers further headers that hold keys
 * @param names parameters and headers that are taken care of
 */
record AuthenticatorDraft(
        Optional<Object> authenticator,
        Map<String, Object> parameters,
        Map<String, Object> headers,
        Set<String> names) {

    /** Better understood ones first. */
    private static final List<String> KINDS =
            List.of("apiKey", "bearer", "basic", "client", "refresh", "token");

    static AuthenticatorDraft of(ApiDocument document, ConfigurationDraft configuration) {
        Map<String, Map<String, Object>> schemes = document.securitySchemes();
        List<List<String>> alternatives =
                new ArrayList<>(
                        document.security().stream()
                                .filter(names -> schemes.keySet().containsAll(names))
                                .filter(names -> !names.isEmpty())
                                .toList());
        boolean isDeclared = !alternatives.isEmpty();
        if (!isDeclared) {
            schemes.keySet().forEach(name -> alternatives.add(List.of(name)));
        }
        List<String> chosen = List.of();
        int best = KINDS.size();
        for (List<String> names : alternatives) {
            int worst =
                    names.stream()
                            .mapToInt(name -> KINDS.indexOf(kind(schemes.get(name))))
                            .max()
                            .orElse(KINDS.size());
            if (worst < best) {
                best = worst;
                chosen = names;
            }
        }
        if (chosen.isEmpty()) {
            return new AuthenticatorDraft(Optional.empty(), Map.of(), Map.of(), Set.of());
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        Map<String, Object> headers = new LinkedHashMap<>();
        for (String further : chosen.subList(1, chosen.size())) {
            Map<String, Object> scheme = ApiDocument.map(schemes.get(further));
            if (kind(scheme).equals("apiKey")) {
                String name = ApiDocument.text(scheme.get("name"));
                String template = configuration.secret(Names.snake(further), further);
                (ApiDocument.text(scheme.get("in")).equals("query") ? parameters : headers)
                        .put(name, template);
            }
        }
        Map<String, Object> scheme = ApiDocument.map(schemes.get(chosen.getFirst()));
        Map<String, Object> component = component(scheme, document, configuration);
        String comment =
                isDeclared
                        ? alternatives.size() > 1
                                ? "one of %d ways that the API knows".formatted(alternatives.size())
                                : ""
                        : "the description names ways to authenticate, but not which is needed";
        return new AuthenticatorDraft(
                Optional.of(comment.isEmpty() ? component : new Guess(component, comment)),
                parameters,
                headers,
                names(chosen, schemes));
    }

    private static Set<String> names(
            List<String> chosen, Map<String, Map<String, Object>> schemes) {
        Set<String> names = new HashSet<>();
        names.add("Authorization");
        chosen.forEach(name ->
                names.add(ApiDocument.text(ApiDocument.map(schemes.get(name)).get("name"))));
        return names;
    }

    private static String kind(@Nullable Map<String, Object> written) {
        Map<String, Object> scheme = ApiDocument.map(written);
        return switch (ApiDocument.text(scheme.get("type"))) {
            case "apiKey" -> "apiKey";
            case "basic" -> "basic";
            case "http" ->
                    ApiDocument.text(scheme.get("scheme")).toLowerCase(Locale.ROOT).equals("basic")
                            ? "basic"
                            : "bearer";
            case "oauth2" ->
                    flow(scheme, "clientCredentials", "application").isPresent()
                            ? "client"
                            : flow(scheme, "authorizationCode", "accessCode").isPresent()
                                    ? "refresh"
                                    : "token";
            default -> "token";
        };
    }

    /** The address of tokens in a flow, by its names in OpenAPI and in Swagger. */
    private static Optional<String> flow(Map<String, Object> scheme, String name, String oldName) {
        Map<String, Object> flow = ApiDocument.map(ApiDocument.map(scheme.get("flows")).get(name));
        if (oldName.equals(scheme.get("flow"))) {
            flow = scheme;
        }
        return Optional.of(ApiDocument.text(flow.get("tokenUrl"))).filter(url -> !url.isEmpty());
    }

    private static Map<String, Object> component(
            Map<String, Object> scheme, ApiDocument document, ConfigurationDraft configuration) {
        Map<String, Object> component = new LinkedHashMap<>();
        switch (kind(scheme)) {
            case "apiKey" -> {
                component.put("type", "ApiKeyAuthenticator");
                component.put("api_token", configuration.secret("api_key", "API key"));
                Map<String, Object> option = new LinkedHashMap<>();
                boolean isQuery = ApiDocument.text(scheme.get("in")).equals("query");
                boolean isCookie = ApiDocument.text(scheme.get("in")).equals("cookie");
                String name = ApiDocument.text(scheme.get("name"));
                option.put("type", "RequestOption");
                option.put("inject_into", isQuery ? "request_parameter" : "header");
                option.put("field_name", isCookie ? "Cookie" : name);
                if (isCookie) {
                    component.put("api_token", name + "=" + ConfigurationDraft.template("api_key"));
                }
                component.put("inject_into", option);
            }
            case "basic" -> {
                component.put("type", "BasicHttpAuthenticator");
                component.put("username", configuration.text("username", "User name", ""));
                component.put("password", configuration.secret("password", "Password"));
            }
            case "client", "refresh" -> {
                boolean isClient = kind(scheme).equals("client");
                component.put("type", "OAuthAuthenticator");
                component.put("client_id", configuration.secret("client_id", "Client ID"));
                component.put(
                        "client_secret", configuration.secret("client_secret", "Client secret"));
                component.put("grant_type", isClient ? "client_credentials" : "refresh_token");
                if (!isClient) {
                    component.put(
                            "refresh_token",
                            configuration.secret("refresh_token", "Refresh token"));
                }
                String address =
                        flow(scheme, "clientCredentials", "application")
                                .or(() -> flow(scheme, "authorizationCode", "accessCode"))
                                .orElse("");
                component.put(
                        "token_refresh_endpoint",
                        address.startsWith("/") ? document.server() + address : address);
            }
            default -> {
                component.put("type", "BearerAuthenticator");
                component.put("api_token", configuration.secret("api_token", "API token"));
            }
        }
        return component;
    }
}
