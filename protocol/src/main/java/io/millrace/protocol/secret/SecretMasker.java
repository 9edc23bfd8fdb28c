package io.millrace.protocol.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Replaces secrets in texts by stars (invariant 7), in the forms in which they get into messages:
 * as they are, URL-encoded, escaped as in JSON, in Base64 at any alignment (as in a Basic
 * authorization), and the lines of one with several lines alone. Immutable.
 *
 * <p>A secret of up to {@value #SHORT} characters is masked only where it stands as a word of its
 * own, one of up to {@value #TINY} only as a value (after {@code =}, {@code :} or a quote), since
 * every text would be full of stars otherwise.
 */
public final class SecretMasker {
    public static final String MASK = "****";

    private static final int SHORT = 4;
    private static final int TINY = 2;
    private static final int SHORTEST_LINE = 6;
    private static final int SHORTEST_ENCODED = 6;
    private static final SecretMasker NONE = new SecretMasker(Set.of());

    private final Set<String> secrets;
    private final Map<Character, List<Form>> formsByFirst = new HashMap<>();

    /** What is looked for, and how it has to stand. */
    private record Form(String text, Place place) {}

    private enum Place {
        ANYWHERE,
        AS_WORD,
        AS_VALUE
    }

    private SecretMasker(Set<String> secrets) {
        this.secrets = secrets;
        var texts = new HashMap<String, Place>();
        for (String secret : secrets) {
            addForms(secret, texts);
        }
        texts.forEach((text, place) ->
                formsByFirst
                        .computeIfAbsent(text.charAt(0), _ -> new ArrayList<>())
                        .add(new Form(text, place)));
        // The longest first, so that a secret that begins with another is masked whole.
        formsByFirst
                .values()
                .forEach(forms ->
                        forms.sort(
                                Comparator.comparingInt((Form form) -> form.text().length())
                                        .reversed()));
    }

    /** Masks nothing. */
    public static SecretMasker none() {
        return NONE;
    }

    /** Masks {@code secrets}; blank ones are left out. */
    public static SecretMasker of(Collection<String> secrets) {
        var kept = new LinkedHashSet<String>();
        secrets.stream().filter(secret -> !secret.isBlank()).forEach(kept::add);
        return kept.isEmpty() ? NONE : new SecretMasker(kept);
    }

    /** Masks what both mask. */
    public SecretMasker and(SecretMasker other) {
        if (other.secrets.isEmpty()) {
            return this;
        }
        var both = new LinkedHashSet<>(secrets);
        both.addAll(other.secrets);
        return of(both);
    }

    /** {@code text} with a mask in the place of each secret. */
    public String mask(String text) {
        if (formsByFirst.isEmpty()) {
            return text;
        }
        StringBuilder masked = null;
        int copied = 0;
        int at = 0;
        while (at < text.length()) {
            int length = matchAt(text, at);
            if (length == 0) {
                at++;
                continue;
            }
            if (masked == null) {
                masked = new StringBuilder(text.length());
            }
            masked.append(text, copied, at).append(MASK);
            at += length;
            copied = at;
        }
        return masked == null ? text : masked.append(text, copied, text.length()).toString();
    }

    /** The length of the longest form that stands at {@code at}; 0 where none does. */
    private int matchAt(String text, int at) {
        List<Form> forms = formsByFirst.get(text.charAt(at));
        if (forms == null) {
            return 0;
        }
        for (Form form : forms) {
            int end = at + form.text().length();
            if (text.startsWith(form.text(), at) && standsRight(text, at, end, form.place())) {
                return form.text().length();
            }
        }
        return 0;
    }

    private static boolean standsRight(String text, int start, int end, Place place) {
        if (place == Place.ANYWHERE) {
            return true;
        }
        boolean word =
                (start == 0 || !Character.isLetterOrDigit(text.charAt(start - 1)))
                        && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
        if (place == Place.AS_WORD || !word) {
            return word;
        }
        int before = start - 1;
        while (before >= 0 && text.charAt(before) == ' ') {
            before--;
        }
        return before >= 0 && "=:'\"`".indexOf(text.charAt(before)) >= 0;
    }

    private static void addForms(String secret, Map<String, Place> forms) {
        Place place =
                secret.length() <= TINY
                        ? Place.AS_VALUE
                        : secret.length() <= SHORT ? Place.AS_WORD : Place.ANYWHERE;
        add(secret, place, forms);
        add(secret.strip(), place, forms);
        addEncodings(secret, place, forms);
        List<String> lines = secret.lines().map(String::strip).toList();
        if (lines.size() > 1) {
            for (String line : lines) {
                // "-----BEGIN PRIVATE KEY-----" is no secret, and helps whoever reads the message.
                if (line.length() >= SHORTEST_LINE && !line.startsWith("-----")) {
                    addForms(line, forms);
                }
            }
            add(String.join("\\n", Arrays.asList(secret.split("\r?\n", -1))), place, forms);
        }
    }

    private static void addEncodings(String secret, Place place, Map<String, Place> forms) {
        String url = URLEncoder.encode(secret, UTF_8);
        add(url, place, forms);
        add(url.replace("+", "%20"), place, forms);
        String json = new String(JsonStringEncoder.getInstance().quoteAsCharArray(secret));
        add(json, place, forms);
        add(json.replace("/", "\\/"), place, forms);
        byte[] bytes = secret.getBytes(UTF_8);
        if (bytes.length < SHORTEST_ENCODED) {
            return;
        }
        for (int lead = 0; lead < 3; lead++) {
            byte[] shifted = new byte[lead + bytes.length];
            System.arraycopy(bytes, 0, shifted, lead, bytes.length);
            // Characters that also hold bits of what stands before or behind are left out.
            int from = lead == 0 ? 0 : lead + 1;
            int until = shifted.length / 3 * 4;
            String encoded = Base64.getEncoder().encodeToString(shifted);
            add(encoded.substring(from, until), Place.ANYWHERE, forms);
            String urlSafe = Base64.getUrlEncoder().encodeToString(shifted);
            add(urlSafe.substring(from, until), Place.ANYWHERE, forms);
            if (lead == 0) {
                add(encoded.replace("=", ""), Place.ANYWHERE, forms);
                add(encoded, Place.ANYWHERE, forms);
            }
        }
    }

    private static void add(String text, Place place, Map<String, Place> forms) {
        if (!text.isEmpty()) {
            forms.putIfAbsent(text, place);
        }
    }
}
