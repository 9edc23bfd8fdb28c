package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.AuthenticatorCompiler;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.CustomComponents;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.util.List;

/** Compiles the authenticators of manifests, by their type. */
public final class Authenticators implements AuthenticatorCompiler {

    @Override
    public Authenticator compile(
            Definition definition, Definition requester, String name, HttpEngine engine) {
        return switch (definition.type()) {
            case "NoAuth" -> Authenticator.NONE;
            case "ApiKeyAuthenticator" -> FixedCredentials.apiKey(definition, engine.compilation());
            case "BearerAuthenticator" -> FixedCredentials.bearer(definition, engine.compilation());
            case "BasicHttpAuthenticator" ->
                    FixedCredentials.basic(definition, engine.compilation());
            case "OAuthAuthenticator" -> OAuth.compile(definition, engine);
            case "SessionTokenAuthenticator" -> SessionToken.compile(definition, name, engine);
            case "LegacySessionTokenAuthenticator" ->
                    LegacySessionToken.compile(definition, requester, engine);
            case "JwtAuthenticator" -> Jwt.compile(definition, engine.compilation());
            case "RateLimitedMultipleTokenAuthenticator" ->
                    RotatingTokens.compile(definition, engine);
            case "SelectiveAuthenticator" -> select(definition, requester, name, engine);
            case "CustomAuthenticator" -> throw CustomComponents.refused(definition);
            default ->
                    throw definition.unknownType(
                            "one of the authenticators, such as ApiKeyAuthenticator or"
                                    + " OAuthAuthenticator");
        };
    }

    /** Only the selected one is compiled: the others may need settings that aren't there. */
    private Authenticator select(
            Definition definition, Definition requester, String name, HttpEngine engine) {
        List<String> path = definition.texts("authenticator_selection_path");
        Object selected = Paths.get(engine.compilation().config(), path);
        if (Python.isMissing(selected)) {
            throw new ConfigurationFailure(
                    ("The configuration has no value at '%s', which decides how to authenticate."
                                    + " Add it.")
                            .formatted(String.join(".", path)));
        }
        String key = Python.str(selected);
        Definition authenticators = definition.child("authenticators");
        if (!authenticators.has(key)) {
            throw new ConfigurationFailure(
                    ("There is no way to authenticate for the value at '%s' in the configuration."
                                    + " It can be one of %s.")
                            .formatted(
                                    String.join(".", path),
                                    authenticators.fields().keySet().stream()
                                            .filter(name1 -> !name1.startsWith("$"))
                                            .sorted()
                                            .toList()));
        }
        return compile(authenticators.child(key), requester, name, engine);
    }
}
