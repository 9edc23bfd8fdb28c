package io.millrace.declarative.decoder;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.manifest.EngineLog;
import io.millrace.declarative.record.RecordSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.protocol.connector.SourceOutput.LogLevel;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * XML as an object with the root's name as its one key: attributes are keys with {@code @}, text is
 * {@code #text} beside them, an element that is repeated is a list. Malformed XML counts as an
 * empty object, with a warning.
 */
record XmlDecoder(EngineLog log) implements Decoder {
    private static final XMLInputFactory FACTORY = factory();

    /** Nothing outside of the document is read, and no entity is defined by it. */
    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /** An element that was opened: its attributes and children, and its text. */
    private static final class Element {
        private final String name;
        private final Map<String, Object> members = new LinkedHashMap<>();
        private final StringBuilder text = new StringBuilder();

        Element(String name) {
            this.name = name;
        }

        void add(String key, @Nullable Object value) {
            if (!members.containsKey(key)) {
                put(members, key, value);
            } else if (members.get(key) instanceof List<?> list) {
                push(list, value);
            } else {
                List<Object> list = new ArrayList<>();
                push(list, members.get(key));
                push(list, value);
                members.put(key, list);
            }
        }

        @Nullable Object value() {
            String trimmed = text.toString().strip();
            if (members.isEmpty()) {
                return trimmed.isEmpty() ? null : trimmed;
            }
            if (!trimmed.isEmpty()) {
                add("#text", trimmed);
            }
            return members;
        }

        @SuppressWarnings("NullAway") // null is None
        private static void put(Map<String, Object> map, String key, @Nullable Object value) {
            map.put(key, value);
        }

        @SuppressWarnings({"unchecked", "NullAway"}) // as above; the list is one of ours
        private static void push(List<?> list, @Nullable Object value) {
            ((List<Object>) list).add(value);
        }
    }

    @Override
    public void decode(Answer answer, RecordSink sink) throws InterruptedException {
        sink.accept(SourceRecord.ofValue(first(answer)));
    }

    @Override
    public Object first(Answer answer) {
        try {
            XMLStreamReader reader = open(answer);
            try {
                return read(reader);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException error) {
            log.log(
                    LogLevel.WARN,
                    "An answer is no XML, and counts as an empty object: %s (line %d, column %d)"
                            .formatted(
                                    answer,
                                    error.getLocation() == null
                                            ? 0
                                            : error.getLocation().getLineNumber(),
                                    error.getLocation() == null
                                            ? 0
                                            : error.getLocation().getColumnNumber()));
            return Decoder.nothing();
        }
    }

    private static XMLStreamReader open(Answer answer) throws XMLStreamException {
        var bytes = new ByteArrayInputStream(answer.bytes());
        // What the headers say goes before what the document says about itself.
        return answer.charset().isPresent()
                ? FACTORY.createXMLStreamReader(
                        new InputStreamReader(bytes, answer.charset().get()))
                : FACTORY.createXMLStreamReader(bytes);
    }

    private static Map<String, Object> read(XMLStreamReader reader) throws XMLStreamException {
        Deque<Element> open = new ArrayDeque<>();
        open.push(new Element(""));
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    var element = new Element(name(reader.getPrefix(), reader.getLocalName()));
                    for (int i = 0; i < reader.getAttributeCount(); i++) {
                        element.add(
                                "@"
                                        + name(
                                                reader.getAttributePrefix(i),
                                                reader.getAttributeLocalName(i)),
                                reader.getAttributeValue(i));
                    }
                    open.push(element);
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    Element element = open.pop();
                    open.element().add(element.name, element.value());
                }
                case XMLStreamConstants.CHARACTERS,
                        XMLStreamConstants.CDATA,
                        XMLStreamConstants.SPACE ->
                        open.element().text.append(reader.getText());
                default -> {
                    // Comments and instructions carry no data.
                }
            }
        }
        return open.element().members;
    }

    /** As it is written: the factory leaves prefixes alone. */
    private static String name(@Nullable String prefix, String local) {
        return prefix == null || prefix.isEmpty() ? local : prefix + ":" + local;
    }

    @Override
    public boolean streams() {
        return false;
    }
}
