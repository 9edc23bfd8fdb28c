package io.millrace.protocol.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Guesses what a name that nobody knows was meant to be. */
public final class NearestName {
    private NearestName() {}

    /**
     * The one of {@code known} that takes the fewest edits to become {@code unknown}, if these are
     * few: a third of its letters, two at least. Case doesn't count.
     */
    public static Optional<String> of(String unknown, Collection<String> known) {
        String wanted = unknown.toLowerCase(Locale.ROOT);
        int allowed = Math.max(2, wanted.length() / 3);
        int fewest = Integer.MAX_VALUE;
        String nearest = "";
        for (String candidate : known) {
            int edits = distance(wanted, candidate.toLowerCase(Locale.ROOT));
            boolean sharesAnything = edits < Math.max(wanted.length(), candidate.length());
            if (edits <= allowed && edits < fewest && sharesAnything) {
                fewest = edits;
                nearest = candidate;
            }
        }
        return fewest == Integer.MAX_VALUE ? Optional.empty() : Optional.of(nearest);
    }

    /** {@code . Did you mean "x"?}, or a full stop alone. */
    public static String hint(String unknown, Collection<String> known) {
        return of(unknown, known).map(". Did you mean \"%s\"?"::formatted).orElse(".");
    }

    /** Insertions, deletions, replacements, and swaps of neighbours. */
    private static int distance(String left, String right) {
        int[][] edits = new int[left.length() + 1][right.length() + 1];
        for (int i = 0; i <= left.length(); i++) {
            edits[i][0] = i;
        }
        for (int j = 0; j <= right.length(); j++) {
            edits[0][j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            for (int j = 1; j <= right.length(); j++) {
                int replaced = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                int best =
                        Math.min(
                                Math.min(edits[i - 1][j] + 1, edits[i][j - 1] + 1),
                                edits[i - 1][j - 1] + replaced);
                if (i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1)) {
                    best = Math.min(best, edits[i - 2][j - 2] + 1);
                }
                edits[i][j] = best;
            }
        }
        return edits[left.length()][right.length()];
    }
}
