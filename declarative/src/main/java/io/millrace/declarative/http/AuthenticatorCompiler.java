package io.millrace.declarative.http;

import io.millrace.declarative.manifest.Definition;

/** Makes authenticators: the door through which those of package authentication come in. */
@FunctionalInterface
public interface AuthenticatorCompiler {

    /**
     * The authenticator that {@code definition} describes.
     *
     * @param requester the requester that it is for, whose address some authenticators build on
     * @param name the requester's name
     */
    Authenticator compile(
            Definition definition, Definition requester, String name, HttpEngine engine);
}
