package io.millrace.connector.files.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.Source;
import io.millrace.protocol.connector.StreamDescription;
import io.millrace.protocol.failure.ConfigurationFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One file that can't be read, beside others that can. */
class BrokenFileTest extends FilesTest {
    private final Map<String, String> broken = new LinkedHashMap<>();

    private List<String> discovered(Source source) throws InterruptedException {
        return source
                .discover((stream, failure) -> broken.put(stream.name(), failure.getMessage()))
                .stream()
                .map(StreamDescription::name)
                .map(name -> name.name())
                .toList();
    }

    @Test
    void theOtherStreamsAreDiscoveredAndTheBrokenOneIsToldWithFileAndLine()
            throws IOException, InterruptedException {
        write("d/good.csv", "id\n1\n");
        write("d/latin.csv", "id,name\n1,a\n2,M\u00fcller\n".getBytes(StandardCharsets.ISO_8859_1));
        write("d/list.jsonl", "nothing\n");
        write("d/table.parquet", "no table");
        write("d/pressed.csv.gz", new byte[] {0x1F, (byte) 0x8B, 8, 0, 1, 2});
        write("d/people.jsonl", "{\"id\": 1}\n");
        Source source = source("{'path': 'd'}");
        assertThat(discovered(source)).containsExactly("good", "people");
        assertThat(broken).containsOnlyKeys("latin", "list", "pressed", "table");
        assertThat(broken.get("latin")).contains("d/latin.csv", "line 3", "encoding");
        broken.values().forEach(message -> assertThat(message).contains("d/"));
        assertThatThrownBy(source::discover).isInstanceOf(ConfigurationFailure.class);
    }

    @Test
    void aLineThatIsNoTextOfAnotherEncodingIsNamed() throws IOException, InterruptedException {
        write("a.csv", new byte[] {'i', 'd', '\n', '1', '\n', (byte) 0x81, '\n'});
        Source source =
                source("{'path': 'a.csv', 'format': {'filetype': 'csv', 'encoding': 'cp1252'}}");
        assertThat(discovered(source)).isEmpty();
        assertThat(broken.get("a")).contains("a.csv", "line 3");
    }

    @Test
    void aStreamWithoutFilesDoesNotHideTheOthers() throws IOException, InterruptedException {
        write("a.csv", "id\n1\n");
        Source source =
                source(
                        "{'streams': [{'name': 'a', 'path': 'a.csv'}, {'name': 'b', 'path':"
                                + " 'b/*.csv'}]}");
        assertThat(discovered(source)).containsExactly("a");
        assertThat(broken.get("b")).contains("b/*.csv");
    }
}
