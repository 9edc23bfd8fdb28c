package io.millrace.connector.postgres.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SyncFailure;
import io.millrace.protocol.failure.TransientFailure;
import io.millrace.sdk.option.Secret;
import io.millrace.testkit.TestCertificates;
import io.millrace.testkit.TestPostgres;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresConnectionsTest {
    @AutoClose
    private static final TestPostgres SERVER =
            TestPostgres.builder().ssl().accessRule("hostnossl all only_tls all reject").start();

    private static final TestCertificates CERTIFICATES = SERVER.certificates();
    private static final Secret AUTHORITY = read(CERTIFICATES.authority());

    private static Secret read(Path file) {
        try {
            return new Secret(Files.readString(file));
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static PostgresEndpoint endpoint(Optional<SslMode> ssl) {
        return endpoint("localhost", SERVER.port(), "postgres", SERVER.password(), ssl);
    }

    private static PostgresEndpoint endpoint(
            String host, int port, String database, String password, Optional<SslMode> ssl) {
        return new PostgresEndpoint(
                host,
                port,
                database,
                "postgres",
                Optional.of(new Secret(password)),
                Optional.empty(),
                ssl,
                new TunnelMethod.NoTunnel());
    }

    private static String query(PostgresEndpoint endpoint, String sql) throws Exception {
        try (var connections = new PostgresConnections(endpoint, "test");
                Connection connection = connections.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String encrypted(SslMode mode) throws Exception {
        return query(
                endpoint(Optional.of(mode)),
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    }

    private static SslMode.VerifyCa verifyCa(Secret authority) {
        return new SslMode.VerifyCa(
                authority, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static SslMode.VerifyFull verifyFull(Secret authority) {
        return new SslMode.VerifyFull(
                authority, Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void eachModeEncryptsAsItsNameSays() throws Exception {
        assertThat(encrypted(new SslMode.Disable())).isEqualTo("f");
        assertThat(encrypted(new SslMode.Allow())).isEqualTo("f");
        assertThat(encrypted(new SslMode.Prefer())).isEqualTo("t");
        assertThat(encrypted(new SslMode.Require())).isEqualTo("t");
        assertThat(encrypted(verifyCa(AUTHORITY))).isEqualTo("t");
        assertThat(encrypted(verifyFull(AUTHORITY))).isEqualTo("t");
    }

    @Test
    void aForeignAuthorityIsRefused() {
        Secret other = read(CERTIFICATES.otherAuthority());
        for (SslMode mode : new SslMode[] {verifyCa(other), verifyFull(other)}) {
            assertThatThrownBy(() -> encrypted(mode))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("ssl_mode");
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefusedByVerifyFullOnly() throws Exception {
        // 127.0.0.2 is the same machine, and not in the certificate.
        try (TestPostgres server =
                TestPostgres.builder().ssl().setting("listen_addresses", "*").start()) {
            Secret authority = read(server.certificates().authority());
            assertThat(
                            query(
                                    endpoint(
                                            "127.0.0.2",
                                            server.port(),
                                            "postgres",
                                            server.password(),
                                            Optional.of(verifyCa(authority))),
                                    "SELECT 1"))
                    .isEqualTo("1");
            assertThatThrownBy(() ->
                            query(
                                    endpoint(
                                            "127.0.0.2",
                                            server.port(),
                                            "postgres",
                                            server.password(),
                                            Optional.of(verifyFull(authority))),
                                    "SELECT 1"))
                    .isInstanceOf(ConfigurationFailure.class)
                    .hasMessageContaining("127.0.0.2");
        }
    }

    @Test
    void aTextThatIsNoCertificateIsNamed() {
        assertThatThrownBy(() -> encrypted(verifyCa(new Secret("nonsense"))))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("ca_certificate")
                .hasMessageNotContaining("nonsense");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS8", "ENCRYPTED", "PKCS1", "ONE LINE"})
    void aClientCertificateIsShownToTheServer(String form) throws Exception {
        Secret key = read(CERTIFICATES.clientKey());
        Optional<Secret> password = Optional.empty();
        switch (form) {
            case "ENCRYPTED" -> {
                key = new Secret(openssl("pkcs8", "-topk8", "-passout", "pass:secret"));
                password = Optional.of(new Secret("secret"));
            }
            case "PKCS1" -> key = new Secret(openssl("rsa", "-traditional"));
            case "ONE LINE" -> key = new Secret(key.reveal().replace("\n", "\\n"));
            default -> {}
        }
        var mode =
                new SslMode.VerifyCa(
                        AUTHORITY,
                        Optional.of(read(CERTIFICATES.clientCertificate())),
                        Optional.of(key),
                        password);
        assertThat(
                        query(
                                endpoint(Optional.of(mode)),
                                "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                .contains("CN=postgres");
    }

    private static String openssl(String command, String... arguments) throws Exception {
        var line = new ArrayList<String>();
        line.add("openssl");
        line.add(command);
        line.add("-in");
        line.add(CERTIFICATES.clientKey().toString());
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).start();
        return new String(process.getInputStream().readAllBytes());
    }

    @Test
    void failuresSayWhoIsToActAndNeverTheSecret() {
        assertFailure(
                endpoint("localhost", SERVER.port(), "postgres", "wrong-secret", Optional.empty()),
                ConfigurationFailure.class,
                "password");
        assertFailure(
                endpoint(
                        "localhost", SERVER.port(), "nowhere", SERVER.password(), Optional.empty()),
                ConfigurationFailure.class,
                "no such database");
        assertFailure(
                endpoint("nowhere.invalid", 5432, "postgres", "x", Optional.empty()),
                ConfigurationFailure.class,
                "nowhere.invalid");
        assertFailure(
                endpoint("http://localhost/", 5432, "postgres", "x", Optional.empty()),
                ConfigurationFailure.class,
                "host");
    }

    @Test
    void aPortThatNobodyListensOnIsTransient() throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertFailure(
                endpoint("localhost", port, "postgres", "x", Optional.empty()),
                TransientFailure.class,
                "localhost:" + port);
    }

    @Test
    void aUserWhomTheServerRejectsIsToldToLookAtItsRules() {
        var endpoint =
                new PostgresEndpoint(
                        "localhost",
                        SERVER.port(),
                        "postgres",
                        "only_tls",
                        Optional.of(new Secret("x")),
                        Optional.empty(),
                        Optional.of(new SslMode.Disable()),
                        new TunnelMethod.NoTunnel());
        assertFailure(endpoint, ConfigurationFailure.class, "pg_hba.conf");
    }

    @Test
    void aServerWithoutTlsIsNamedWhereTlsIsDemanded() throws Exception {
        var database = TestPostgres.shared();
        assertFailure(
                endpoint(
                        database.host(),
                        database.port(),
                        "postgres",
                        database.password(),
                        Optional.of(new SslMode.Require())),
                ConfigurationFailure.class,
                "ssl_mode");
    }

    private static <T extends SyncFailure> void assertFailure(
            PostgresEndpoint endpoint, Class<T> type, String text) {
        T failure = catchThrowableOfType(type, () -> query(endpoint, "SELECT 1"));
        assertThat(failure).as(endpoint.address()).isNotNull().hasMessageContaining(text);
        String secret = endpoint.password().orElseThrow().reveal();
        if (secret.length() > 3) {
            assertThat(failure.getMessage() + failure.detail()).doesNotContain(secret);
        }
    }

    @Test
    void urlParametersReachTheDriverButMayNotLoadCode() throws Exception {
        var endpoint =
                new PostgresEndpoint(
                        "localhost",
                        SERVER.port(),
                        "postgres",
                        "postgres",
                        Optional.of(new Secret(SERVER.password())),
                        Optional.of("options=-c%20work_mem=5MB&tcpKeepAlive=false"),
                        Optional.empty(),
                        new TunnelMethod.NoTunnel());
        assertThat(query(endpoint, "SHOW work_mem")).isEqualTo("5MB");
        var dangerous =
                new PostgresEndpoint(
                        "localhost",
                        SERVER.port(),
                        "postgres",
                        "postgres",
                        Optional.of(new Secret(SERVER.password())),
                        Optional.of("socketFactory=java.io.FileOutputStream"),
                        Optional.empty(),
                        new TunnelMethod.NoTunnel());
        assertFailure(dangerous, ConfigurationFailure.class, "socketFactory");
    }

    @Test
    void sessionsPrintAlikeWhateverTheUsersSettingsAre() throws Exception {
        try (Connection connection =
                        new PostgresConnections(endpoint(Optional.empty()), "t").open();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "ALTER ROLE postgres SET DateStyle = 'German'; ALTER ROLE postgres SET"
                            + " IntervalStyle = 'iso_8601'; ALTER ROLE postgres SET TimeZone ="
                            + " 'Asia/Tokyo'; ALTER ROLE postgres SET statement_timeout = '1s';"
                            + " ALTER ROLE postgres SET bytea_output = 'escape'");
        }
        try {
            assertThat(
                            query(
                                    endpoint(Optional.empty()),
                                    "SELECT ROW('2000-01-02'::date, interval '1 day',"
                                            + " '2000-01-01Z'::timestamptz,"
                                            + " current_setting('statement_timeout'),"
                                            + " '\\x00'::bytea)"))
                    .isEqualTo("(2000-01-02,\"1 day\",\"2000-01-01 00:00:00+00\",0,\"\\\\x00\")");
        } finally {
            try (Connection connection =
                            new PostgresConnections(endpoint(Optional.empty()), "t").open();
                    Statement statement = connection.createStatement()) {
                statement.execute("ALTER ROLE postgres RESET ALL");
            }
        }
    }

    @Test
    void aTunnelByPasswordLeadsToTheServer() throws Exception {
        try (SshServer ssh = sshServer()) {
            ssh.setPasswordAuthenticator(
                    (user, password, _) -> user.equals("jump") && password.equals("open"));
            ssh.start();
            assertThat(query(tunnelled(byPassword(ssh, "open")), "SELECT 1")).isEqualTo("1");
            assertFailure(
                    tunnelled(byPassword(ssh, "not-that-one")),
                    ConfigurationFailure.class,
                    "tunnel_user");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ecdsa", "ed25519", "rsa -m PEM", "ecdsa -m PKCS8"})
    void aTunnelByKeyLeadsToTheServerWhoseNameIsStillVerified(String kind, @TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("key");
        var command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", "", "-f", file.toString()));
        command.add("-t");
        command.addAll(List.of(kind.split(" ")));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        PublicKey known =
                AuthorizedKeyEntry.parseAuthorizedKeyEntry(
                                Files.readString(folder.resolve("key.pub")))
                        .resolvePublicKey(null, PublicKeyEntryResolver.FAILING);
        try (SshServer ssh = sshServer()) {
            ssh.setPublickeyAuthenticator(
                    (user, given, _) -> user.equals("jump") && KeyUtils.compareKeys(given, known));
            ssh.start();
            var tunnel = new TunnelMethod.SshKey("localhost", ssh.getPort(), "jump", read(file));
            assertThat(query(tunnelled(tunnel), "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void anSshServerThatIsNotThereIsTransient() {
        assertFailure(
                tunnelled(
                        new TunnelMethod.SshPassword("localhost", 1, "jump", new Secret("secret"))),
                TransientFailure.class,
                "localhost:1");
        assertFailure(
                tunnelled(
                        new TunnelMethod.SshPassword(
                                "nowhere.invalid", 22, "jump", new Secret("secret"))),
                ConfigurationFailure.class,
                "nowhere.invalid");
    }

    private static SshServer sshServer() {
        SshServer ssh = SshServer.setUpDefaultServer();
        ssh.setHost("localhost");
        ssh.setPort(0);
        ssh.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        ssh.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        return ssh;
    }

    private static TunnelMethod byPassword(SshServer ssh, String password) {
        return new TunnelMethod.SshPassword(
                "localhost", ssh.getPort(), "jump", new Secret(password));
    }

    private static PostgresEndpoint tunnelled(TunnelMethod tunnel) {
        return new PostgresEndpoint(
                "localhost",
                SERVER.port(),
                "postgres",
                "postgres",
                Optional.of(new Secret(SERVER.password())),
                Optional.empty(),
                Optional.of(verifyFull(AUTHORITY)),
                tunnel);
    }
}
