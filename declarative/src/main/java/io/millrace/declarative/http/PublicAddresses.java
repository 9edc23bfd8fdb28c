package io.millrace.declarative.http;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Keeps requests from addresses that aren't public, for installations that run the manifests of
 * strangers (reference 3.3): the environment says {@code DEPLOYMENT_MODE=cloud}. It looks at what a
 * name resolves to, so that no name of a stranger's leads inside either.
 */
final class PublicAddresses implements DnsResolver {

    /** The address may not be asked, whoever wrote the manifest. */
    static final class PrivateAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        PrivateAddressException(String host) {
            super("'%s' is not a public address".formatted(host));
        }
    }

    /** Whether only public addresses may be asked. */
    static boolean areRequired(Map<String, String> environment) {
        return "cloud".equalsIgnoreCase(environment.get("DEPLOYMENT_MODE"));
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = SystemDefaultDnsResolver.INSTANCE.resolve(host);
        for (InetAddress address : addresses) {
            if (!isPublic(address)) {
                throw new PrivateAddressException(host);
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) throws UnknownHostException {
        return SystemDefaultDnsResolver.INSTANCE.resolveCanonicalHostname(host);
    }

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean isUniqueLocal = address instanceof Inet6Address && (bytes[0] & 0xFE) == 0xFC;
        boolean isShared =
                bytes.length == 4 && (bytes[0] & 0xFF) == 100 && (bytes[1] & 0xC0) == 0x40;
        return !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress()
                && !address.isMulticastAddress()
                && !isUniqueLocal
                && !isShared;
    }

    /** Refuses what isn't encrypted. */
    static void check(String scheme) throws IOException {
        if (!scheme.equals("https")) {
            throw new Transport.UnsupportedSchemeException(scheme);
        }
    }
}
