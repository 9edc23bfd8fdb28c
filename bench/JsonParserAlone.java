import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The limit of the bench "process to DuckDB": every value is looked at once, and nothing is kept. */
final class JsonParserAlone {
    public static void main(String[] arguments) throws Exception {
        long seen = 0;
        try (InputStream lines = Files.newInputStream(Path.of(arguments[0]));
                JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), lines)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                seen += switch (token) {
                    case VALUE_STRING -> parser.getStringLength();
                    case VALUE_NUMBER_INT -> parser.getLongValue();
                    case VALUE_NUMBER_FLOAT -> (long) parser.getDoubleValue();
                    default -> 1;
                };
            }
        }
        System.out.println(seen);
    }
}
