package io.millrace.connector.duckdb.common;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Gives names that a destination tells apart to names that it may not. A name that fits is kept.
 * One that equals an earlier one but for its case, or a reserved one, gets {@code _1}, {@code _2},
 * … behind it, and never a name that another really has. Names that were given before are given
 * again.
 */
public final class UniqueNames {
    private UniqueNames() {}

    /**
     * @param names unique letter by letter, in an order that doesn't change
     * @param reserved names that may not be given, folded
     * @param before what was given to names earlier; empty for the first time
     * @param fold equal for names that can't stand beside each other
     */
    public static Map<String, String> assign(
            List<String> names,
            Set<String> reserved,
            Map<String, String> before,
            UnaryOperator<String> fold) {
        Map<String, String> given = new HashMap<>();
        Set<String> taken = new HashSet<>(reserved);
        for (String name : names) {
            String earlier = before.get(name);
            if (earlier != null && taken.add(fold.apply(earlier))) {
                given.put(name, earlier);
            }
        }
        // What was given to a column that is gone stays its own: it may come back.
        before.forEach((name, earlier) -> {
            if (!given.containsKey(name)) {
                taken.add(fold.apply(earlier));
            }
        });
        for (String name : names) {
            String wanted = storable(name);
            if (wanted.equals(name) && !given.containsKey(name) && taken.add(fold.apply(name))) {
                given.put(name, name);
            }
        }
        for (String name : names) {
            if (given.containsKey(name)) {
                continue;
            }
            String wanted = storable(name);
            for (int suffix = wanted.equals(name) ? 1 : 0; ; suffix++) {
                String candidate = suffix == 0 ? wanted : wanted + "_" + suffix;
                if (taken.add(fold.apply(candidate))) {
                    given.put(name, candidate);
                    break;
                }
            }
        }
        return given;
    }

    /** {@code name} with A to Z in lower case, as DuckDB compares names. */
    public static String foldCase(String name) {
        StringBuilder folded = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            folded.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return folded.toString();
    }

    /** DuckDB has no empty names, and its interface ends them at U+0000. */
    private static String storable(String name) {
        return name.isEmpty() ? "_" : name.replace('\u0000', '_');
    }
}
