package io.millrace.declarative.interpolation.python;

import java.util.LinkedHashMap;
import java.util.Map;

/** Making containers from arguments. */
public final class Containers {
    private Containers() {}

    /** {@code dict(…)}: from a mapping or pairs, and from arguments by name. */
    public static Map<Object, Object> dict(String function, Arguments arguments) {
        Map<Object, Object> map = new LinkedHashMap<>();
        ContainerMethods.fill(map, function, arguments);
        return map;
    }
}
