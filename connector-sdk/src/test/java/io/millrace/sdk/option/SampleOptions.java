package io.millrace.sdk.option;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** One option of every kind. */
record SampleOptions(
        @Option(
                        value = "Name or address of the server",
                        order = 0,
                        group = "access",
                        aliases = "hostname",
                        examples = "\"db.example.com\"",
                        pattern = "[a-z0-9.-]+",
                        patternDescriptor = "letters, digits, dots")
                String host,
        @Option(value = "Port of the server", defaultValue = "5432", group = "access")
                @Bounds(min = 1, max = 65535)
                int port,
        @Option(value = "Password", alwaysShow = true, group = "access") Optional<Secret> password,
        @Option(value = "Schemas to read", defaultValue = "[\"public\"]") @Bounds(min = 1)
                List<String> schemas,
        @Option(value = "How the connection is encrypted", defaultValue = "{\"mode\":\"prefer\"}")
                Encryption sslMode,
        @Option(value = "How changes are found", defaultValue = "\"cursor\"") Method method,
        @Option(value = "Bytes fetched at a time", defaultValue = "\"8MB\"") DataSize fetchBytes,
        @Option(value = "How long to wait for an answer", defaultValue = "\"30s\"")
                Duration patience,
        @Option("Read changes from here on") Optional<Instant> startAt,
        @Option("Where to find it") Optional<URI> baseUrl,
        @Option(value = "Share of rows to read", defaultValue = "1.0") double sample,
        @Option(value = "Rows at the most", defaultValue = "9000000000") long rows,
        @Option(value = "Whether to check rights", defaultValue = "true") boolean checkPrivileges,
        @Option(value = "Sent with every request", defaultValue = "{}") Map<String, String> headers,
        @Option(value = "Files to read", defaultValue = "[]") List<FileOptions> files,
        @Option("Anything") Optional<JsonNode> extra,
        @Option(value = "Of no use here", ignored = true, name = "jdbc_url_params")
                Optional<String> parameters) {

    enum Method {
        CURSOR,
        ROW_VERSION,
        @EnumValue("CDC")
        LOG
    }

    record FileOptions(
            @Option("Name of the stream") String name,
            @Option(value = "Which files", defaultValue = "\"**\"") String path) {
        FileOptions {
            if (name.isBlank()) {
                throw new IllegalArgumentException("A stream needs a name.");
            }
        }
    }

    sealed interface Encryption {
        @Alternative(field = "mode", value = "disable", description = "Never encrypts.")
        record Disable() implements Encryption {}

        @Alternative(field = "mode", value = "prefer", description = "Encrypts where it can.")
        record Prefer() implements Encryption {}

        @Alternative(
                field = "mode",
                value = "verify-ca",
                title = "Verify the authority",
                description = "Encrypts, and checks who signed the certificate.")
        record VerifyCa(
                @Option(value = "Certificate of the authority, PEM", multiline = true)
                        Secret caCertificate,
                @Option("Password of the key") Optional<Secret> clientKeyPassword)
                implements Encryption {}
    }
}
