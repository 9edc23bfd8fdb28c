package io.millrace.declarative.source;

import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.stream.DeclarativeStream;
import io.millrace.protocol.failure.SystemFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Streams that must not be read at the same time, since their API can't bear it (reference:
 * declarative 1.14 and 12.3). A stream that is read for its children counts as being read.
 */
final class StreamGroups {
    private final Map<String, String> groups;

    private StreamGroups(Map<String, String> groups) {
        this.groups = groups;
    }

    static StreamGroups compile(Definition manifest) {
        Map<String, String> groups = new HashMap<>();
        for (Map.Entry<String, Object> entry : manifest.mapping("stream_groups").entrySet()) {
            Definition group = manifest.child("stream_groups").child(entry.getKey());
            Definition action = group.child("action");
            if (!action.type().equals("BlockSimultaneousSyncsAction")) {
                throw action.unknownType("the action of a stream group");
            }
            for (Definition stream : group.children("streams")) {
                groups.put(stream.text("name"), entry.getKey());
            }
        }
        return new StreamGroups(groups);
    }

    /** Fails where a stream could never be read, since it waits for itself. */
    void requirePossible(DeclarativeStream stream) {
        String group = groups.get(stream.name());
        // The reference sees the parents of streams with a cursor only; manifests that it runs
        // have to run here, and without it the two just wait for each other's end.
        if (group == null || stream.cursorField().isEmpty()) {
            return;
        }
        for (String ancestor : stream.ancestors()) {
            if (group.equals(groups.get(ancestor))) {
                throw new SystemFailure(
                        ("The manifest is not valid: stream %s is in group %s with %s, which is"
                                        + " read for its partitions.")
                                .formatted(stream.name(), group, ancestor));
            }
        }
    }

    /** Says which stream of a run may begin. */
    Gate gate() {
        return new Gate();
    }

    /** The streams of a run that are being read. Safe for all threads. */
    final class Gate {
        private final List<String> active = new ArrayList<>();
        private final List<String> activeParents = new ArrayList<>();
        private boolean open;

        /** Takes the first of {@code pending} that may begin; waits until there is one. */
        synchronized Reading.Job next(List<Reading.Job> pending) throws InterruptedException {
            while (true) {
                for (Reading.Job job : pending) {
                    if (open || active.isEmpty() || mayBegin(job.stream())) {
                        pending.remove(job);
                        active.add(job.stream().name());
                        job.stream().ancestors().stream()
                                .filter(groups::containsKey)
                                .forEach(activeParents::add);
                        return job;
                    }
                }
                wait();
            }
        }

        private boolean mayBegin(DeclarativeStream stream) {
            if (activeParents.contains(stream.name())) {
                return false;
            }
            Optional<String> group = Optional.ofNullable(groups.get(stream.name()));
            if (group.isPresent() && isActive(group.get())) {
                return false;
            }
            return stream.ancestors().stream()
                    .noneMatch(name -> groups.containsKey(name) && active.contains(name));
        }

        private boolean isActive(String group) {
            return active.stream().anyMatch(name -> group.equals(groups.get(name)))
                    || activeParents.stream().anyMatch(name -> group.equals(groups.get(name)));
        }

        /** All slices of a stream are known: its parents are not read any more. */
        synchronized void generated(Reading.Job job) {
            job.stream().ancestors().stream()
                    .filter(groups::containsKey)
                    .forEach(activeParents::remove);
            notifyAll();
        }

        synchronized void ended(Reading.Job job) {
            active.remove(job.stream().name());
            notifyAll();
        }

        /** Lets everything through: the run is being stopped. */
        synchronized void open() {
            open = true;
            notifyAll();
        }
    }
}
