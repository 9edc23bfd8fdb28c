package io.millrace.replication.mapper;

import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Puts the digest of a field's text into its place, in lower-case hexadecimal digits, under the
 * field's name with a suffix.
 */
final class HashingMapper implements Mapper {
    private static final HexFormat HEX = HexFormat.of();

    private final StreamSchema schema;
    private final int column;
    private final String original;
    private final String method;

    private HashingMapper(StreamSchema schema, int column, String original, String method) {
        this.schema = schema;
        this.column = column;
        this.original = original;
        this.method = method;
    }

    /** {@code {targetField, method, fieldNameSuffix}}. */
    static final class Type implements MapperType {
        private static final List<String> METHODS =
                List.of("MD2", "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512");

        @Override
        public String name() {
            return "hashing";
        }

        @Override
        public Optional<Mapper> compile(MapperOptions options, StreamSchema schema) {
            options.allow("targetField", "method", "fieldNameSuffix");
            OptionalInt column = options.column("targetField", schema);
            Optional<String> method = options.choice("method", METHODS);
            Optional<String> suffix = options.text("fieldNameSuffix");
            if (column.isEmpty() || method.isEmpty() || suffix.isEmpty()) {
                return Optional.empty();
            }
            int index = column.getAsInt();
            String original = schema.column(index).name();
            String name = original + suffix.get();
            if (!options.isFree("fieldNameSuffix", schema, index, name)) {
                return Optional.empty();
            }
            StreamSchema mapped =
                    Columns.replace(schema, index, Column.of(name, new ColumnType.Text()));
            return Optional.of(new HashingMapper(mapped, index, original, method.get()));
        }
    }

    @Override
    public StreamSchema schema() {
        return schema;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        MessageDigest digest = digest();
        return Columns.replaceByText(
                batch,
                column,
                schema,
                (text, from, count) -> {
                    digest.update(text, from, count);
                    return HEX.formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII);
                });
    }

    private MessageDigest digest() {
        try {
            return MessageDigest.getInstance(method);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + method, e);
        }
    }

    @Override
    public Optional<String> identityOf(String name) {
        return Optional.of(name.equals(original) ? schema.column(column).name() : name);
    }

    @Override
    public Optional<String> orderOf(String name) {
        return name.equals(original) ? Optional.empty() : Optional.of(name);
    }
}
