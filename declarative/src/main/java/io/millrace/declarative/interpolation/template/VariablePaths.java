package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.PythonError;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a template reads of an object, as far as it can be told without evaluating it: {@code
 * config['account']['id']} reads {@code [account, id]}.
 */
public final class VariablePaths {
    private static final Set<String> DEFAULTS = Set.of("default", "d");

    private final String variable;
    private final Set<List<String>> reads = new LinkedHashSet<>();
    private final Set<List<String>> asked = new LinkedHashSet<>();

    private VariablePaths(String variable) {
        this.variable = variable;
    }

    /**
     * The paths of constant keys below {@code variable} that {@code text} reads without asking
     * first, in any way, whether they are there. None where it is no template.
     */
    public static List<List<String>> read(String text, String variable) {
        var paths = new VariablePaths(variable);
        try {
            paths.visit(Parser.parse(text));
        } catch (PythonError | StackOverflowError _) {
            return List.of(); // which is told by whoever compiles it
        }
        return paths.reads.stream().filter(path -> !paths.isAsked(path)).toList();
    }

    private boolean isAsked(List<String> path) {
        for (int length = 1; length <= path.size(); length++) {
            if (asked.contains(path.subList(0, length))) {
                return true;
            }
        }
        return false;
    }

    private void visit(List<Statement> statements) {
        statements.forEach(this::visit);
    }

    private void visit(Statement statement) {
        switch (statement) {
            case Statement.Data _ -> {}
            case Statement.Print(Expression value) -> visit(value, false);
            case Statement.If branches -> {
                visit(branches.test(), true);
                visit(branches.body());
                for (Statement.Branch other : branches.others()) {
                    visit(other.test(), true);
                    visit(other.body());
                }
                visit(branches.otherwise());
            }
            case Statement.For loop -> {
                visit(loop.items(), false);
                loop.test().ifPresent(test -> visit(test, true));
                visit(loop.body());
                visit(loop.otherwise());
            }
            case Statement.Set(_, Expression value) -> visit(value, false);
            case Statement.SetBlock block -> {
                block.filter().ifPresent(filter -> visit(filter, false));
                visit(block.body());
            }
            case Statement.With with -> {
                with.values().forEach(value -> visit(value, false));
                visit(with.body());
            }
            case Statement.Macro macro -> visit(macro.body());
            case Statement.CallBlock block -> {
                visit(block.call(), false);
                visit(block.body());
            }
            case Statement.FilterBlock block -> visit(block.body());
            case Statement.Escaping(_, List<Statement> body) -> visit(body);
            case Statement.Block(List<Statement> body) -> visit(body);
            case Statement.Load _ -> {}
        }
    }

    /**
     * @param question whether only that it is there or true matters
     */
    private void visit(Expression expression, boolean question) {
        Optional<List<String>> path = path(expression);
        if (path.isPresent() && !path.get().isEmpty()) {
            (question ? asked : reads).add(path.get());
            return;
        }
        switch (expression) {
            case Expression.Constant _, Expression.Name _ -> {}
            case Expression.Attribute(Expression owner, _) -> visit(owner, question);
            case Expression.Item(Expression owner, Expression key) -> {
                visit(owner, question);
                visit(key, false);
            }
            case Expression.Range range -> {
                range.start().ifPresent(part -> visit(part, false));
                range.stop().ifPresent(part -> visit(part, false));
                range.step().ifPresent(part -> visit(part, false));
            }
            case Expression.TupleOf(List<Expression> items) ->
                    items.forEach(item -> visit(item, false));
            case Expression.ListOf(List<Expression> items) ->
                    items.forEach(item -> visit(item, false));
            case Expression.DictOf(List<Expression.Pair> pairs) ->
                    pairs.forEach(pair -> {
                        visit(pair.key(), false);
                        visit(pair.value(), false);
                    });
            case Expression.Unary(_, Expression operand) -> visit(operand, question);
            case Expression.Binary(_, Expression left, Expression right) -> {
                visit(left, question);
                visit(right, question);
            }
            case Expression.Concatenation(List<Expression> operands) ->
                    operands.forEach(operand -> visit(operand, question));
            case Expression.Comparisons(Expression first, List<Expression.Operand> rest) -> {
                visit(first, question);
                for (Expression.Operand operand : rest) {
                    membership(first, operand);
                    visit(operand.value(), question);
                }
            }
            case Expression.And(Expression left, Expression right) -> {
                visit(left, true);
                visit(right, question);
            }
            case Expression.Or(Expression left, Expression right) -> {
                visit(left, true);
                visit(right, question);
            }
            case Expression.Not(Expression operand) -> visit(operand, true);
            case Expression.Conditional conditional -> {
                visit(conditional.test(), true);
                visit(conditional.then(), question);
                conditional.otherwise().ifPresent(otherwise -> visit(otherwise, question));
            }
            case Expression.Call(Expression callee, Expression.CallArguments arguments) -> {
                boolean withDefault = arguments.positional().size() > 1;
                Optional<List<String>> got = got(callee, arguments);
                if (got.isPresent()) {
                    (question || withDefault ? asked : reads).add(got.get());
                } else if (callee instanceof Expression.Attribute(Expression owner, _)) {
                    visit(owner, question);
                } else {
                    visit(callee, question);
                }
                arguments(arguments, question);
            }
            case Expression.Filtered filtered -> {
                filtered.operand()
                        .ifPresent(operand ->
                                visit(operand, question || DEFAULTS.contains(filtered.name())));
                arguments(filtered.arguments(), question);
            }
            case Expression.Test(Expression operand, _, Expression.CallArguments arguments) -> {
                visit(operand, true);
                arguments(arguments, question);
            }
        }
    }

    private void arguments(Expression.CallArguments arguments, boolean question) {
        arguments.positional().forEach(argument -> visit(argument, question));
        arguments.keywords().forEach(keyword -> visit(keyword.value(), question));
        arguments.rest().ifPresent(rest -> visit(rest, question));
        arguments.named().ifPresent(named -> visit(named, question));
    }

    /** {@code 'account' in config}. */
    private void membership(Expression first, Expression.Operand operand) {
        boolean in =
                operand.relation() == Expression.Relation.IN
                        || operand.relation() == Expression.Relation.NOT_IN;
        if (in && first instanceof Expression.Constant(String key)) {
            path(operand.value())
                    .ifPresent(owner -> {
                        List<String> path = new ArrayList<>(owner);
                        path.add(key);
                        asked.add(path);
                    });
        }
    }

    /** The path of a plain chain of attributes and items; empty for any other expression. */
    private Optional<List<String>> path(Expression expression) {
        return switch (expression) {
            case Expression.Name(String name) when name.equals(variable) -> Optional.of(List.of());
            case Expression.Attribute(Expression owner, String name) -> below(owner, name);
            case Expression.Item(Expression owner, Expression.Constant(String key)) ->
                    below(owner, key);
            default -> Optional.empty();
        };
    }

    private Optional<List<String>> below(Expression owner, String key) {
        Optional<List<String>> above =
                owner instanceof Expression.Call(Expression callee, var arguments)
                        ? got(callee, arguments)
                        : path(owner);
        return above.map(path -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(key);
            return List.copyOf(longer);
        });
    }

    /** The path of {@code config.get('account')}. */
    private Optional<List<String>> got(Expression callee, Expression.CallArguments arguments) {
        return callee instanceof Expression.Attribute(Expression owner, String method)
                        && method.equals("get")
                        && !arguments.positional().isEmpty()
                        && arguments.positional().getFirst()
                                instanceof Expression.Constant(String key)
                ? below(owner, key)
                : Optional.empty();
    }
}
