package io.millrace.declarative.interpolation.template;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which names a block of a template reads and sets, and where their values live. The rules are
 * Jinja's, quirks included: a name that is set within an {@code if} is looked up among the
 * variables too, and one that a loop sets is gone afterwards.
 */
final class Scope {

    /** Code with value slots of its own: the template itself, a macro, a recursive loop. */
    static final class Unit {
        private final @Nullable Unit parent;
        private int size;

        Unit(@Nullable Unit parent) {
            this.parent = parent;
        }

        int size() {
            return size;
        }

        /** How many units out of this one {@code outer} lies. */
        int distanceTo(Unit outer) {
            int distance = 0;
            for (Unit unit = this; unit != outer; unit = unit.parent) {
                if (unit == null) {
                    throw new IllegalStateException("The unit is not around this one.");
                }
                distance++;
            }
            return distance;
        }
    }

    /** A place for a value. */
    static final class Slot {
        private final Unit unit;
        private final int index;
        private boolean assigned;

        private Slot(Unit unit) {
            this.unit = unit;
            this.index = unit.size++;
        }

        Unit unit() {
            return unit;
        }

        int index() {
            return index;
        }

        /** Whether the template ever assigns it; else it only stands for a variable. */
        boolean isAssigned() {
            return assigned;
        }
    }

    /** What a slot holds when its scope is entered. */
    sealed interface Load {
        /** What the caller puts there. */
        record Parameter() implements Load {}

        /** The variable of that name. */
        record Variable(String name) implements Load {}

        /** What a slot of an outer scope holds at that moment. */
        record Outer(Slot slot) implements Load {}

        /** Nothing yet. */
        record Nothing() implements Load {}
    }

    private final Unit unit;
    private final @Nullable Scope parent;
    private final Map<String, Slot> slots = new HashMap<>();
    private final Map<Slot, Load> loads = new LinkedHashMap<>();
    private final Set<String> stores = new HashSet<>();

    /** The slots that names of this scope get, the same in all branches. */
    private final Map<String, Slot> identities;

    Scope(Unit unit, @Nullable Scope parent) {
        this(unit, parent, new HashMap<>());
    }

    private Scope(Unit unit, @Nullable Scope parent, Map<String, Slot> identities) {
        this.unit = unit;
        this.parent = parent;
        this.identities = identities;
    }

    Unit unit() {
        return unit;
    }

    /** A scope within this one, in the same unit. */
    Scope inner() {
        return new Scope(unit, this);
    }

    /** A scope within this one whose code is a unit of its own. */
    Scope innerUnit() {
        return new Scope(new Unit(unit), this);
    }

    private Slot define(String name, Load load) {
        Slot slot = identities.computeIfAbsent(name, _ -> new Slot(unit));
        slots.put(name, slot);
        loads.put(slot, load);
        return slot;
    }

    @Nullable Slot find(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Slot slot = scope.slots.get(name);
            if (slot != null) {
                return slot;
            }
        }
        return null;
    }

    /** How a slot of this or an outer scope is filled. */
    @Nullable Load loadOf(Slot slot) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Load load = scope.loads.get(slot);
            if (load != null) {
                return load;
            }
        }
        return null;
    }

    Map<Slot, Load> loads() {
        return loads;
    }

    Slot parameter(String name) {
        stores.add(name);
        Slot slot = define(name, new Load.Parameter());
        slot.assigned = true;
        return slot;
    }

    void load(String name) {
        if (find(name) == null) {
            define(name, new Load.Variable(name));
        }
    }

    void store(String name) {
        stores.add(name);
        Slot slot = slots.get(name);
        if (slot == null) {
            Slot outer = parent == null ? null : parent.find(name);
            slot = define(name, outer == null ? new Load.Nothing() : new Load.Outer(outer));
        }
        slot.assigned = true;
    }

    /** Looks into statements that belong to this scope. */
    void analyze(Collection<? extends Statement> statements) {
        statements.forEach(this::analyze);
    }

    private void analyze(Statement statement) {
        switch (statement) {
            case Statement.Data _ -> {}
            case Statement.Print(Expression value) -> load(value);
            case Statement.If branches -> {
                load(branches.test());
                Scope body = branch(branches.body());
                Scope others = copy();
                for (Statement.Branch other : branches.others()) {
                    others.load(other.test());
                    Scope otherBody = others.branch(other.body());
                    others.merge(List.of(otherBody, others.copy(), others.copy()));
                }
                Scope otherwise = branch(branches.otherwise());
                merge(List.of(body, others, otherwise));
            }
            case Statement.For loop -> load(loop.items());
            case Statement.Set(Statement.Target target, Expression value) -> {
                load(value);
                store(target);
            }
            case Statement.SetBlock block -> store(block.target());
            case Statement.With with -> with.values().forEach(this::load);
            case Statement.Macro macro -> store(macro.name());
            case Statement.CallBlock block -> load(block.call());
            case Statement.FilterBlock block -> load(block.filter());
            case Statement.Escaping _ -> {}
            case Statement.Block _ -> {}
            case Statement.Load(Expression template, List<String> names) -> {
                load(template);
                names.forEach(this::store);
            }
        }
    }

    void load(Expression expression) {
        Names.each(expression, this::load);
    }

    private void store(Statement.Target target) {
        switch (target) {
            case Statement.NameTarget(String name) -> store(name);
            case Statement.TupleTarget(List<Statement.Target> targets) ->
                    targets.forEach(this::store);
            case Statement.NamespaceTarget(String name, _) -> load(name);
        }
    }

    /** Makes the names of a target parameters of this scope. */
    void declare(Statement.Target target) {
        switch (target) {
            case Statement.NameTarget(String name) -> parameter(name);
            case Statement.TupleTarget(List<Statement.Target> targets) ->
                    targets.forEach(this::declare);
            case Statement.NamespaceTarget(String name, _) -> load(name);
        }
    }

    private Scope copy() {
        var copy = new Scope(unit, parent, identities);
        copy.slots.putAll(slots);
        copy.loads.putAll(loads);
        copy.stores.addAll(stores);
        return copy;
    }

    private Scope branch(List<Statement> statements) {
        Scope branch = copy();
        branch.analyze(statements);
        return branch;
    }

    private void merge(List<Scope> branches) {
        Set<String> stored = new HashSet<>();
        branches.forEach(branch -> stored.addAll(branch.stores));
        stored.removeAll(stores);
        for (Scope branch : branches) {
            slots.putAll(branch.slots);
            loads.putAll(branch.loads);
            stores.addAll(branch.stores);
        }
        for (String name : stored) {
            Slot outer = parent == null ? null : parent.find(name);
            define(name, outer == null ? new Load.Variable(name) : new Load.Outer(outer));
        }
    }
}
