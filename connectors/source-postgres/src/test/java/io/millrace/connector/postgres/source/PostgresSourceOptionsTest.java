package io.millrace.connector.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.postgres.common.SslMode;
import io.millrace.connector.postgres.common.TunnelMethod;
import io.millrace.sdk.option.OptionSchema;
import io.millrace.sdk.option.UnknownKeys;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PostgresSourceOptionsTest {
    private static PostgresSourceOptions bind(String json) {
        var binding =
                OptionSchema.of(PostgresSourceOptions.class)
                        .bind(JsonMapper.shared().readTree(json), UnknownKeys.REFUSE);
        assertThat(binding.errors()).isEmpty();
        return binding.load();
    }

    @Test
    void theShortestConfigurationNamesServerDatabaseAndUser() {
        var options = bind("{\"host\": \"h\", \"database\": \"d\", \"username\": \"u\"}");
        assertThat(options.port()).isEqualTo(5432);
        assertThat(options.schemas()).containsExactly("public");
        assertThat(options.fetchBytes().bytes()).isEqualTo(32L << 20);
        assertThat(options.partitions()).isEmpty();
        assertThat(options.sslMode()).isEmpty();
    }

    @Test
    void airbytesConfigurationIsTakenUnchanged() {
        var options =
                bind(
                        """
                        {
                          "host": "h", "port": 5433, "database": "d", "schemas": ["a", "B"],
                          "username": "u", "password": "p", "jdbc_url_params": "a=b",
                          "ssl_mode": {"mode": "verify-ca", "ca_certificate": "x",
                              "client_certificate": "y", "client_key": "z",
                              "client_key_password": "w"},
                          "replication_method": {"method": "Xmin"},
                          "tunnel_method": {"tunnel_method": "SSH_PASSWORD_AUTH",
                              "tunnel_host": "t", "tunnel_port": 22, "tunnel_user": "tu",
                              "tunnel_user_password": "tp"},
                          "entra_service_principal_auth": false
                        }
                        """);
        assertThat(options.sslMode()).containsInstanceOf(SslMode.VerifyCa.class);
        assertThat(options.replicationMethod()).containsInstanceOf(ReplicationMethod.Xmin.class);
        assertThat(options.tunnelMethod()).containsInstanceOf(TunnelMethod.SshPassword.class);
        for (String mode : new String[] {"disable", "allow", "prefer", "require"}) {
            assertThat(
                            bind("{\"host\": \"h\", \"database\": \"d\", \"username\": \"u\","
                                            + " \"ssl_mode\": {\"mode\": \""
                                            + mode
                                            + "\"}}")
                                    .sslMode()
                                    .orElseThrow()
                                    .text())
                    .isEqualTo(mode);
        }
    }

    @Test
    void changeCapturesOptionsAreUnderstoodSoThatTheyCanBeRefusedByName() {
        var options =
                bind(
                        """
                        {
                          "host": "h", "database": "d", "username": "u",
                          "replication_method": {"method": "CDC", "plugin": "pgoutput",
                              "replication_slot": "s", "publication": "p",
                              "initial_waiting_seconds": 1200, "queue_size": 10000,
                              "lsn_commit_behaviour": "While reading Data",
                              "heartbeat_action_query": "",
                              "invalid_cdc_cursor_position_behavior": "Fail sync",
                              "initial_load_timeout_hours": 8}
                        }
                        """);
        assertThat(options.replicationMethod()).containsInstanceOf(ReplicationMethod.Cdc.class);
    }
}
