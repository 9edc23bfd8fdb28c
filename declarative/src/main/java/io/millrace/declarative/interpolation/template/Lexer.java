package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Escapes;
import io.millrace.declarative.interpolation.python.Numbers;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens. Comments, raw sections and white space control leave data tokens
 * only.
 */
final class Lexer {
    private static final Pattern FLOAT =
            Pattern.compile(
                    "(?<!\\.)(?:[0-9]+_)*[0-9]+(?:(?:\\.(?:[0-9]+_)*[0-9]+)?[eE][+\\-]?(?:[0-9]+_)*[0-9]+|\\.(?:[0-9]+_)*[0-9]+)");
    private static final Pattern INTEGER =
            Pattern.compile(
                    "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*");
    private static final Pattern NAME = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final List<String> OPERATORS =
            List.of(
                    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(",
                    ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";");
    private static final Pattern RAW_BEGIN =
            Pattern.compile(
                    "\\{%([-+]?)\\s*raw\\s*(?:(-)%\\}\\s*|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern RAW_END =
            Pattern.compile(
                    "\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\})",
                    Pattern.UNICODE_CHARACTER_CLASS);

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    private Lexer(String source) {
        this.source = source;
    }

    /** The tokens of a template, an END last. */
    static List<Token> tokens(String template) {
        String source =
                template.indexOf('\r') < 0
                        ? template
                        : template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        var lexer = new Lexer(source);
        lexer.read();
        return lexer.tokens;
    }

    private PythonError error(String message) {
        return new PythonError(PythonError.Kind.SYNTAX, "%s (line %d)".formatted(message, line));
    }

    private void add(Token.Kind kind, Object value) {
        tokens.add(new Token(kind, value, line));
    }

    private void advance(int end) {
        for (int i = at; i < end; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        at = end;
    }

    private void read() {
        while (at < source.length()) {
            int open = nextTag();
            if (open < 0) {
                add(Token.Kind.DATA, source.substring(at));
                advance(source.length());
                break;
            }
            char kind = source.charAt(open + 1);
            Matcher raw = RAW_BEGIN.matcher(source).region(open, source.length());
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : 0;
            data(open, sign == '-');
            if (kind == '%' && raw.lookingAt()) {
                advance(raw.end());
                raw();
            } else {
                advance(open + (sign == '-' || sign == '+' ? 3 : 2));
                switch (kind) {
                    case '#' -> comment();
                    case '%' -> {
                        add(Token.Kind.BLOCK_BEGIN, "{%");
                        code(Token.Kind.BLOCK_END, "%}");
                    }
                    default -> {
                        add(Token.Kind.VARIABLE_BEGIN, "{{");
                        code(Token.Kind.VARIABLE_END, "}}");
                    }
                }
            }
        }
        add(Token.Kind.END, "");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at);
                i >= 0 && i + 1 < source.length();
                i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private void data(int end, boolean strip) {
        String data = source.substring(at, end);
        String kept = strip ? Text.stripRight(data, null) : data;
        if (!kept.isEmpty()) {
            add(Token.Kind.DATA, kept);
        }
        advance(end);
    }

    private void comment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            if (at == source.length()) {
                // Where the template ends right here, the reference overlooks it.
                return;
            }
            throw error("Missing end of comment tag");
        }
        boolean strip = close > at && source.charAt(close - 1) == '-';
        advance(close + 2);
        if (strip) {
            skipSpace();
        }
    }

    private void raw() {
        Matcher end = RAW_END.matcher(source);
        if (!end.find(at)) {
            if (at == source.length()) {
                return;
            }
            throw error("Missing end of raw directive");
        }
        data(end.start(), "-".equals(end.group(1)));
        advance(end.end());
    }

    private void skipSpace() {
        int end = at;
        while (end < source.length() && Text.isSpace(source.charAt(end))) {
            end++;
        }
        advance(end);
    }

    private void code(Token.Kind endKind, String end) {
        Deque<String> open = new ArrayDeque<>();
        while (true) {
            skipSpace();
            if (at >= source.length()) {
                // The parser tells what it expected instead of the end.
                return;
            }
            if (open.isEmpty()) {
                boolean strip = source.startsWith("-" + end, at);
                boolean plus = endKind == Token.Kind.BLOCK_END && source.startsWith("+" + end, at);
                if (strip || plus || source.startsWith(end, at)) {
                    add(endKind, end);
                    advance(at + end.length() + (strip || plus ? 1 : 0));
                    if (strip) {
                        skipSpace();
                    }
                    return;
                }
            }
            if (!number() && !name() && !string() && !operator(open)) {
                throw error("unexpected char '%c' at %d".formatted(source.charAt(at), at));
            }
        }
    }

    private boolean number() {
        char c = source.charAt(at);
        if (c < '0' || c > '9') {
            return false;
        }
        Matcher real = FLOAT.matcher(source).useTransparentBounds(true).region(at, source.length());
        if (real.lookingAt()) {
            add(Token.Kind.FLOAT, Double.parseDouble(real.group().replace("_", "")));
            advance(real.end());
            return true;
        }
        Matcher integer = INTEGER.matcher(source).region(at, source.length());
        if (!integer.lookingAt()) {
            return false;
        }
        add(Token.Kind.INTEGER, Numbers.parseInteger(integer.group().replace("_", ""), 0));
        advance(integer.end());
        return true;
    }

    private boolean name() {
        Matcher matcher = NAME.matcher(source).region(at, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        String name = matcher.group();
        if (!(Character.isUnicodeIdentifierStart(name.codePointAt(0)) || name.charAt(0) == '_')) {
            throw error("Invalid character in identifier");
        }
        add(Token.Kind.NAME, name);
        advance(matcher.end());
        return true;
    }

    private boolean string() {
        char quote = source.charAt(at);
        if (quote != '\'' && quote != '"') {
            return false;
        }
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            return false;
        }
        add(Token.Kind.STRING, unescaped(source.substring(at + 1, end)));
        advance(end + 1);
        return true;
    }

    private String unescaped(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        var result = new StringBuilder();
        for (int i = 0; i < literal.length(); ) {
            char c = literal.charAt(i);
            if (c != '\\') {
                result.append(c);
                i++;
            } else if (literal.charAt(i + 1) > 127) {
                // The reference escapes such a character first, and then takes the two backslashes
                // for one.
                int point = literal.codePointAt(i + 1);
                result.append(
                        point <= 0xFF
                                ? "\\x%02x".formatted(point)
                                : point <= 0xFFFF
                                        ? "\\u%04x".formatted(point)
                                        : "\\U%08x".formatted(point));
                i += 1 + Character.charCount(point);
            } else {
                i = Escapes.append(result, literal, i, false);
                if (i < 0) {
                    throw error("malformed escape in a string");
                }
            }
        }
        return result.toString();
    }

    private boolean operator(Deque<String> open) {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                switch (operator) {
                    case "(" -> open.push(")");
                    case "[" -> open.push("]");
                    case "{" -> open.push("}");
                    case ")", "]", "}" -> {
                        if (open.isEmpty() || !open.pop().equals(operator)) {
                            throw error("unexpected '%s'".formatted(operator));
                        }
                    }
                    default -> {}
                }
                add(Token.Kind.OPERATOR, operator);
                advance(at + operator.length());
                return true;
            }
        }
        return false;
    }
}
