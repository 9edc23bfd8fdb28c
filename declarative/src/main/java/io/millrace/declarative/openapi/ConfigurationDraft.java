package io.millrace.declarative.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a user of the draft has to fill in. It grows as the draft is made. */
final class ConfigurationDraft {
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final List<Object> required = new ArrayList<>();

    /** A text that has to be given; returns the template that stands for it. */
    String text(String name, String title, String description) {
        return add(name, title, description, Map.of());
    }

    /** A secret text that has to be given. */
    String secret(String name, String title) {
        return add(name, title, "", Map.of("airbyte_secret", true));
    }

    /** A text that need not be given. */
    String optional(String name, String title, String otherwise) {
        if (!properties.containsKey(name)) {
            Map<String, Object> property = property(title, "");
            property.put("default", otherwise);
            properties.put(name, property);
        }
        return template(name);
    }

    /** Where a first incremental read begins. */
    void startDate() {
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("format", "date-time");
        more.put("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$");
        more.put("examples", List.of("2024-01-01T00:00:00Z"));
        add("start_date", "Start date", "Records from before are not read.", more);
    }

    private String add(String name, String title, String description, Map<String, Object> more) {
        if (!properties.containsKey(name)) {
            Map<String, Object> property = property(title, description);
            property.putAll(more);
            properties.put(name, property);
            required.add(name);
        }
        return template(name);
    }

    private Map<String, Object> property(String title, String description) {
        Map<String, Object> property = new LinkedHashMap<>();
        property.put("type", "string");
        property.put("title", title);
        if (!description.isBlank()) {
            property.put("description", description.strip());
        }
        property.put("order", (long) properties.size());
        return property;
    }

    static String template(String name) {
        return "{{ config['" + name + "'] }}";
    }

    /** The JSON schema of a configuration. */
    Map<String, Object> specification() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("type", "object");
        schema.put("required", required);
        schema.put("properties", properties);
        schema.put("additionalProperties", true);
        return schema;
    }
}
