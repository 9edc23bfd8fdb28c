package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.template.Expression.Arithmetic;
import io.millrace.declarative.interpolation.template.Expression.CallArguments;
import io.millrace.declarative.interpolation.template.Expression.Relation;
import io.millrace.declarative.interpolation.template.Expression.Sign;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds the tree of a template, with Jinja's precedence: {@code or and not compare +- ~ * ** unary
 * postfix filter}.
 */
final class Parser {
    private static final Set<String> CONSTANT_NAMES =
            Set.of("true", "false", "none", "True", "False", "None");

    private final List<Token> tokens;
    private int at;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** The statements of a template. Fails with a syntax error that names the line. */
    static List<Statement> parse(String template) {
        var parser = new Parser(Lexer.tokens(template));
        return parser.statements(Set.of());
    }

    private Token current() {
        return tokens.get(at);
    }

    private Token look() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    private Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    private boolean skipName(String name) {
        if (current().isName(name)) {
            next();
            return true;
        }
        return false;
    }

    private boolean skipOperator(String sign) {
        if (current().isOperator(sign)) {
            next();
            return true;
        }
        return false;
    }

    private PythonError error(String message) {
        return new PythonError(
                PythonError.Kind.SYNTAX, "%s (line %d)".formatted(message, current().line()));
    }

    private void expectOperator(String sign) {
        if (!skipOperator(sign)) {
            throw error("expected token '%s', got '%s'".formatted(sign, current().description()));
        }
    }

    private void expectName(String name) {
        if (!skipName(name)) {
            throw error("expected token '%s', got '%s'".formatted(name, current().description()));
        }
    }

    private Token expect(Token.Kind kind) {
        if (current().kind() != kind) {
            throw error(
                    "expected %s, got '%s'"
                            .formatted(
                                    new Token(kind, "name", 0).description(),
                                    current().description()));
        }
        return next();
    }

    // Statements

    /**
     * Statements up to a tag with one of the names, whose name is then the current token; to the
     * end if there are none.
     */
    private List<Statement> statements(Set<String> ends) {
        List<Statement> body = new ArrayList<>();
        while (current().kind() != Token.Kind.END) {
            Token token = next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    body.add(new Statement.Print(tuple(true, Set.of(), false)));
                    expect(Token.Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    if (current().kind() == Token.Kind.NAME && ends.contains(current().text())) {
                        return body;
                    }
                    statement(body);
                    expect(Token.Kind.BLOCK_END);
                }
                default -> throw error("unexpected '%s'".formatted(token.description()));
            }
        }
        if (!ends.isEmpty()) {
            throw error(
                    "Unexpected end of template. Looking for %s."
                            .formatted(String.join(" or ", ends)));
        }
        return body;
    }

    /**
     * The body of the tag that is being read, and the tag that ends it, up to before its own end.
     */
    private List<Statement> body(String... ends) {
        skipOperator(":");
        expect(Token.Kind.BLOCK_END);
        return statements(Set.of(ends));
    }

    private List<Statement> bodyUntil(String end) {
        List<Statement> body = body(end);
        next();
        return body;
    }

    private void statement(List<Statement> into) {
        Token token = current();
        if (token.kind() != Token.Kind.NAME) {
            throw error("tag name expected");
        }
        switch (token.text()) {
            case "for" -> into.add(forLoop());
            case "if" -> into.add(ifStatement());
            case "set" -> into.add(set());
            case "with" -> into.add(with());
            case "macro" -> into.add(macro());
            case "call" -> into.add(callBlock());
            case "filter" -> into.add(filterBlock());
            case "print" -> print(into);
            case "block" -> into.add(block());
            case "autoescape" -> {
                next();
                Expression enabled = expression();
                into.add(new Statement.Escaping(enabled, bodyUntil("endautoescape")));
            }
            case "extends", "include", "import", "from" -> into.add(load());
            default -> throw error("Encountered unknown tag '%s'.".formatted(token.text()));
        }
    }

    private Statement forLoop() {
        next();
        Statement.Target target = target(Set.of("in"), false);
        expectName("in");
        Expression items = tuple(false, Set.of("recursive"), false);
        Optional<Expression> test = skipName("if") ? Optional.of(expression()) : Optional.empty();
        boolean recursive = skipName("recursive");
        List<Statement> body = body("endfor", "else");
        List<Statement> otherwise = next().isName("endfor") ? List.of() : bodyUntil("endfor");
        return new Statement.For(target, items, test, recursive, body, otherwise);
    }

    private Statement ifStatement() {
        next();
        Expression test = tuple(false, Set.of(), false);
        List<Statement> body = body("elif", "else", "endif");
        List<Statement.Branch> others = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Token token = next();
            if (token.isName("elif")) {
                Expression other = tuple(false, Set.of(), false);
                others.add(new Statement.Branch(other, body("elif", "else", "endif")));
            } else {
                if (token.isName("else")) {
                    otherwise = bodyUntil("endif");
                }
                return new Statement.If(test, body, others, otherwise);
            }
        }
    }

    private Statement set() {
        next();
        Statement.Target target = target(Set.of(), true);
        if (skipOperator("=")) {
            return new Statement.Set(target, tuple(true, Set.of(), false));
        }
        Optional<Expression.Filtered> filter = filters(Optional.empty(), false);
        return new Statement.SetBlock(target, filter, bodyUntil("endset"));
    }

    private Statement with() {
        next();
        List<Statement.Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (current().kind() != Token.Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                expectOperator(",");
            }
            targets.add(target(Set.of(), false));
            expectOperator("=");
            values.add(expression());
        }
        return new Statement.With(targets, values, bodyUntil("endwith"));
    }

    private Statement.Signature signature() {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        expectOperator("(");
        while (!current().isOperator(")")) {
            if (!parameters.isEmpty()) {
                expectOperator(",");
            }
            parameters.add(assignableName());
            if (skipOperator("=")) {
                defaults.add(expression());
            } else if (!defaults.isEmpty()) {
                throw error("non-default argument follows default argument");
            }
        }
        expectOperator(")");
        return new Statement.Signature(parameters, defaults);
    }

    private Statement macro() {
        next();
        String name = assignableName();
        Statement.Signature signature = signature();
        return new Statement.Macro(name, signature, bodyUntil("endmacro"));
    }

    private Statement callBlock() {
        next();
        Statement.Signature signature =
                current().isOperator("(") ? signature() : Statement.Signature.NONE;
        if (!(expression() instanceof Expression.Call call)) {
            throw error("expected call");
        }
        return new Statement.CallBlock(call, signature, bodyUntil("endcall"));
    }

    private Statement filterBlock() {
        next();
        Expression.Filtered filter =
                filters(Optional.empty(), true).orElseThrow(() -> error("expected a filter"));
        return new Statement.FilterBlock(filter, bodyUntil("endfilter"));
    }

    private void print(List<Statement> into) {
        next();
        boolean first = true;
        while (current().kind() != Token.Kind.BLOCK_END) {
            if (!first) {
                expectOperator(",");
            }
            into.add(new Statement.Print(expression()));
            first = false;
        }
    }

    private Statement block() {
        next();
        String name = expect(Token.Kind.NAME).text();
        skipName("scoped");
        skipName("required");
        List<Statement> body = bodyUntil("endblock");
        skipName(name);
        return new Statement.Block(body);
    }

    private Statement load() {
        String kind = next().text();
        Expression template = expression();
        List<String> names = new ArrayList<>();
        switch (kind) {
            case "import" -> {
                expectName("as");
                names.add(assignableName());
            }
            case "from" -> {
                expectName("import");
                do {
                    String name = assignableName();
                    names.add(skipName("as") ? assignableName() : name);
                } while (skipOperator(","));
            }
            default -> {
                if (skipName("ignore")) {
                    expectName("missing");
                }
            }
        }
        if (skipName("with") || skipName("without")) {
            expectName("context");
        }
        return new Statement.Load(template, names);
    }

    // Targets

    private String assignableName() {
        String name = expect(Token.Kind.NAME).text();
        if (CONSTANT_NAMES.contains(name)) {
            throw error("can't assign to '%s'".formatted(name));
        }
        return name;
    }

    private Statement.Target target(Set<String> ends, boolean mayBeNamespace) {
        Expression parsed = tuple(false, ends, true);
        return assignable(parsed, mayBeNamespace);
    }

    private Statement.Target assignable(Expression expression, boolean mayBeNamespace) {
        return switch (expression) {
            case Expression.Name(String name) -> new Statement.NameTarget(name);
            case Expression.TupleOf(List<Expression> items) ->
                    new Statement.TupleTarget(
                            items.stream().map(item -> assignable(item, mayBeNamespace)).toList());
            case Expression.Attribute(Expression.Name(String owner), String attribute)
                    when mayBeNamespace ->
                    new Statement.NamespaceTarget(owner, attribute);
            default -> throw error("can't assign to that");
        };
    }

    // Expressions

    private Expression expression() {
        return conditional();
    }

    private Expression conditional() {
        Expression value = or();
        while (skipName("if")) {
            Expression test = or();
            Optional<Expression> otherwise =
                    skipName("else") ? Optional.of(conditional()) : Optional.empty();
            value = new Expression.Conditional(test, value, otherwise);
        }
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (skipName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (skipName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        return skipName("not") ? new Expression.Not(not()) : comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Operand> rest = new ArrayList<>();
        while (true) {
            Relation relation = relation();
            if (relation == null) {
                return rest.isEmpty() ? first : new Expression.Comparisons(first, rest);
            }
            rest.add(new Expression.Operand(relation, sum()));
        }
    }

    /** Reads a relation, if one comes. */
    private @Nullable Relation relation() {
        Token token = current();
        Relation relation = null;
        if (token.kind() == Token.Kind.OPERATOR) {
            relation =
                    switch (token.text()) {
                        case "==" -> Relation.EQUAL;
                        case "!=" -> Relation.NOT_EQUAL;
                        case "<" -> Relation.LESS;
                        case "<=" -> Relation.LESS_OR_EQUAL;
                        case ">" -> Relation.GREATER;
                        case ">=" -> Relation.GREATER_OR_EQUAL;
                        default -> null;
                    };
        } else if (token.isName("in")) {
            relation = Relation.IN;
        } else if (token.isName("not") && look().isName("in")) {
            next();
            relation = Relation.NOT_IN;
        }
        if (relation != null) {
            next();
        }
        return relation;
    }

    private Expression sum() {
        Expression left = concatenation();
        while (true) {
            if (skipOperator("+")) {
                left = new Expression.Binary(Arithmetic.ADD, left, concatenation());
            } else if (skipOperator("-")) {
                left = new Expression.Binary(Arithmetic.SUBTRACT, left, concatenation());
            } else {
                return left;
            }
        }
    }

    private Expression concatenation() {
        Expression first = product();
        if (!current().isOperator("~")) {
            return first;
        }
        List<Expression> operands = new ArrayList<>(List.of(first));
        while (skipOperator("~")) {
            operands.add(product());
        }
        return new Expression.Concatenation(operands);
    }

    private Expression product() {
        Expression left = power();
        while (current().kind() == Token.Kind.OPERATOR) {
            Arithmetic operator =
                    switch (current().text()) {
                        case "*" -> Arithmetic.MULTIPLY;
                        case "/" -> Arithmetic.DIVIDE;
                        case "//" -> Arithmetic.FLOOR_DIVIDE;
                        case "%" -> Arithmetic.MODULO;
                        default -> null;
                    };
            if (operator == null) {
                return left;
            }
            next();
            left = new Expression.Binary(operator, left, power());
        }
        return left;
    }

    /** Powers associate to the left, unlike Python's: so has it the template language. */
    private Expression power() {
        Expression left = unary(true);
        while (skipOperator("**")) {
            left = new Expression.Binary(Arithmetic.POWER, left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean withFilter) {
        Expression value;
        if (skipOperator("-")) {
            value = new Expression.Unary(Sign.MINUS, unary(false));
        } else if (skipOperator("+")) {
            value = new Expression.Unary(Sign.PLUS, unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilter ? filtered(value) : value;
    }

    private Expression primary() {
        Token token = current();
        return switch (token.kind()) {
            case NAME -> {
                next();
                yield switch (token.text()) {
                    case "true", "True" -> new Expression.Constant(true);
                    case "false", "False" -> new Expression.Constant(false);
                    case "none", "None" -> new Expression.Constant(null);
                    default -> new Expression.Name(token.text());
                };
            }
            case STRING -> {
                var text = new StringBuilder();
                while (current().kind() == Token.Kind.STRING) {
                    text.append(next().text());
                }
                yield new Expression.Constant(text.toString());
            }
            case INTEGER, FLOAT -> {
                next();
                yield new Expression.Constant(token.value());
            }
            default -> {
                if (skipOperator("(")) {
                    Expression inner = parenthesized();
                    expectOperator(")");
                    yield inner;
                }
                if (skipOperator("[")) {
                    yield list();
                }
                if (skipOperator("{")) {
                    yield dict();
                }
                throw error("unexpected '%s'".formatted(token.description()));
            }
        };
    }

    private Expression parenthesized() {
        return current().isOperator(")")
                ? new Expression.TupleOf(List.of())
                : tuple(true, Set.of(), false);
    }

    /**
     * One expression, or several with commas between and perhaps one at the end: then it is a
     * tuple.
     *
     * @param simplified only names and literals, as in targets
     */
    private Expression tuple(boolean withConditional, Set<String> ends, boolean simplified) {
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (true) {
            if (!items.isEmpty()) {
                expectOperator(",");
            }
            if (isTupleEnd(ends)) {
                break;
            }
            items.add(simplified ? simple() : withConditional ? conditional() : or());
            if (!current().isOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (!isTuple) {
            if (items.isEmpty()) {
                throw error("Expected an expression, got '%s'".formatted(current().description()));
            }
            return items.getFirst();
        }
        return new Expression.TupleOf(items);
    }

    private Expression simple() {
        Expression value = primary();
        // Only here may a dot follow, for the attribute of a namespace.
        if (value instanceof Expression.Name && skipOperator(".")) {
            return new Expression.Attribute(value, expect(Token.Kind.NAME).text());
        }
        return value;
    }

    private boolean isTupleEnd(Set<String> ends) {
        Token token = current();
        return token.kind() == Token.Kind.VARIABLE_END
                || token.kind() == Token.Kind.BLOCK_END
                || token.isOperator(")")
                || (token.kind() == Token.Kind.NAME && ends.contains(token.text()));
    }

    private Expression list() {
        List<Expression> items = new ArrayList<>();
        while (!current().isOperator("]")) {
            if (!items.isEmpty()) {
                expectOperator(",");
            }
            if (current().isOperator("]")) {
                break;
            }
            items.add(expression());
        }
        expectOperator("]");
        return new Expression.ListOf(items);
    }

    private Expression dict() {
        List<Expression.Pair> pairs = new ArrayList<>();
        while (!current().isOperator("}")) {
            if (!pairs.isEmpty()) {
                expectOperator(",");
            }
            if (current().isOperator("}")) {
                break;
            }
            Expression key = expression();
            expectOperator(":");
            pairs.add(new Expression.Pair(key, expression()));
        }
        expectOperator("}");
        return new Expression.DictOf(pairs);
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            if (skipOperator(".")) {
                Token name = next();
                if (name.kind() == Token.Kind.NAME) {
                    result = new Expression.Attribute(result, name.text());
                } else if (name.kind() == Token.Kind.INTEGER) {
                    result = new Expression.Item(result, new Expression.Constant(name.value()));
                } else {
                    throw error("expected name or number");
                }
            } else if (skipOperator("[")) {
                result = new Expression.Item(result, subscripts());
            } else if (current().isOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression filtered(Expression value) {
        Expression result = value;
        while (true) {
            if (current().isOperator("|")) {
                result =
                        filters(Optional.of(result), false)
                                .orElseThrow(() -> error("expected a filter"));
            } else if (skipName("is")) {
                result = test(result);
            } else if (current().isOperator("(")) {
                result = new Expression.Call(result, arguments());
            } else {
                return result;
            }
        }
    }

    private Expression subscripts() {
        List<Expression> parts = new ArrayList<>();
        while (!current().isOperator("]")) {
            if (!parts.isEmpty()) {
                expectOperator(",");
            }
            parts.add(subscript());
        }
        expectOperator("]");
        return parts.size() == 1 ? parts.getFirst() : new Expression.TupleOf(parts);
    }

    private Expression subscript() {
        Optional<Expression> start = Optional.empty();
        if (!current().isOperator(":")) {
            Expression value = expression();
            if (!current().isOperator(":")) {
                return value;
            }
            start = Optional.of(value);
        }
        expectOperator(":");
        Optional<Expression> stop = rangePart();
        Optional<Expression> step = skipOperator(":") ? rangePart() : Optional.empty();
        return new Expression.Range(start, stop, step);
    }

    private Optional<Expression> rangePart() {
        return current().isOperator(":") || current().isOperator("]") || current().isOperator(",")
                ? Optional.empty()
                : Optional.of(expression());
    }

    private CallArguments arguments() {
        expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<Expression.Keyword> keywords = new ArrayList<>();
        Optional<Expression> rest = Optional.empty();
        Optional<Expression> named = Optional.empty();
        boolean first = true;
        while (!current().isOperator(")")) {
            if (!first) {
                expectOperator(",");
                if (current().isOperator(")")) {
                    break;
                }
            }
            first = false;
            boolean valid;
            if (skipOperator("*")) {
                valid = rest.isEmpty() && named.isEmpty();
                rest = Optional.of(expression());
            } else if (skipOperator("**")) {
                valid = named.isEmpty();
                named = Optional.of(expression());
            } else if (current().kind() == Token.Kind.NAME && look().isOperator("=")) {
                valid = named.isEmpty();
                String name = next().text();
                next();
                if (keywords.stream().anyMatch(keyword -> keyword.name().equals(name))) {
                    throw error("keyword argument repeated: %s".formatted(name));
                }
                keywords.add(new Expression.Keyword(name, expression()));
            } else {
                valid = rest.isEmpty() && named.isEmpty() && keywords.isEmpty();
                positional.add(expression());
            }
            if (!valid) {
                throw error("invalid syntax for function call expression");
            }
        }
        expectOperator(")");
        return new CallArguments(positional, keywords, rest, named);
    }

    private String dottedName() {
        var name = new StringBuilder(expect(Token.Kind.NAME).text());
        while (skipOperator(".")) {
            name.append('.').append(expect(Token.Kind.NAME).text());
        }
        return name.toString();
    }

    /** A chain of filters on {@code operand}; empty if there is none. */
    private Optional<Expression.Filtered> filters(
            Optional<Expression> operand, boolean startsInline) {
        Optional<Expression> value = operand;
        Optional<Expression.Filtered> result = Optional.empty();
        boolean inline = startsInline;
        while (inline || current().isOperator("|")) {
            if (!inline) {
                next();
            }
            inline = false;
            String name = dottedName();
            CallArguments arguments = current().isOperator("(") ? arguments() : CallArguments.NONE;
            var filter = new Expression.Filtered(value, name, arguments);
            value = Optional.of(filter);
            result = Optional.of(filter);
        }
        return result;
    }

    private Expression test(Expression operand) {
        boolean negated = skipName("not");
        String name = dottedName();
        CallArguments arguments = CallArguments.NONE;
        if (current().isOperator("(")) {
            arguments = arguments();
        } else if (startsArgument()) {
            if (current().isName("is")) {
                throw error("You cannot chain multiple tests with is");
            }
            arguments =
                    new CallArguments(
                            List.of(postfix(primary())),
                            List.of(),
                            Optional.empty(),
                            Optional.empty());
        }
        Expression test = new Expression.Test(operand, name, arguments);
        return negated ? new Expression.Not(test) : test;
    }

    private boolean startsArgument() {
        Token token = current();
        return switch (token.kind()) {
            case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }
}
