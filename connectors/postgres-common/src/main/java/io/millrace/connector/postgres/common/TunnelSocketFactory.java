package io.millrace.connector.postgres.common;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Gives the driver sockets that are connected to the near end of a tunnel already. Public because
 * the driver makes it by its name.
 */
public final class TunnelSocketFactory extends SocketFactory {
    private final int port;

    /**
     * @param port the tunnel's port on this machine
     */
    public TunnelSocketFactory(String port) {
        this.port = Integer.parseInt(port);
    }

    @Override
    public Socket createSocket() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public Socket createSocket(String host, int ignored) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int ignored, InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int ignored) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(
            InetAddress host, int ignored, InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket();
    }
}
