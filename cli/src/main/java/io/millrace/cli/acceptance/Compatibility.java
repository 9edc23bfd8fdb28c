package io.millrace.cli.acceptance;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What a new version of a connector breaks for those who use the one before (reference: protocol
 * 7.4).
 */
public final class Compatibility {
    private Compatibility() {}

    /** What an old configuration would stumble over. */
    public static List<String> ofSpecifications(JsonNode before, JsonNode now) {
        var problems = new ArrayList<String>();
        compareOptions(
                before.path("connectionSpecification"),
                now.path("connectionSpecification"),
                "",
                problems);
        return problems;
    }

    private static void compareOptions(
            JsonNode before, JsonNode now, String place, List<String> problems) {
        Set<String> required = texts(now.path("required"));
        required.removeAll(texts(before.path("required")));
        required.forEach(name -> problems.add(at(place, name) + " is required now"));
        compareTypes(before, now, place, problems);
        compareEnums(before, now, place, problems);
        for (String constraint :
                List.of("pattern", "minimum", "maximum", "minLength", "maxLength", "format")) {
            JsonNode value = now.path(constraint);
            if (!value.isMissingNode() && !value.equals(before.path(constraint))) {
                boolean looser =
                        before.has(constraint)
                                && value.isNumber()
                                && (constraint.startsWith("min")
                                        ? value.asDouble() < before.path(constraint).asDouble()
                                        : value.asDouble() > before.path(constraint).asDouble());
                if (!looser && !constraint.equals("format")) {
                    problems.add("%s has another %s".formatted(name(place), constraint));
                }
            }
        }
        for (var property : before.path("properties").properties()) {
            JsonNode other = now.path("properties").path(property.getKey());
            String inner = at(place, property.getKey());
            if (other.isMissingNode()) {
                problems.add(inner + " is gone");
            } else {
                compareOptions(property.getValue(), other, inner, problems);
            }
        }
        JsonNode alternatives = before.path("oneOf");
        for (int i = 0; i < alternatives.size(); i++) {
            JsonNode alternative = alternatives.get(i);
            JsonNode other = counterpart(alternative, now.path("oneOf"));
            String inner = "%s (%s)".formatted(name(place), constants(alternative));
            if (other.isMissingNode()) {
                problems.add(inner + " is gone");
            } else {
                compareOptions(alternative, other, place, problems);
            }
        }
        if (before.path("items").isObject() && now.path("items").isObject()) {
            compareOptions(before.path("items"), now.path("items"), place + "[]", problems);
        }
    }

    private static JsonNode counterpart(JsonNode alternative, JsonNode all) {
        String wanted = constants(alternative);
        for (JsonNode candidate : all) {
            if (constants(candidate).equals(wanted)) {
                return candidate;
            }
        }
        return all.path("none");
    }

    /** The fixed values that tell alternatives apart. */
    private static String constants(JsonNode alternative) {
        var constants = new TreeSet<String>();
        alternative
                .path("properties")
                .properties()
                .forEach(property -> {
                    if (property.getValue().has("const")) {
                        constants.add(
                                property.getKey()
                                        + "="
                                        + property.getValue().get("const").asString(""));
                    }
                });
        return String.join(", ", constants);
    }

    private static void compareEnums(
            JsonNode before, JsonNode now, String place, List<String> problems) {
        if (!now.has("enum")) {
            return;
        }
        if (!before.has("enum")) {
            problems.add(name(place) + " takes certain values only now");
            return;
        }
        Set<String> lost = texts(before.path("enum"));
        lost.removeAll(texts(now.path("enum")));
        lost.forEach(
                value -> problems.add("%s no longer takes \"%s\"".formatted(name(place), value)));
    }

    private static void compareTypes(
            JsonNode before, JsonNode now, String place, List<String> problems) {
        Set<String> types = types(before);
        if (types.isEmpty()) {
            return;
        }
        Set<String> newTypes = types(now);
        if (!newTypes.isEmpty() && !newTypes.containsAll(types)) {
            problems.add(
                    "the type of %s was %s, and is %s".formatted(name(place), types, newTypes));
        }
    }

    /** What a sync of a stream that was set up before would stumble over. */
    public static List<String> ofCatalogs(JsonNode before, JsonNode now) {
        var problems = new ArrayList<String>();
        for (JsonNode stream : before.path("streams")) {
            JsonNode other = find(now, stream);
            String name = stream.path("name").asString("");
            if (other.isMissingNode()) {
                problems.add("stream %s is gone".formatted(name));
                continue;
            }
            if (!stream.path("default_cursor_field").equals(other.path("default_cursor_field"))
                    && stream.has("default_cursor_field")) {
                problems.add("stream %s has another cursor".formatted(name));
            }
            compareColumns(stream.path("json_schema"), other.path("json_schema"), name, problems);
        }
        return problems;
    }

    /**
     * What else takes a new major version, though no test of an old version would notice
     * (reference: protocol 8.5).
     */
    public static List<String> ofPolicy(JsonNode before, JsonNode now) {
        var problems = new ArrayList<String>();
        for (JsonNode stream : before.path("streams")) {
            JsonNode other = find(now, stream);
            String name = stream.path("name").asString("");
            if (other.isMissingNode()) {
                continue;
            }
            if (stream.path("source_defined_primary_key").size() > 0
                    && !stream.path("source_defined_primary_key")
                            .equals(other.path("source_defined_primary_key"))) {
                problems.add("stream %s has another primary key".formatted(name));
            }
            Set<String> modes = texts(stream.path("supported_sync_modes"));
            modes.removeAll(texts(other.path("supported_sync_modes")));
            modes.forEach(
                    mode -> problems.add("stream %s no longer syncs %s".formatted(name, mode)));
        }
        return problems;
    }

    private static void compareColumns(
            JsonNode before, JsonNode now, String place, List<String> problems) {
        for (var property : before.path("properties").properties()) {
            String inner = at(place, property.getKey());
            JsonNode other = now.path("properties").path(property.getKey());
            if (other.isMissingNode()) {
                problems.add(inner + " is gone");
                continue;
            }
            Set<String> types = types(property.getValue());
            Set<String> newTypes = types(other);
            types.remove("null");
            newTypes.remove("null");
            if (!types.equals(newTypes)) {
                problems.add("the type of %s was %s, and is %s".formatted(inner, types, newTypes));
            }
            compareColumns(property.getValue(), other, inner, problems);
        }
    }

    private static JsonNode find(JsonNode catalog, JsonNode stream) {
        for (JsonNode candidate : catalog.path("streams")) {
            if (candidate.path("name").equals(stream.path("name"))
                    && candidate
                            .path("namespace")
                            .asString("")
                            .equals(stream.path("namespace").asString(""))) {
                return candidate;
            }
        }
        return catalog.path("none");
    }

    private static Set<String> types(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isString() ? new TreeSet<>(Set.of(type.asString())) : texts(type);
    }

    private static Set<String> texts(JsonNode array) {
        var texts = new TreeSet<String>();
        array.forEach(element -> texts.add(element.asString("")));
        return texts;
    }

    private static String at(String place, String name) {
        return place.isEmpty() ? name : place + "." + name;
    }

    private static String name(String place) {
        return place.isEmpty() ? "the configuration" : place;
    }
}
