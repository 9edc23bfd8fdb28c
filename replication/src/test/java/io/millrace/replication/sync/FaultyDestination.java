package io.millrace.replication.sync;

import io.millrace.protocol.connector.Checkpoint;
import io.millrace.protocol.connector.Destination;
import io.millrace.protocol.connector.DestinationLane;
import io.millrace.protocol.connector.DestinationSession;
import io.millrace.protocol.connector.LaneListener;
import io.millrace.protocol.failure.SystemFailure;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Optional;

/** A destination that dies at the commit of a checkpoint: before it, or before it tells of it. */
final class FaultyDestination {
    private final Destination destination;
    private final Optional<Script.Crash> crash;

    private FaultyDestination(Destination destination, Optional<Script.Crash> crash) {
        this.destination = destination;
        this.crash = crash;
    }

    static Destination of(Destination destination, Optional<Script.Crash> crash) {
        return new FaultyDestination(destination, crash).destination();
    }

    @FunctionalInterface
    private interface Call {
        Object run() throws Exception;
    }

    @FunctionalInterface
    private interface Around {
        Object call(String method, Object[] arguments, Call original) throws Exception;
    }

    private static <T> T proxy(Class<T> type, T target, Around around) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> {
                            Object[] given = arguments == null ? new Object[0] : arguments;
                            try {
                                return around.call(
                                        method.getName(),
                                        given,
                                        () -> method.invoke(target, given));
                            } catch (InvocationTargetException thrown) {
                                throw thrown.getTargetException();
                            }
                        }));
    }

    private Destination destination() {
        return proxy(
                Destination.class,
                destination,
                (method, _, original) -> {
                    Object result = original.run();
                    return method.equals("open") ? session((DestinationSession) result) : result;
                });
    }

    private DestinationSession session(DestinationSession session) {
        return proxy(
                DestinationSession.class,
                session,
                (method, arguments, original) -> {
                    if (!method.equals("open")) {
                        return original.run();
                    }
                    arguments[1] = listener((LaneListener) arguments[1]);
                    return lane((DestinationLane) original.run());
                });
    }

    private boolean dies(boolean before, Object[] arguments) {
        return Arrays.stream(arguments)
                .filter(Checkpoint.class::isInstance)
                .map(Checkpoint.class::cast)
                .anyMatch(checkpoint ->
                        crash.filter(
                                        new Script.Crash(
                                                        before,
                                                        checkpoint.state().path("at").asString())
                                                ::equals)
                                .isPresent());
    }

    private DestinationLane lane(DestinationLane lane) {
        return proxy(
                DestinationLane.class,
                lane,
                (method, arguments, original) -> {
                    if (dies(true, arguments)) {
                        throw new SystemFailure("The destination was made to die.");
                    }
                    Object result = original.run();
                    if (dies(false, arguments)) {
                        lane.flush();
                        throw new SystemFailure("The destination was made to die.");
                    }
                    return result;
                });
    }

    /** Nobody hears of a checkpoint behind which the destination dies. */
    private LaneListener listener(LaneListener listener) {
        return proxy(
                LaneListener.class,
                listener,
                (_, arguments, original) -> dies(false, arguments) ? null : original.run());
    }
}
