package io.millrace.connector.postgres.common;

import io.millrace.sdk.option.Alternative;
import io.millrace.sdk.option.Bounds;
import io.millrace.sdk.option.Option;
import io.millrace.sdk.option.Secret;

/** How the server is reached: directly, or through an SSH server that can reach it. */
public sealed interface TunnelMethod {

    /** Directly. */
    @Alternative(
            field = "tunnel_method",
            value = "NO_TUNNEL",
            title = "No Tunnel",
            description = "Connects directly.")
    record NoTunnel() implements TunnelMethod {}

    /** Through an SSH server that knows our key. */
    @Alternative(
            field = "tunnel_method",
            value = "SSH_KEY_AUTH",
            title = "SSH Key Authentication",
            description = "Connects through an SSH server, with a user name and a private key.")
    record SshKey(
            @Option(value = "Host name of the SSH server.", title = "SSH Tunnel Jump Server Host")
                    String tunnelHost,
            @Option(
                            value = "Port of the SSH server.",
                            title = "SSH Connection Port",
                            defaultValue = "22")
                    @Bounds(min = 0, max = 65536)
                    int tunnelPort,
            @Option(value = "User name on the SSH server.", title = "SSH Login Username")
                    String tunnelUser,
            @Option(
                            value = "Private key in PEM or OpenSSH format, without a passphrase.",
                            title = "SSH Private Key",
                            multiline = true)
                    Secret sshKey)
            implements TunnelMethod {}

    /** Through an SSH server that knows our password. */
    @Alternative(
            field = "tunnel_method",
            value = "SSH_PASSWORD_AUTH",
            title = "Password Authentication",
            description = "Connects through an SSH server, with a user name and a password.")
    record SshPassword(
            @Option(value = "Host name of the SSH server.", title = "SSH Tunnel Jump Server Host")
                    String tunnelHost,
            @Option(
                            value = "Port of the SSH server.",
                            title = "SSH Connection Port",
                            defaultValue = "22")
                    @Bounds(min = 0, max = 65536)
                    int tunnelPort,
            @Option(value = "User name on the SSH server.", title = "SSH Login Username")
                    String tunnelUser,
            @Option(value = "Password on the SSH server.", title = "Password")
                    Secret tunnelUserPassword)
            implements TunnelMethod {}
}
