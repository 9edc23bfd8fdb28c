package io.millrace.cli.acceptance;

import io.millrace.cli.acceptance.CheckResult.Status;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The results of a run of the suite, in the order of the checks. */
public record Report(String connector, List<CheckResult> checks) {
    public Report {
        checks = List.copyOf(checks);
    }

    /** Whether nothing was found. */
    public boolean passed() {
        return checks.stream().noneMatch(check -> check.status() == Status.FAILED);
    }

    public ObjectNode toJson() {
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("connector", connector);
        document.put("status", passed() ? "passed" : "failed");
        ArrayNode listed = document.putArray("checks");
        for (CheckResult check : checks) {
            listed.addObject()
                    .put("name", check.name())
                    .put("status", check.status().name().toLowerCase(Locale.ROOT))
                    .put("message", check.message())
                    .put("reproduce", check.reproduce());
        }
        return document;
    }

    /** For people: findings last, where they are seen. */
    public void print(PrintStream output) {
        for (CheckResult check : checks) {
            String word =
                    switch (check.status()) {
                        case PASSED -> "ok";
                        case SKIPPED -> "skipped";
                        case FAILED -> "FAILED";
                    };
            boolean reason = check.status() == Status.SKIPPED && !check.message().isEmpty();
            output.printf("%-8s %s%s%n", word, check.name(), reason ? ": " + check.message() : "");
        }
        for (CheckResult check : checks) {
            if (check.status() == Status.FAILED) {
                output.printf("%n%s%n", check.name());
                check.message().lines().forEach(line -> output.println("  " + line));
                output.println("  alone: " + check.reproduce());
            }
        }
        long failed = count(Status.FAILED);
        output.printf(
                "%n%s: %d passed, %d failed, %d skipped%n",
                connector, count(Status.PASSED), failed, count(Status.SKIPPED));
    }

    private long count(Status status) {
        return checks.stream().filter(check -> check.status() == status).count();
    }

    /** Writes the form that build servers read. */
    public void writeJunit(Path file) throws IOException {
        var text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", connector);
            xml.writeAttribute("tests", String.valueOf(checks.size()));
            xml.writeAttribute("failures", String.valueOf(count(Status.FAILED)));
            xml.writeAttribute("skipped", String.valueOf(count(Status.SKIPPED)));
            for (CheckResult check : checks) {
                writeJunit(check, xml);
            }
            xml.writeEndElement();
            xml.writeEndDocument();
        } catch (XMLStreamException impossible) {
            throw new IOException("writing XML to memory failed", impossible);
        }
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        Files.writeString(file, text + "\n");
    }

    private static void writeJunit(CheckResult check, XMLStreamWriter xml)
            throws XMLStreamException {
        int dot = check.name().indexOf('.');
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", check.name().substring(0, dot));
        xml.writeAttribute("name", check.name().substring(dot + 1));
        // Characters that XML has no place for may come from a connector.
        String message = check.message().replaceAll("[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]", "?");
        if (check.status() == Status.FAILED) {
            xml.writeStartElement("failure");
            xml.writeAttribute("message", message.lines().findFirst().orElse(""));
            xml.writeCharacters(message + "\nalone: " + check.reproduce());
            xml.writeEndElement();
        } else if (check.status() == Status.SKIPPED) {
            xml.writeStartElement("skipped");
            xml.writeAttribute("message", message);
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }
}
