package io.millrace.declarative.interpolation.template;

import java.util.List;
import java.util.function.Consumer;

/** The names that expressions and statements mention. */
final class Names {
    private Names() {}

    /** Calls {@code use} with each name that is read, in the order of reading. */
    static void each(Expression expression, Consumer<String> use) {
        switch (expression) {
            case Expression.Constant _ -> {}
            case Expression.Name(String name) -> use.accept(name);
            case Expression.Attribute(Expression owner, _) -> each(owner, use);
            case Expression.Item(Expression owner, Expression key) -> {
                each(owner, use);
                each(key, use);
            }
            case Expression.Range range -> {
                range.start().ifPresent(part -> each(part, use));
                range.stop().ifPresent(part -> each(part, use));
                range.step().ifPresent(part -> each(part, use));
            }
            case Expression.TupleOf(List<Expression> items) ->
                    items.forEach(item -> each(item, use));
            case Expression.ListOf(List<Expression> items) ->
                    items.forEach(item -> each(item, use));
            case Expression.DictOf(List<Expression.Pair> pairs) ->
                    pairs.forEach(pair -> {
                        each(pair.key(), use);
                        each(pair.value(), use);
                    });
            case Expression.Unary(_, Expression operand) -> each(operand, use);
            case Expression.Binary(_, Expression left, Expression right) -> {
                each(left, use);
                each(right, use);
            }
            case Expression.Concatenation(List<Expression> operands) ->
                    operands.forEach(operand -> each(operand, use));
            case Expression.Comparisons(Expression first, List<Expression.Operand> rest) -> {
                each(first, use);
                rest.forEach(operand -> each(operand.value(), use));
            }
            case Expression.And(Expression left, Expression right) -> {
                each(left, use);
                each(right, use);
            }
            case Expression.Or(Expression left, Expression right) -> {
                each(left, use);
                each(right, use);
            }
            case Expression.Not(Expression operand) -> each(operand, use);
            case Expression.Conditional conditional -> {
                each(conditional.test(), use);
                each(conditional.then(), use);
                conditional.otherwise().ifPresent(otherwise -> each(otherwise, use));
            }
            case Expression.Call(Expression callee, Expression.CallArguments arguments) -> {
                each(callee, use);
                each(arguments, use);
            }
            case Expression.Filtered filtered -> {
                filtered.operand().ifPresent(operand -> each(operand, use));
                each(filtered.arguments(), use);
            }
            case Expression.Test(Expression operand, _, Expression.CallArguments arguments) -> {
                each(operand, use);
                each(arguments, use);
            }
        }
    }

    private static void each(Expression.CallArguments arguments, Consumer<String> use) {
        arguments.positional().forEach(argument -> each(argument, use));
        arguments.keywords().forEach(keyword -> each(keyword.value(), use));
        arguments.rest().ifPresent(rest -> each(rest, use));
        arguments.named().ifPresent(named -> each(named, use));
    }

    /** Whether the statements read {@code name}, at any depth, before they set it. */
    static boolean reads(List<? extends Statement> statements, String name) {
        var search = new Search(name);
        search.visit(statements);
        return search.found;
    }

    /** Whether a statement at any depth sets {@code name}. */
    static boolean sets(List<? extends Statement> statements, String name) {
        var search = new Search(name);
        search.visit(statements);
        return search.set;
    }

    /** Whether an expression contains a call, a filter or a test. */
    static boolean calls(Expression expression) {
        return switch (expression) {
            case Expression.Constant _, Expression.Name _ -> false;
            case Expression.Attribute(Expression owner, _) -> calls(owner);
            case Expression.Item(Expression owner, Expression key) -> calls(owner) || calls(key);
            default -> true;
        };
    }

    private static final class Search {
        private final String name;
        private boolean found;
        private boolean set;

        private Search(String name) {
            this.name = name;
        }

        private void visit(List<? extends Statement> statements) {
            statements.forEach(this::visit);
        }

        private void visit(Expression expression) {
            each(expression, read -> found |= !set && read.equals(name));
        }

        private void visit(Statement.Target target) {
            switch (target) {
                case Statement.NameTarget(String assigned) -> set |= assigned.equals(name);
                case Statement.TupleTarget(List<Statement.Target> targets) ->
                        targets.forEach(this::visit);
                case Statement.NamespaceTarget(String owner, _) ->
                        found |= !set && owner.equals(name);
            }
        }

        private void visit(Statement statement) {
            switch (statement) {
                case Statement.Data _ -> {}
                case Statement.Print(Expression value) -> visit(value);
                case Statement.If branches -> {
                    visit(branches.test());
                    visit(branches.body());
                    for (Statement.Branch other : branches.others()) {
                        visit(other.test());
                        visit(other.body());
                    }
                    visit(branches.otherwise());
                }
                case Statement.For loop -> {
                    visit(loop.target());
                    visit(loop.items());
                    visit(loop.body());
                    visit(loop.otherwise());
                    loop.test().ifPresent(this::visit);
                }
                case Statement.Set(Statement.Target target, Expression value) -> {
                    visit(target);
                    visit(value);
                }
                case Statement.SetBlock block -> {
                    visit(block.target());
                    block.filter().ifPresent(this::visit);
                    visit(block.body());
                }
                case Statement.With with -> {
                    with.targets().forEach(this::visit);
                    with.values().forEach(this::visit);
                    visit(with.body());
                }
                case Statement.Macro macro -> {
                    macro.signature().defaults().forEach(this::visit);
                    visit(macro.body());
                }
                case Statement.CallBlock block -> {
                    visit(block.call());
                    block.signature().defaults().forEach(this::visit);
                    visit(block.body());
                }
                case Statement.FilterBlock block -> {
                    visit(block.body());
                    visit(block.filter());
                }
                case Statement.Escaping(Expression enabled, List<Statement> body) -> {
                    visit(enabled);
                    visit(body);
                }
                case Statement.Block _ -> {}
                case Statement.Load(Expression template, _) -> visit(template);
            }
        }
    }
}
