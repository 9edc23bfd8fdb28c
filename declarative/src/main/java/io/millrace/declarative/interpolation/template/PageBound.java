package io.millrace.declarative.interpolation.template;

import io.millrace.declarative.interpolation.python.PythonError;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a condition that ends pagination goes by how many records a page has, so that a page that
 * was asked to be smaller would be taken for the last one.
 */
public enum PageBound {
    /** A smaller page doesn't make the condition true. */
    NONE,
    /** A full page that was asked to be smaller makes it true. */
    FIXED,
    /** It can't be told. */
    UNCLEAR;

    private static final String COUNT = "last_page_size";
    private static final String REQUESTED = "page_size";

    /**
     * Looks at a condition.
     *
     * @param least how many records a page may be asked to have at least
     */
    public static PageBound of(String condition, long least) {
        List<Statement> statements;
        try {
            statements = Parser.parse(condition);
        } catch (PythonError _) {
            return UNCLEAR; // that it is no template is told elsewhere
        }
        if (!Names.reads(statements, COUNT)) {
            // Answers may tell how many records they have, too.
            return condition.contains("<") || condition.contains(">") ? UNCLEAR : NONE;
        }
        if (statements.size() != 1
                || !(statements.getFirst() instanceof Statement.Print(Expression value))) {
            return UNCLEAR;
        }
        List<Expression> alternatives = new ArrayList<>();
        collect(value, alternatives);
        PageBound bound = NONE;
        for (Expression each : alternatives) {
            PageBound here = ofTerm(each, least);
            if (here == FIXED) {
                return FIXED;
            }
            bound = here == UNCLEAR ? UNCLEAR : bound;
        }
        return bound;
    }

    /** Whether a template reads the page size that was asked for. */
    public static boolean readsRequested(String template) {
        try {
            return Names.reads(Parser.parse(template), REQUESTED);
        } catch (PythonError _) {
            return false; // that it is no template is told elsewhere
        }
    }

    private static void collect(Expression expression, List<Expression> terms) {
        switch (expression) {
            case Expression.And(Expression left, Expression right) -> {
                collect(left, terms);
                collect(right, terms);
            }
            case Expression.Or(Expression left, Expression right) -> {
                collect(left, terms);
                collect(right, terms);
            }
            default -> terms.add(expression);
        }
    }

    private static boolean reads(Expression expression, String name) {
        return Names.reads(List.of(new Statement.Print(expression)), name);
    }

    private static PageBound ofTerm(Expression term, long least) {
        if (!reads(term, COUNT)) {
            return NONE;
        }
        if (!(term instanceof Expression.Comparisons(Expression first, var rest))) {
            return UNCLEAR;
        }
        PageBound bound = NONE;
        Expression left = first;
        for (Expression.Operand operand : rest) {
            PageBound here = ofComparison(left, operand.relation(), operand.value(), least);
            if (here == FIXED) {
                return FIXED;
            }
            bound = here == UNCLEAR ? UNCLEAR : bound;
            left = operand.value();
        }
        return bound;
    }

    private static PageBound ofComparison(
            Expression left, Expression.Relation relation, Expression right, long least) {
        boolean onLeft = reads(left, COUNT);
        boolean onRight = reads(right, COUNT);
        if (!onLeft && !onRight) {
            return NONE;
        }
        if (onLeft && onRight) {
            return UNCLEAR;
        }
        if (onRight) {
            return ofComparison(right, mirrored(relation), left, least);
        }
        boolean isBare = left instanceof Expression.Name;
        return switch (relation) {
            case EQUAL, NOT_EQUAL ->
                    isBare && right instanceof Expression.Constant(Long zero) && zero == 0
                            ? NONE
                            : UNCLEAR;
            // A page that is smaller can only make these untrue.
            case GREATER, GREATER_OR_EQUAL -> isBare ? NONE : UNCLEAR;
            case LESS -> below(left, right, least, 0);
            case LESS_OR_EQUAL -> below(left, right, least, 1);
            case IN, NOT_IN -> UNCLEAR;
        };
    }

    private static PageBound below(Expression left, Expression limit, long least, long inclusive) {
        if (left instanceof Expression.Binary) {
            return UNCLEAR;
        }
        if (reads(limit, REQUESTED)) {
            return unfiltered(limit) instanceof Expression.Name ? NONE : UNCLEAR;
        }
        return limit instanceof Expression.Constant(Long number) && number + inclusive <= least
                ? NONE
                : FIXED;
    }

    private static Expression unfiltered(Expression expression) {
        return expression instanceof Expression.Filtered filtered && filtered.operand().isPresent()
                ? unfiltered(filtered.operand().get())
                : expression;
    }

    private static Expression.Relation mirrored(Expression.Relation relation) {
        return switch (relation) {
            case LESS -> Expression.Relation.GREATER;
            case LESS_OR_EQUAL -> Expression.Relation.GREATER_OR_EQUAL;
            case GREATER -> Expression.Relation.LESS;
            case GREATER_OR_EQUAL -> Expression.Relation.LESS_OR_EQUAL;
            default -> relation;
        };
    }
}
