package io.millrace.declarative.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long one source waits for hosts where nobody is: that refuse connections, or have no address.
 * Waiting for the same host again with every stream and every attempt of a sync would take minutes,
 * and find nothing else. Safe for all threads.
 */
public final class Reach {
    private final int tries;
    private final Set<String> lost = ConcurrentHashMap.newKeySet();

    private Reach(int tries) {
        this.tries = tries;
    }

    /**
     * As long as whoever asks would wait, once; from then on a host that didn't answer meanwhile is
     * tried once at a time.
     */
    public static Reach ofSync() {
        return new Reach(Integer.MAX_VALUE);
    }

    /** Not at all: for a check, whose user waits and is quicker at running it again. */
    public static Reach ofCheck() {
        return new Reach(1);
    }

    /**
     * Whether it isn't worth trying again.
     *
     * @param tried how often nobody was there for this request
     */
    public boolean isLost(String address, IOException error, int tried) {
        return isNobody(error) && (tried >= tries || lost.contains(Addresses.hostAndPort(address)));
    }

    /** Notes that {@code error} was the last of as many tries as whoever asks makes. */
    public void giveUp(String address, IOException error) {
        if (isNobody(error)) {
            lost.add(Addresses.hostAndPort(address));
        }
    }

    /** Notes that there was an answer. */
    void found(String address) {
        if (!lost.isEmpty()) {
            lost.remove(Addresses.hostAndPort(address));
        }
    }

    /** Whether there was nobody to hear a request, rather than one who broke off. */
    private static boolean isNobody(IOException error) {
        return error instanceof ConnectException
                || error instanceof NoRouteToHostException
                || error instanceof UnknownHostException;
    }
}
