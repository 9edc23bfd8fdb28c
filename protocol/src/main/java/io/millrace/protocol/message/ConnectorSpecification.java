package io.millrace.protocol.message;

import io.millrace.protocol.json.Additional;
import io.millrace.protocol.json.OpenValue;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a connector can be configured with (reference: protocol 6.1).
 *
 * @param connectionSpecification JSON schema, draft 7, of the configuration
 * @param supportedDestinationSyncModes empty for sources, and for destinations that don't tell
 * @param authSpecification the deprecated form of {@code advancedAuth}
 */
public record ConnectorSpecification(
        ObjectNode connectionSpecification,
        Optional<String> documentationUrl,
        Optional<String> changelogUrl,
        Optional<Boolean> supportsIncremental,
        Optional<Boolean> supportsNormalization,
        Optional<Boolean> supportsDbt,
        Optional<List<OpenValue<DestinationSyncMode>>> supportedDestinationSyncModes,
        Optional<ObjectNode> authSpecification,
        Optional<AdvancedAuth> advancedAuth,
        Optional<String> protocolVersion,
        Additional additional) {

    public ConnectorSpecification {
        supportedDestinationSyncModes = supportedDestinationSyncModes.map(List::copyOf);
    }

    /** A specification that only tells the options. */
    public static ConnectorSpecification of(ObjectNode connectionSpecification) {
        return new ConnectorSpecification(
                connectionSpecification,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Additional.NONE);
    }

    public ConnectorSpecification withDocumentationUrl(String url) {
        return new ConnectorSpecification(
                connectionSpecification,
                Optional.of(url),
                changelogUrl,
                supportsIncremental,
                supportsNormalization,
                supportsDbt,
                supportedDestinationSyncModes,
                authSpecification,
                advancedAuth,
                protocolVersion,
                additional);
    }

    public ConnectorSpecification withDestinationSyncModes(List<DestinationSyncMode> modes) {
        return new ConnectorSpecification(
                connectionSpecification,
                documentationUrl,
                changelogUrl,
                supportsIncremental,
                supportsNormalization,
                supportsDbt,
                Optional.of(modes.stream().map(DestinationSyncMode::open).toList()),
                authSpecification,
                advancedAuth,
                protocolVersion,
                additional);
    }

    /**
     * Signing in through a browser (reference: protocol 6.3).
     *
     * @param predicateKey where in the configuration the option stands that turns it on; empty: it
     *     is always on
     * @param predicateValue the value that turns it on
     */
    public record AdvancedAuth(
            Optional<OpenValue<AuthFlowType>> authFlowType,
            Optional<List<String>> predicateKey,
            Optional<JsonNode> predicateValue,
            Optional<ObjectNode> oauthConfigSpecification,
            Additional additional) {
        public AdvancedAuth {
            predicateKey = predicateKey.map(List::copyOf);
        }
    }

    /** The version of OAuth. */
    public enum AuthFlowType {
        OAUTH2_0,
        OAUTH1_0
    }
}
