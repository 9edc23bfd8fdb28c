package io.millrace.declarative.authentication;

import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Credentials that are in the configuration as they are sent (reference 4.1). */
final class FixedCredentials {
    private FixedCredentials() {}

    static Authenticator apiKey(Definition definition, Compilation compilation) {
        boolean hasHeader = !definition.findText("header").orElse("").isEmpty();
        if (definition.has("inject_into") == hasHeader) {
            throw definition.malformed("inject_into", "given, or header, but not both");
        }
        InterpolatedString token =
                compilation.string(definition.findText("api_token").orElse(""), definition);
        RequestOption option =
                definition
                        .find("inject_into")
                        .map(into -> RequestOption.compile(into, compilation))
                        .orElseGet(
                                () -> RequestOption.header(definition.text("header"), compilation));
        Context context = compilation.context();
        return () -> option.inject(Secrets.text(token, context));
    }

    static Authenticator bearer(Definition definition, Compilation compilation) {
        InterpolatedString token = compilation.string(definition, "api_token");
        Context context = compilation.context();
        return () -> authorization("Bearer " + Secrets.text(token, context));
    }

    static Authenticator basic(Definition definition, Compilation compilation) {
        InterpolatedString user = compilation.string(definition, "username");
        InterpolatedString password =
                compilation.string(definition.findText("password").orElse(""), definition);
        Context context = compilation.context();
        return () -> {
            String pair = Secrets.text(user, context) + ":" + Secrets.text(password, context);
            return authorization(
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        };
    }

    static RequestOptions authorization(String value) {
        return RequestOptions.ofHeaders(Map.of("Authorization", value));
    }
}
