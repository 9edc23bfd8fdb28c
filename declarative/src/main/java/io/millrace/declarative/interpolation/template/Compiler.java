package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.Arguments;
import io.millrace.declarative.interpolation.python.Callable;
import io.millrace.declarative.interpolation.python.Comparison;
import io.millrace.declarative.interpolation.python.Dicts;
import io.millrace.declarative.interpolation.python.Limits;
import io.millrace.declarative.interpolation.python.Markup;
import io.millrace.declarative.interpolation.python.Method;
import io.millrace.declarative.interpolation.python.Methods;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.interpolation.python.PythonError;
import io.millrace.declarative.interpolation.python.Slice;
import io.millrace.declarative.interpolation.python.Tuple;
import io.millrace.declarative.interpolation.python.Undefined;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the tree of a template into closures. Names become slots of an array, or direct look-ups of
 * variables where the template never sets them; method calls find their method by the type of the
 * object and bind nothing.
 */
final class Compiler {
    private final Library library;
    private final Set<String> undeclared = new LinkedHashSet<>();

    Compiler(Library library) {
        this.library = library;
    }

    /** The variables that the code compiled so far needs, also in branches that may never run. */
    Set<String> undeclared() {
        return undeclared;
    }

    /**
     * Where code stands: its scope, and whether it may never run, so that an unknown filter is no
     * error yet.
     */
    private record Place(Scope scope, boolean soft, boolean escaping) {
        Place softly() {
            return soft ? this : new Place(scope, true, escaping);
        }

        Place inner() {
            return new Place(scope.inner(), false, escaping);
        }
    }

    /** The whole template, in a new unit. */
    Step template(List<Statement> statements, Scope.Unit unit) {
        var scope = new Scope(unit, null);
        scope.analyze(statements);
        return entering(new Place(scope, false, false), statements);
    }

    /** The one expression that a template consists of, evaluated in a scope of its own. */
    Evaluator expression(Expression expression, Scope.Unit unit) {
        var scope = new Scope(unit, null);
        scope.load(expression);
        List<Step> loads = loads(scope);
        Evaluator evaluator = printed(expression, new Place(scope, false, false));
        if (!loads.isEmpty()) {
            throw new IllegalStateException("An expression assigns nothing.");
        }
        return evaluator;
    }

    // Statements

    /** Fills the slots of the place's scope, then runs the statements. */
    private Step entering(Place place, List<Statement> statements) {
        List<Step> steps = new ArrayList<>(loads(place.scope));
        steps.addAll(steps(statements, place));
        return sequence(steps);
    }

    private static Step sequence(List<Step> steps) {
        Step[] all = steps.toArray(Step[]::new);
        return switch (all.length) {
            case 0 -> (_, _) -> {};
            case 1 -> all[0];
            default ->
                    (frame, output) -> {
                        for (Step step : all) {
                            step.run(frame, output);
                        }
                    };
        };
    }

    private List<Step> loads(Scope scope) {
        List<Step> steps = new ArrayList<>();
        scope.loads()
                .forEach((slot, load) -> {
                    int index = slot.index();
                    switch (load) {
                        case Scope.Load.Parameter _ -> {}
                        case Scope.Load.Variable(String name) -> {
                            if (!library.globals().containsKey(name)) {
                                undeclared.add(name);
                            }
                            if (slot.isAssigned()) {
                                Evaluator variable = variable(name);
                                steps.add((frame, _) -> frame.set(index, variable.evaluate(frame)));
                            }
                        }
                        case Scope.Load.Outer(Scope.Slot outer) -> {
                            Evaluator value = slot(outer, scope);
                            steps.add((frame, _) -> frame.set(index, value.evaluate(frame)));
                        }
                        case Scope.Load.Nothing _ ->
                                steps.add((frame, _) -> frame.set(index, Python.MISSING));
                    }
                });
        return steps;
    }

    /** A variable or else a global, or {@link Python#MISSING}. */
    private Evaluator variable(String name) {
        Object global = library.globals().get(name);
        if (global == null) {
            return frame -> frame.variable(name);
        }
        return frame -> {
            Object value = frame.variable(name);
            return Python.isMissing(value) ? global : value;
        };
    }

    /** What a slot holds, or {@link Python#MISSING}. */
    private Evaluator slot(Scope.Slot slot, Scope scope) {
        if (!slot.isAssigned() && scope.loadOf(slot) instanceof Scope.Load.Variable(String name)) {
            return variable(name);
        }
        int distance = scope.unit().distanceTo(slot.unit());
        int index = slot.index();
        return frame -> frame.get(distance, index);
    }

    private List<Step> steps(List<Statement> statements, Place place) {
        return statements.stream().map(statement -> step(statement, place)).toList();
    }

    private Step step(Statement statement, Place place) {
        return switch (statement) {
            case Statement.Data(String text) ->
                    (_, output) -> {
                        output.append(text);
                        Limits.checkSize(output.length());
                    };
            case Statement.Print(Expression expression) -> {
                Evaluator value = printed(expression, place);
                boolean escaping = place.escaping;
                yield (frame, output) -> {
                    Object printed = value.evaluate(frame);
                    String text = Python.str(printed);
                    output.append(
                            escaping && !(printed instanceof Markup) ? Markup.escape(text) : text);
                    Limits.checkSize(output.length());
                };
            }
            case Statement.If branches -> ifStep(branches, place.softly());
            case Statement.For loop -> loop(loop, place);
            case Statement.Set(Statement.Target target, Expression value) -> {
                checkNoLoop(target, place);
                Assignment assignment = assignment(target, place);
                Evaluator evaluator = compile(value, place);
                Step check = namespaceCheck(target, place);
                yield (frame, output) -> {
                    check.run(frame, output);
                    assignment.assign(frame, evaluator.evaluate(frame));
                };
            }
            case Statement.SetBlock block -> setBlock(block, place);
            case Statement.With with -> with(with, place);
            case Statement.Macro macro -> {
                Macro.Definition definition =
                        macro(macro.name(), macro.signature(), macro.body(), place);
                Assignment assignment = assignment(new Statement.NameTarget(macro.name()), place);
                yield (frame, _) -> assignment.assign(frame, new Macro(definition, frame));
            }
            case Statement.CallBlock block -> {
                Macro.Definition definition = macro("", block.signature(), block.body(), place);
                Evaluator callee = compile(block.call().callee(), place);
                ArgumentList arguments = arguments(block.call().arguments(), place);
                yield (frame, output) -> {
                    Object called = callee.evaluate(frame);
                    Arguments given =
                            arguments.evaluate(frame).with("caller", new Macro(definition, frame));
                    output.append(Python.str(Python.call(called, given)));
                    Limits.checkSize(output.length());
                };
            }
            case Statement.FilterBlock block -> {
                Place inner = place.inner();
                inner.scope.analyze(block.body());
                Step body = entering(inner, block.body());
                FilterChain filter = filterChain(block.filter(), inner);
                yield (frame, output) -> {
                    var text = new StringBuilder();
                    body.run(frame, text);
                    output.append(Python.str(filter.apply(frame, text.toString())));
                    Limits.checkSize(output.length());
                };
            }
            case Statement.Escaping(Expression enabled, List<Statement> body) -> {
                boolean on =
                        enabled instanceof Expression.Constant(Object value)
                                && Python.isTrue(value);
                Place inner = new Place(place.scope.inner(), false, on);
                inner.scope.analyze(body);
                yield entering(inner, body);
            }
            case Statement.Block(List<Statement> body) -> {
                // A block sees the variables, but not what the template around it has set.
                Place inner = new Place(new Scope(place.scope.unit(), null), false, place.escaping);
                inner.scope.analyze(body);
                yield entering(inner, body);
            }
            case Statement.Load(Expression template, _) -> {
                Evaluator name = compile(template, place);
                yield (frame, _) -> {
                    name.evaluate(frame);
                    throw PythonError.type("no loader for this environment specified");
                };
            }
        };
    }

    private Step ifStep(Statement.If branches, Place place) {
        int count = branches.others().size() + 1;
        var tests = new Evaluator[count];
        var bodies = new Step[count];
        tests[0] = compile(branches.test(), place);
        bodies[0] = sequence(steps(branches.body(), place));
        for (int i = 1; i < count; i++) {
            tests[i] = compile(branches.others().get(i - 1).test(), place);
            bodies[i] = sequence(steps(branches.others().get(i - 1).body(), place));
        }
        Step otherwise = sequence(steps(branches.otherwise(), place));
        return (frame, output) -> {
            for (int i = 0; i < count; i++) {
                if (Python.isTrue(tests[i].evaluate(frame))) {
                    bodies[i].run(frame, output);
                    return;
                }
            }
            otherwise.run(frame, output);
        };
    }

    private Step setBlock(Statement.SetBlock block, Place place) {
        Place inner = place.inner();
        inner.scope.analyze(block.body());
        block.filter().ifPresent(inner.scope::load);
        Step body = entering(inner, block.body());
        Optional<FilterChain> filter = block.filter().map(chain -> filterChain(chain, inner));
        Assignment assignment = assignment(block.target(), place);
        Step check = namespaceCheck(block.target(), place);
        return (frame, output) -> {
            var text = new StringBuilder();
            body.run(frame, text);
            check.run(frame, output);
            Object value = text.toString();
            assignment.assign(frame, filter.isPresent() ? filter.get().apply(frame, value) : value);
        };
    }

    private Step with(Statement.With with, Place place) {
        Place inner = place.inner();
        with.targets().forEach(inner.scope::declare);
        inner.scope.analyze(with.body());
        List<Evaluator> values =
                with.values().stream().map(value -> compile(value, place)).toList();
        List<Assignment> assignments =
                with.targets().stream().map(target -> assignment(target, inner)).toList();
        Step body = entering(inner, with.body());
        return (frame, output) -> {
            for (int i = 0; i < assignments.size(); i++) {
                assignments.get(i).assign(frame, values.get(i).evaluate(frame));
            }
            body.run(frame, output);
        };
    }

    private Macro.Definition macro(
            String name, Statement.Signature signature, List<Statement> body, Place place) {
        var inner = new Place(place.scope.innerUnit(), false, place.escaping);
        List<Scope.Slot> parameters =
                signature.parameters().stream().map(inner.scope::parameter).toList();
        Optional<Scope.Slot> caller = special("caller", signature, body, inner);
        Optional<Scope.Slot> otherKeywords = special("kwargs", signature, body, inner);
        Optional<Scope.Slot> otherPositional = special("varargs", signature, body, inner);
        signature.defaults().forEach(inner.scope::load);
        inner.scope.analyze(body);
        List<Step> steps = new ArrayList<>(loads(inner.scope));
        List<Evaluator> defaults =
                signature.defaults().stream().map(value -> compile(value, inner)).toList();
        int required = parameters.size() - defaults.size();
        for (int i = 0; i < parameters.size(); i++) {
            int index = parameters.get(i).index();
            String parameter = signature.parameters().get(i);
            Evaluator otherwise =
                    i < required
                            ? _ ->
                                    Undefined.because(
                                            "parameter '%s' was not provided".formatted(parameter))
                            : defaults.get(i - required);
            steps.add((frame, _) -> {
                if (Python.isMissing(frame.get(0, index))) {
                    frame.set(index, otherwise.evaluate(frame));
                }
            });
        }
        steps.addAll(steps(body, inner));
        return new Macro.Definition(
                name,
                inner.scope.unit(),
                signature.parameters(),
                parameters,
                defaults,
                caller,
                otherKeywords,
                otherPositional,
                sequence(steps));
    }

    private static Optional<Scope.Slot> special(
            String name, Statement.Signature signature, List<Statement> body, Place place) {
        return Names.reads(body, name) && !signature.parameters().contains(name)
                ? Optional.of(place.scope.parameter(name))
                : Optional.empty();
    }

    // Loops

    private static void checkNoLoop(Statement.Target target, Place place) {
        Scope.Slot loop = place.scope.find("loop");
        if (target instanceof Statement.NameTarget(String name)
                && name.equals("loop")
                && loop != null
                && place.scope.loadOf(loop) instanceof Scope.Load.Parameter) {
            throw new PythonError(
                    PythonError.Kind.SYNTAX,
                    "Can't assign to special loop variable in for-loop target");
        }
    }

    private Step loop(Statement.For loop, Place place) {
        if (Names.sets(List.of(loop), "loop")) {
            throw new PythonError(
                    PythonError.Kind.SYNTAX,
                    "Can't assign to special loop variable in for-loop target");
        }
        // A recursive loop is code of its own, which calls itself; its other branch belongs to it.
        Place around =
                loop.recursive()
                        ? new Place(place.scope.innerUnit(), false, place.escaping)
                        : place;
        boolean extended = loop.recursive() || Names.reads(loop.body(), "loop");
        Place body = around.inner();
        Scope.Slot context = extended ? body.scope.parameter("loop") : null;
        body.scope.declare(loop.target());
        body.scope.analyze(loop.body());
        Place otherwise = around.inner();
        otherwise.scope.analyze(loop.otherwise());
        Optional<Condition> condition = loop.test().map(test -> condition(loop, test, around));
        Assignment assignment = assignment(loop.target(), body);
        Step bodyStep = entering(body, loop.body());
        Step otherwiseStep = entering(otherwise, loop.otherwise());
        Evaluator items = compile(loop.items(), place);
        Rounds rounds =
                new Rounds(
                        condition,
                        context == null ? -1 : context.index(),
                        assignment,
                        bodyStep,
                        otherwiseStep);
        if (!loop.recursive()) {
            return (frame, output) ->
                    rounds.run(frame, items.evaluate(frame), Optional.empty(), 0, output);
        }
        Scope.Unit unit = around.scope.unit();
        return (frame, output) ->
                output.append(recursion(unit, rounds, frame).render(items.evaluate(frame), 0));
    }

    private static LoopContext.Recursion recursion(Scope.Unit unit, Rounds rounds, Frame outer) {
        return (items, depth) -> {
            Frame frame = outer.enter(unit);
            try {
                var output = new StringBuilder();
                rounds.run(
                        frame, items, Optional.of(recursion(unit, rounds, outer)), depth, output);
                return output.toString();
            } finally {
                outer.leave();
            }
        };
    }

    /** The condition of a loop, which sees the loop's target but nothing that its body sets. */
    private record Condition(Step enter, Assignment assignment, Evaluator test) {
        boolean holds(Frame frame, @Nullable Object item) {
            assignment.assign(frame, item);
            return Python.isTrue(test.evaluate(frame));
        }
    }

    private Condition condition(Statement.For loop, Expression test, Place around) {
        Place place = around.inner();
        place.scope.declare(loop.target());
        place.scope.load(test);
        return new Condition(
                sequence(loads(place.scope)),
                assignment(loop.target(), place),
                compile(test, place));
    }

    private record Rounds(
            Optional<Condition> condition,
            int contextIndex,
            Assignment assignment,
            Step body,
            Step otherwise) {

        void run(
                Frame frame,
                @Nullable Object items,
                Optional<LoopContext.Recursion> recursion,
                int depth,
                StringBuilder output) {
            Iterator<? extends @Nullable Object> iterator = Python.iterate(items);
            if (condition.isPresent()) {
                iterator = filtered(iterator, condition.get(), frame, output);
            }
            if (contextIndex >= 0) {
                var context =
                        new LoopContext(items, iterator, condition.isPresent(), recursion, depth);
                frame.set(contextIndex, context);
                iterator = context;
            }
            boolean none = true;
            try {
                while (iterator.hasNext()) {
                    frame.step();
                    none = false;
                    Object item = iterator.next();
                    if (contextIndex >= 0) {
                        frame.set(contextIndex, iterator);
                    }
                    assignment.assign(frame, item);
                    body.run(frame, output);
                }
            } catch (ConcurrentModificationException _) {
                throw new PythonError(
                        PythonError.Kind.RUNTIME, "container changed size during iteration");
            }
            if (none) {
                otherwise.run(frame, output);
            }
        }

        private static Iterator<@Nullable Object> filtered(
                Iterator<? extends @Nullable Object> items,
                Condition condition,
                Frame frame,
                StringBuilder output) {
            condition.enter.run(frame, output);
            return new Iterator<>() {
                private @Nullable Object next = Python.MISSING;

                @Override
                public boolean hasNext() {
                    while (Python.isMissing(next) && items.hasNext()) {
                        frame.step();
                        Object candidate = items.next();
                        if (condition.holds(frame, candidate)) {
                            next = candidate;
                        }
                    }
                    return !Python.isMissing(next);
                }

                @Override
                public @Nullable Object next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    Object item = next;
                    next = Python.MISSING;
                    return item;
                }
            };
        }
    }

    // Assignments

    @FunctionalInterface
    private interface Assignment {
        void assign(Frame frame, @Nullable Object value);
    }

    private Assignment assignment(Statement.Target target, Place place) {
        return switch (target) {
            case Statement.NameTarget(String name) -> {
                Scope.Slot slot = place.scope.find(name);
                if (slot == null) {
                    throw new IllegalStateException(
                            "The scope doesn't know its own name %s.".formatted(name));
                }
                int index = slot.index();
                yield (frame, value) -> frame.set(index, value);
            }
            case Statement.TupleTarget(List<Statement.Target> targets) -> {
                List<Assignment> assignments =
                        targets.stream().map(part -> assignment(part, place)).toList();
                yield (frame, value) -> {
                    if (!Python.isIterable(value)) {
                        throw PythonError.type(
                                "cannot unpack non-iterable %s object"
                                        .formatted(Python.typeName(value)));
                    }
                    List<Object> parts = Python.list(value);
                    if (parts.size() != assignments.size()) {
                        throw PythonError.value(
                                "%s values to unpack (expected %d)"
                                        .formatted(
                                                parts.size() < assignments.size()
                                                        ? "not enough"
                                                        : "too many",
                                                assignments.size()));
                    }
                    for (int i = 0; i < assignments.size(); i++) {
                        assignments.get(i).assign(frame, parts.get(i));
                    }
                };
            }
            case Statement.NamespaceTarget(String name, String attribute) -> {
                Evaluator owner = name(name, place);
                yield (frame, value) -> namespace(owner, frame).set(attribute, value);
            }
        };
    }

    private static Namespace namespace(Evaluator owner, Frame frame) {
        if (owner.evaluate(frame) instanceof Namespace namespace) {
            return namespace;
        }
        throw new PythonError(
                PythonError.Kind.RUNTIME, "cannot assign attribute on non-namespace object");
    }

    /** Fails for a target that is no namespace before the value is evaluated. */
    private Step namespaceCheck(Statement.Target target, Place place) {
        return switch (target) {
            case Statement.NameTarget _ -> (_, _) -> {};
            case Statement.TupleTarget(List<Statement.Target> targets) ->
                    sequence(targets.stream().map(part -> namespaceCheck(part, place)).toList());
            case Statement.NamespaceTarget(String name, _) -> {
                Evaluator owner = name(name, place);
                yield (frame, _) -> namespace(owner, frame);
            }
        };
    }

    // Expressions

    private Evaluator name(String name, Place place) {
        Scope.Slot slot = place.scope.find(name);
        Evaluator value;
        if (slot == null) {
            undeclared.add(name);
            value = variable(name);
        } else {
            value = slot(slot, place.scope);
        }
        return frame -> {
            Object found = value.evaluate(frame);
            return Python.isMissing(found) ? Undefined.named(name) : found;
        };
    }

    private Evaluator compile(Expression expression, Place place) {
        return switch (expression) {
            case Expression.Constant(Object value) -> _ -> value;
            case Expression.Name(String name) -> name(name, place);
            case Expression.Attribute(Expression owner, String name) -> {
                Evaluator value = compile(owner, place);
                yield frame -> Python.attribute(value.evaluate(frame), name);
            }
            case Expression.Item(Expression owner, Expression key) -> {
                Evaluator value = compile(owner, place);
                if (key instanceof Expression.Constant(Object constant)) {
                    yield frame -> Python.subscript(value.evaluate(frame), constant);
                }
                Evaluator subscript = compile(key, place);
                if (key instanceof Expression.Range) {
                    // Slicing is Python's own: what has no slices is a type error, where a missing
                    // item is undefined.
                    yield frame -> Python.item(value.evaluate(frame), subscript.evaluate(frame));
                }
                yield frame -> Python.subscript(value.evaluate(frame), subscript.evaluate(frame));
            }
            case Expression.Range(
                            Optional<Expression> start,
                            Optional<Expression> stop,
                            Optional<Expression> step) -> {
                Evaluator first = part(start, place);
                Evaluator second = part(stop, place);
                Evaluator third = part(step, place);
                yield frame ->
                        new Slice(
                                first.evaluate(frame),
                                second.evaluate(frame),
                                third.evaluate(frame));
            }
            case Expression.TupleOf(List<Expression> items) -> {
                Evaluator[] values = all(items, place);
                yield frame -> {
                    var evaluated = new @Nullable Object[values.length];
                    for (int i = 0; i < values.length; i++) {
                        evaluated[i] = values[i].evaluate(frame);
                    }
                    return Tuple.of(evaluated);
                };
            }
            case Expression.ListOf(List<Expression> items) -> {
                Evaluator[] values = all(items, place);
                yield frame -> {
                    List<Object> list = new ArrayList<>(values.length);
                    for (Evaluator value : values) {
                        list.add(value.evaluate(frame));
                    }
                    return list;
                };
            }
            case Expression.DictOf(List<Expression.Pair> pairs) -> {
                Evaluator[] keys = all(pairs.stream().map(Expression.Pair::key).toList(), place);
                Evaluator[] values =
                        all(pairs.stream().map(Expression.Pair::value).toList(), place);
                yield frame -> {
                    Map<Object, Object> map = new LinkedHashMap<>();
                    for (int i = 0; i < keys.length; i++) {
                        Object key = keys[i].evaluate(frame);
                        Dicts.put(map, key, values[i].evaluate(frame));
                    }
                    return map;
                };
            }
            case Expression.Unary(Expression.Sign sign, Expression operand) -> {
                Evaluator value = compile(operand, place);
                yield switch (sign) {
                    case PLUS -> frame -> Operators.plus(value.evaluate(frame));
                    case MINUS -> frame -> Operators.negate(value.evaluate(frame));
                };
            }
            case Expression.Binary(
                            Expression.Arithmetic operator,
                            Expression left,
                            Expression right) ->
                    arithmetic(operator, compile(left, place), compile(right, place));
            case Expression.Concatenation(List<Expression> operands) -> {
                Evaluator[] values = all(operands, place);
                yield frame -> {
                    var text = new StringBuilder();
                    for (Evaluator value : values) {
                        text.append(Python.str(value.evaluate(frame)));
                        Limits.checkSize(text.length());
                    }
                    return text.toString();
                };
            }
            case Expression.Comparisons(Expression first, List<Expression.Operand> rest) ->
                    comparisons(first, rest, place);
            case Expression.And(Expression left, Expression right) -> {
                Evaluator first = compile(left, place);
                Evaluator second = compile(right, place);
                yield frame -> {
                    Object value = first.evaluate(frame);
                    return Python.isTrue(value) ? second.evaluate(frame) : value;
                };
            }
            case Expression.Or(Expression left, Expression right) -> {
                Evaluator first = compile(left, place);
                Evaluator second = compile(right, place);
                yield frame -> {
                    Object value = first.evaluate(frame);
                    return Python.isTrue(value) ? value : second.evaluate(frame);
                };
            }
            case Expression.Not(Expression operand) -> {
                Evaluator value = compile(operand, place);
                yield frame -> !Python.isTrue(value.evaluate(frame));
            }
            case Expression.Conditional(
                            Expression test,
                            Expression then,
                            Optional<Expression> otherwise) -> {
                Place branch = place.softly();
                Evaluator condition = compile(test, branch);
                Evaluator first = compile(then, branch);
                Evaluator second =
                        otherwise.isPresent()
                                ? compile(otherwise.get(), branch)
                                : _ ->
                                        Undefined.because(
                                                "the inline if-expression evaluated to false and no"
                                                        + " else section was defined.");
                yield frame ->
                        Python.isTrue(condition.evaluate(frame))
                                ? first.evaluate(frame)
                                : second.evaluate(frame);
            }
            case Expression.Call(Expression callee, Expression.CallArguments arguments) ->
                    call(callee, arguments(arguments, place), place);
            case Expression.Filtered(
                            Optional<Expression> operand,
                            String name,
                            Expression.CallArguments arguments) -> {
                Filter filter = filter(name, place.soft);
                ArgumentList list = arguments(arguments, place);
                Evaluator value = compile(operand.orElseThrow(), place);
                yield frame -> filter.apply(value.evaluate(frame), list.evaluate(frame));
            }
            case Expression.Test(
                            Expression operand,
                            String name,
                            Expression.CallArguments arguments) -> {
                Filter test = test(name, place.soft);
                ArgumentList list = arguments(arguments, place);
                Evaluator value = compile(operand, place);
                yield frame -> test.apply(value.evaluate(frame), list.evaluate(frame));
            }
        };
    }

    /**
     * An expression that is printed. The reference evaluates a constant one when it compiles, where
     * slicing what has no slices gives nothing instead of a type error.
     */
    private Evaluator printed(Expression expression, Place place) {
        if (expression instanceof Expression.Item(Expression owner, Expression.Range range)
                && isConstant(expression)) {
            Evaluator value = compile(owner, place);
            Evaluator slice = compile(range, place);
            return frame -> Python.subscript(value.evaluate(frame), slice.evaluate(frame));
        }
        return compile(expression, place);
    }

    private static boolean isConstant(Expression expression) {
        return switch (expression) {
            case Expression.Constant _ -> true;
            case Expression.Unary(_, Expression operand) -> isConstant(operand);
            case Expression.TupleOf(List<Expression> items) ->
                    items.stream().allMatch(Compiler::isConstant);
            case Expression.ListOf(List<Expression> items) ->
                    items.stream().allMatch(Compiler::isConstant);
            case Expression.DictOf(List<Expression.Pair> pairs) ->
                    pairs.stream()
                            .allMatch(pair -> isConstant(pair.key()) && isConstant(pair.value()));
            case Expression.Item(Expression owner, Expression key) ->
                    isConstant(owner) && isConstant(key);
            case Expression.Range range ->
                    Stream.of(range.start(), range.stop(), range.step())
                            .flatMap(Optional::stream)
                            .allMatch(Compiler::isConstant);
            default -> false;
        };
    }

    private Evaluator part(Optional<Expression> part, Place place) {
        return part.isPresent() ? compile(part.get(), place) : _ -> null;
    }

    private Evaluator[] all(List<Expression> expressions, Place place) {
        return expressions.stream()
                .map(expression -> compile(expression, place))
                .toArray(Evaluator[]::new);
    }

    private static Evaluator arithmetic(
            Expression.Arithmetic operator, Evaluator left, Evaluator right) {
        return switch (operator) {
            case ADD -> frame -> Operators.add(left.evaluate(frame), right.evaluate(frame));
            case SUBTRACT ->
                    frame -> Operators.subtract(left.evaluate(frame), right.evaluate(frame));
            case MULTIPLY ->
                    frame -> Operators.multiply(left.evaluate(frame), right.evaluate(frame));
            case DIVIDE -> frame -> Operators.divide(left.evaluate(frame), right.evaluate(frame));
            case FLOOR_DIVIDE ->
                    frame -> Operators.floorDivide(left.evaluate(frame), right.evaluate(frame));
            case MODULO -> frame -> Operators.modulo(left.evaluate(frame), right.evaluate(frame));
            case POWER -> frame -> Operators.power(left.evaluate(frame), right.evaluate(frame));
        };
    }

    private Evaluator comparisons(Expression first, List<Expression.Operand> rest, Place place) {
        Evaluator start = compile(first, place);
        Evaluator[] values = all(rest.stream().map(Expression.Operand::value).toList(), place);
        Expression.Relation[] relations =
                rest.stream().map(Expression.Operand::relation).toArray(Expression.Relation[]::new);
        return frame -> {
            Object left = start.evaluate(frame);
            for (int i = 0; i < values.length; i++) {
                Object right = values[i].evaluate(frame);
                if (!holds(relations[i], left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private static boolean holds(
            Expression.Relation relation, @Nullable Object left, @Nullable Object right) {
        return switch (relation) {
            case EQUAL -> Comparison.equal(left, right);
            case NOT_EQUAL -> !Comparison.equal(left, right);
            case LESS -> Comparison.ordered(Comparison.Ordering.LESS, left, right);
            case LESS_OR_EQUAL ->
                    Comparison.ordered(Comparison.Ordering.LESS_OR_EQUAL, left, right);
            case GREATER -> Comparison.ordered(Comparison.Ordering.GREATER, left, right);
            case GREATER_OR_EQUAL ->
                    Comparison.ordered(Comparison.Ordering.GREATER_OR_EQUAL, left, right);
            case IN -> Python.contains(right, left);
            case NOT_IN -> !Python.contains(right, left);
        };
    }

    // Calls

    private Evaluator call(Expression callee, ArgumentList arguments, Place place) {
        if (callee instanceof Expression.Attribute(Expression owner, String name)
                && !name.startsWith("_")) {
            Evaluator object = compile(owner, place);
            return frame -> {
                Object self = object.evaluate(frame);
                Method method = self == null ? null : Methods.find(self, name);
                if (method != null && self != null) {
                    return method.call(self, arguments.evaluate(frame));
                }
                Object function = Python.attribute(self, name);
                return called(frame, function, arguments);
            };
        }
        Evaluator function = compile(callee, place);
        return frame -> called(frame, function.evaluate(frame), arguments);
    }

    private static @Nullable Object called(
            Frame frame, @Nullable Object function, ArgumentList arguments) {
        frame.step();
        Arguments evaluated = arguments.evaluate(frame);
        return function instanceof Callable callable
                ? callable.call(evaluated)
                : Python.call(function, evaluated);
    }

    private interface ArgumentList {
        Arguments evaluate(Frame frame);
    }

    private ArgumentList arguments(Expression.CallArguments given, Place place) {
        Evaluator[] positional = all(given.positional(), place);
        boolean simple =
                given.keywords().isEmpty() && given.rest().isEmpty() && given.named().isEmpty();
        if (simple
                && given.positional().stream()
                        .allMatch(argument -> argument instanceof Expression.Constant)) {
            @Nullable Object[] constants =
                    given.positional().stream()
                            .map(argument -> ((Expression.Constant) argument).value())
                            .toArray();
            Arguments arguments = Arguments.of(constants);
            return _ -> arguments;
        }
        if (simple) {
            return frame -> {
                var values = new @Nullable Object[positional.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = positional[i].evaluate(frame);
                }
                return Arguments.of(values);
            };
        }
        String[] names =
                given.keywords().stream().map(Expression.Keyword::name).toArray(String[]::new);
        Evaluator[] values =
                all(given.keywords().stream().map(Expression.Keyword::value).toList(), place);
        Optional<Evaluator> rest = given.rest().map(value -> compile(value, place));
        Optional<Evaluator> named = given.named().map(value -> compile(value, place));
        return frame -> {
            List<Object> all = new ArrayList<>();
            for (Evaluator value : positional) {
                all.add(value.evaluate(frame));
            }
            if (rest.isPresent()) {
                all.addAll(Python.list(rest.get().evaluate(frame)));
            }
            Map<String, Object> keywords = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                keywords.put(names[i], values[i].evaluate(frame));
            }
            if (named.isPresent()) {
                spread(named.get().evaluate(frame), keywords);
            }
            return Arguments.of(all.toArray(), keywords);
        };
    }

    private static void spread(@Nullable Object named, Map<String, Object> into) {
        if (!(named instanceof Map<?, ?> map)) {
            throw PythonError.type(
                    "argument after ** must be a mapping, not %s"
                            .formatted(Python.typeName(named)));
        }
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw PythonError.type("keywords must be strings");
            }
            if (into.containsKey(name)) {
                throw PythonError.type(
                        "got multiple values for keyword argument '%s'".formatted(name));
            }
            into.put(name, value);
        });
    }

    // Filters and tests

    private Filter filter(String name, boolean soft) {
        return found(library.filters().get(name), "filter", name, soft);
    }

    private Filter test(String name, boolean soft) {
        return found(library.tests().get(name), "test", name, soft);
    }

    /** A name that isn't known fails at once, or when it is used if that may never happen. */
    private static Filter found(@Nullable Filter filter, String kind, String name, boolean soft) {
        if (filter != null) {
            return filter;
        }
        if (!soft) {
            throw new PythonError(
                    PythonError.Kind.SYNTAX, "No %s named '%s'.".formatted(kind, name));
        }
        return (_, _) -> {
            throw new PythonError(
                    PythonError.Kind.RUNTIME, "No %s named '%s' found.".formatted(kind, name));
        };
    }

    private interface FilterChain {
        @Nullable Object apply(Frame frame, @Nullable Object value);
    }

    /** The filters of a block, whose first one has no operand of its own. */
    private FilterChain filterChain(Expression.Filtered filtered, Place place) {
        Filter filter = filter(filtered.name(), place.soft);
        ArgumentList arguments = arguments(filtered.arguments(), place);
        if (filtered.operand().isPresent()
                && filtered.operand().get() instanceof Expression.Filtered inner) {
            FilterChain first = filterChain(inner, place);
            return (frame, value) ->
                    filter.apply(first.apply(frame, value), arguments.evaluate(frame));
        }
        return (frame, value) -> filter.apply(value, arguments.evaluate(frame));
    }
}
