package io.millrace.connector.postgres.common;

import io.millrace.sdk.option.Alternative;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;
import java.util.Optional;

/** Whether a connection is encrypted and whom it trusts; names and meaning are libpq's. */
public sealed interface SslMode {

    /** The mode's name, as libpq has it. */
    default String text() {
        return switch (this) {
            case Disable _ -> "disable";
            case Allow _ -> "allow";
            case Prefer _ -> "prefer";
            case Require _ -> "require";
            case VerifyCa _ -> "verify-ca";
            case VerifyFull _ -> "verify-full";
        };
    }

    /** Never encrypted. */
    @Alternative(
            field = "mode",
            value = "disable",
            title = "disable",
            description = "Never encrypts the connection.")
    record Disable() implements SslMode {}

    /** Encrypted only if the server insists. */
    @Alternative(
            field = "mode",
            value = "allow",
            title = "allow",
            description = "Encrypts the connection only if the server insists.")
    record Allow() implements SslMode {}

    /** Encrypted if the server can. */
    @Alternative(
            field = "mode",
            value = "prefer",
            title = "prefer",
            description = "Encrypts the connection if the server can.")
    record Prefer() implements SslMode {}

    /** Always encrypted; anybody may be at the other end. */
    @Alternative(
            field = "mode",
            value = "require",
            title = "require",
            description = "Always encrypts; doesn't check who is at the other end.")
    record Require() implements SslMode {}

    /** Encrypted, with a server whose certificate an authority signed. */
    @Alternative(
            field = "mode",
            value = "verify-ca",
            title = "verify-ca",
            description = "Always encrypts, and checks who signed the server's certificate.")
    record VerifyCa(
            @Option(
                            value = "Certificate of the authority that signed the server's, PEM.",
                            title = "CA Certificate",
                            multiline = true)
                    Secret caCertificate,
            @Option(
                            value = "Certificate that we show to the server, PEM.",
                            title = "Client Certificate",
                            multiline = true,
                            alwaysShow = true)
                    Optional<Secret> clientCertificate,
            @Option(
                            value = "Private key of the client certificate, PEM.",
                            title = "Client Key",
                            multiline = true,
                            alwaysShow = true)
                    Optional<Secret> clientKey,
            @Option(
                            value = "Password of the private key, if it is encrypted.",
                            title = "Client key password")
                    Optional<Secret> clientKeyPassword)
            implements SslMode {}

    /** As {@link VerifyCa}, and the certificate must carry the host's name. */
    @Alternative(
            field = "mode",
            value = "verify-full",
            title = "verify-full",
            description =
                    "Always encrypts, and checks who signed the server's certificate and that it"
                            + " carries the host's name.")
    record VerifyFull(
            @Option(
                            value = "Certificate of the authority that signed the server's, PEM.",
                            title = "CA Certificate",
                            multiline = true)
                    Secret caCertificate,
            @Option(
                            value = "Certificate that we show to the server, PEM.",
                            title = "Client Certificate",
                            multiline = true,
                            alwaysShow = true)
                    Optional<Secret> clientCertificate,
            @Option(
                            value = "Private key of the client certificate, PEM.",
                            title = "Client Key",
                            multiline = true,
                            alwaysShow = true)
                    Optional<Secret> clientKey,
            @Option(
                            value = "Password of the private key, if it is encrypted.",
                            title = "Client key password")
                    Optional<Secret> clientKeyPassword)
            implements SslMode {}
}
