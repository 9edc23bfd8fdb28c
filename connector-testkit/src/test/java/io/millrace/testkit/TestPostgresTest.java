package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class TestPostgresTest {
    @Test
    void givesEachTestADatabaseOfItsOwn() throws SQLException {
        try (TestDatabase first = TestPostgres.shared().createDatabase();
                TestDatabase second = TestPostgres.shared().createDatabase()) {
            first.execute(
                    "CREATE TABLE item (id int, name text); INSERT INTO item VALUES (1, 'a'), (2,"
                            + " NULL)");
            assertThat(first.query("SELECT * FROM item ORDER BY id"))
                    .containsExactly("1|a", "2|NULL");
            assertThat(second.query("SELECT count(*) FROM pg_tables WHERE tablename = 'item'"))
                    .containsExactly("0");
        }
    }

    @Test
    void dropsADatabaseThatStillHasClients() throws SQLException {
        TestDatabase database = TestPostgres.shared().createDatabase();
        try (Connection forgotten = database.connect()) {
            database.close();
            assertThat(forgotten.isValid(1)).isFalse();
        }
    }

    @Test
    void refusesAWrongPassword() {
        try (TestDatabase database = TestPostgres.shared().createDatabase()) {
            assertThatThrownBy(() ->
                            DriverManager.getConnection(database.jdbcUrl(), "postgres", "wrong"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void keepsWhatWasCommittedOverKillStopAndRestart() throws SQLException {
        try (TestPostgres server = TestPostgres.builder().start()) {
            TestDatabase database = server.createDatabase();
            int port = server.port();
            database.execute("CREATE TABLE item AS SELECT generate_series(1, 1000) AS id");
            server.kill();
            assertThat(server.isRunning()).isFalse();
            assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);
            server.start();
            assertThat(server.port()).isEqualTo(port);
            assertThat(database.query("SELECT count(*) FROM item")).containsExactly("1000");
            server.stop();
            assertThat(server.isRunning()).isFalse();
            server.start();
            server.restart();
            assertThat(database.query("SELECT sum(id) FROM item")).containsExactly("500500");
        }
    }

    @Test
    void leavesNothingBehindOnceClosed() throws SQLException {
        TestPostgres server = TestPostgres.builder().start();
        TestDatabase database = server.createDatabase();
        String data = database.query("SHOW data_directory").getFirst();
        server.close();
        assertThat(server.isRunning()).isFalse();
        assertThat(Path.of(data).getParent()).doesNotExist();
    }

    @Test
    void doesNotOutliveAJvmThatIsKilled() throws Exception {
        Process jvm =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                ForgetfulProgram.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String data = jvm.inputReader().readLine();
        assertThat(Path.of(data)).exists();
        jvm.destroyForcibly().waitFor();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (Files.exists(Path.of(data).getParent()) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(Path.of(data).getParent()).doesNotExist();
        assertThat(
                        ProcessHandle.allProcesses()
                                .filter(process ->
                                        process.info().commandLine().orElse("").contains(data)))
                .isEmpty();
    }

    /** Starts a server, tells where its data is, and waits to be killed. */
    static final class ForgetfulProgram {
        private ForgetfulProgram() {}

        public static void main(String[] arguments) throws Exception {
            TestDatabase database = TestPostgres.shared().createDatabase();
            System.out.println(database.query("SHOW data_directory").getFirst());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    @Test
    void appliesSettingsAndAccessRules() throws SQLException {
        try (TestPostgres server =
                TestPostgres.builder()
                        .durable()
                        .setting("default_transaction_isolation", "repeatable read")
                        .accessRule("host all guest localhost reject")
                        .start()) {
            TestDatabase database = server.createDatabase();
            database.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'");
            assertThat(database.query("SHOW fsync")).containsExactly("on");
            assertThat(database.query("SHOW default_transaction_isolation"))
                    .containsExactly("repeatable read");
            assertThatThrownBy(
                            () -> DriverManager.getConnection(database.jdbcUrl(), "guest", "guest"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("pg_hba.conf");
        }
    }

    @Test
    void speaksTlsWithCertificatesThatItsAuthoritySigned() throws SQLException {
        try (TestPostgres server = TestPostgres.builder().ssl().start()) {
            TestDatabase database = server.createDatabase();
            TestCertificates certificates = server.certificates();
            var properties = new Properties();
            properties.put("user", database.username());
            properties.put("password", database.password());
            properties.put("sslmode", "verify-full");
            properties.put("sslrootcert", certificates.authority().toString());
            try (Connection connection =
                    DriverManager.getConnection(database.jdbcUrl(), properties)) {
                assertThat(connection.isValid(5)).isTrue();
            }
            properties.put("sslrootcert", certificates.otherAuthority().toString());
            assertThatThrownBy(() -> DriverManager.getConnection(database.jdbcUrl(), properties))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("SSL");
        }
    }
}
