package io.millrace.sdk.http;

import io.millrace.sdk.option.Secret;
import java.util.function.UnaryOperator;

/** Credentials that stay as they are. */
record FixedCredentials(Secret secret, UnaryOperator<ApiRequest> place) implements Authorization {

    @Override
    public ApiRequest authorize(ApiRequest request) {
        return place.apply(request);
    }

    @Override
    public String account() {
        return Authorization.accountOf(secret);
    }
}
