package io.millrace.declarative.stream;

import io.millrace.declarative.interpolation.python.Datetime;
import io.millrace.declarative.interpolation.python.IsoDates;
import io.millrace.declarative.interpolation.python.Operators;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Which of its two variants a {@code StateDelegatingStream} is for a state (reference: declarative
 * 1.11): the incremental one where there is a state, unless that is older than what the API keeps.
 */
record StateChoice(Definition chosen, Map<String, Object> state, boolean cleared) {

    /** Compiles one of the variants. */
    @FunctionalInterface
    interface VariantCompiler {
        DeclarativeStream compile(Definition variant);
    }

    static StateChoice of(
            Definition delegating,
            Map<String, Object> state,
            Compilation compilation,
            VariantCompiler compiler) {
        Definition full = delegating.child("full_refresh_stream");
        Definition incremental = delegating.child("incremental_stream");
        String name = delegating.text("name");
        for (String field : new String[] {"full_refresh_stream", "incremental_stream"}) {
            if (!delegating.child(field).text("name").equals(name)) {
                throw delegating.malformed(field, "a stream of the name \"%s\"".formatted(name));
            }
        }
        if (state.isEmpty()) {
            return new StateChoice(full, state, false);
        }
        Optional<String> retention =
                compilation
                        .findString(delegating, "api_retention_period")
                        .map(period -> period.evaluateText(compilation.context()))
                        .filter(period -> !period.isEmpty());
        if (retention.isEmpty()) {
            return new StateChoice(incremental, state, false);
        }
        for (Definition variant : new Definition[] {full, incremental}) {
            if (variant.find("incremental_sync")
                    .filter(cursor -> cursor.type().equals("IncrementingCountCursor"))
                    .isPresent()) {
                throw delegating.malformed(
                        "api_retention_period",
                        "absent where the cursor is a count, which tells no time");
            }
        }
        Optional<Instant> position =
                compiler.compile(full)
                        .sync()
                        .position(state)
                        .or(() -> compiler.compile(incremental).sync().position(state));
        if (position.isPresent() && !isOlder(position.get(), retention.get(), compilation)) {
            return new StateChoice(incremental, state, false);
        }
        return new StateChoice(full, Map.of(), true);
    }

    private static boolean isOlder(Instant position, String period, Compilation compilation) {
        Datetime now = Datetime.utc(compilation.clock().instant());
        var oldest = (Datetime) Operators.subtract(now, IsoDates.duration(period));
        return Datetime.utc(position).timestamp() < oldest.timestamp();
    }
}
