package io.millrace.connector.postgres.common;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.option.Secret;
import java.io.IOException;
import java.net.UnknownHostException;
import java.security.KeyPair;
import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.core.CoreModuleProperties;

/**
 * A port on this machine that leads, through an SSH server, to the database. The SSH server's own
 * key is not checked: the configuration, which is Airbyte's, has no place for it; the end-to-end
 * check is {@code ssl_mode} verify-full.
 */
final class SshTunnel implements AutoCloseable {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);

    private final SshClient client;
    private final ClientSession session;
    private final int port;

    private SshTunnel(SshClient client, ClientSession session, int port) {
        this.client = client;
        this.session = session;
        this.port = port;
    }

    /** Connects and logs in; blocks for a minute at most. */
    static SshTunnel open(PostgresEndpoint endpoint) {
        return switch (endpoint.tunnel()) {
            case TunnelMethod.NoTunnel _ ->
                    throw new IllegalArgumentException("the endpoint has no tunnel");
            case TunnelMethod.SshKey by ->
                    open(
                            endpoint,
                            new Login(by.tunnelHost(), by.tunnelPort(), by.tunnelUser(), "key"),
                            session -> session.addPublicKeyIdentity(key(by.sshKey())));
            case TunnelMethod.SshPassword by ->
                    open(
                            endpoint,
                            new Login(
                                    by.tunnelHost(), by.tunnelPort(), by.tunnelUser(), "password"),
                            session ->
                                    session.addPasswordIdentity(by.tunnelUserPassword().reveal()));
        };
    }

    private record Login(String host, int port, String user, String means) {}

    /** Gives a session what it logs in with. */
    private interface Identity {
        void addTo(ClientSession session) throws IOException;
    }

    private static KeyPair key(Secret pem) {
        return Pem.keyPair(pem, java.util.Optional.empty(), "ssh_key");
    }

    private static SshTunnel open(PostgresEndpoint endpoint, Login login, Identity identity) {
        SshClient client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        // Nothing of this machine's own SSH configuration and keys is used.
        client.setHostConfigEntryResolver(
                org.apache.sshd.client.config.hosts.HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(
                org.apache.sshd.common.keyprovider.KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setAgentFactory(null);
        client.setForwardingFilter(
                org.apache.sshd.server.forward.AcceptAllForwardingFilter.INSTANCE);
        CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
        client.start();
        try {
            ClientSession session = connect(client, login);
            session.setSessionHeartbeat(HeartbeatType.IGNORE, HEARTBEAT);
            identity.addTo(session);
            logIn(session, login);
            SshdSocketAddress near =
                    session.startLocalPortForwarding(
                            new SshdSocketAddress(SshdSocketAddress.LOCALHOST_IPV4, 0),
                            new SshdSocketAddress(endpoint.host(), endpoint.port()));
            return new SshTunnel(client, session, near.getPort());
        } catch (IOException failure) {
            client.stop();
            throw new TransientFailure(
                    "The tunnel through the SSH server %s:%d could not be opened. Try again."
                            .formatted(login.host(), login.port()),
                    String.valueOf(failure.getMessage()),
                    failure);
        } catch (SyncFailure failure) {
            client.stop();
            throw failure;
        }
    }

    private static ClientSession connect(SshClient client, Login login) {
        try {
            return client.connect(login.user(), login.host(), login.port())
                    .verify(CONNECT_LIMIT)
                    .getSession();
        } catch (IOException failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof UnknownHostException
                        || cause instanceof java.nio.channels.UnresolvedAddressException) {
                    throw new ConfigurationFailure(
                            "There is no host %s for the SSH tunnel. Check tunnel_host."
                                    .formatted(login.host()),
                            String.valueOf(failure.getMessage()),
                            failure);
                }
            }
            throw new TransientFailure(
                    "The SSH server %s:%d can't be reached. Check tunnel_host and tunnel_port."
                            .formatted(login.host(), login.port()),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private static void logIn(ClientSession session, Login login) throws IOException {
        try {
            session.auth().verify(CONNECT_LIMIT);
        } catch (SshException failure) {
            throw new ConfigurationFailure(
                    "The SSH server %s:%d refused the %s of user %s. Check tunnel_user and the %s."
                            .formatted(
                                    login.host(),
                                    login.port(),
                                    login.means(),
                                    login.user(),
                                    login.means()),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    /** The near end's port, on the loopback address. */
    int port() {
        return port;
    }

    boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public void close() {
        client.stop();
    }
}
