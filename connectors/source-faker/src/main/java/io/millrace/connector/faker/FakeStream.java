package io.millrace.connector.faker;

import io.millrace.protocol.batch.FixedVector;
import io.millrace.protocol.batch.VariableVector;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.util.ArrayList;
import java.util.List;

/** What there is to make: three streams, each a list of columns that are filled one by one. */
enum FakeStream {
    USERS("users") {
        @Override
        void declare(List<MadeColumn> columns) {
            columns.add(id());
            columns.add(createdAt());
            columns.add(updatedAt());
            columns.add(
                    text(
                            "name",
                            (random, row, text) ->
                                    text.add(Words.FIRST_NAMES.pick(random, row, FIRST))
                                            .add(' ')
                                            .add(Words.LAST_NAMES.pick(random, row, LAST))));
            columns.add(word("title", Words.TITLES, 10));
            columns.add(integer("age", (random, row) -> 16 + random.below(row, 11, 85)));
            columns.add(
                    text(
                            "email",
                            (random, row, text) ->
                                    text.addLetters(Words.FIRST_NAMES.pick(random, row, FIRST))
                                            .add('.')
                                            .addLetters(Words.LAST_NAMES.pick(random, row, LAST))
                                            .add('+')
                                            .add(row + 1, 1) // makes it unique
                                            .add(Words.DOMAINS.pick(random, row, 12))));
            columns.add(
                    text(
                            "telephone",
                            (random, row, text) ->
                                    text.add("+1-555-")
                                            .add(random.below(row, 13, 1000), 3)
                                            .add('-')
                                            .add(random.below(row, 14, 10_000), 4)));
            columns.add(word("gender", Words.GENDERS, 15));
            columns.add(word("language", Words.LANGUAGES, 16));
            columns.add(word("academic_degree", Words.DEGREES, 17));
            columns.add(word("nationality", Words.NATIONALITIES, 18));
            columns.add(word("occupation", Words.OCCUPATIONS, 19));
            columns.add(
                    text(
                            "height",
                            (random, row, text) ->
                                    text.add("1.").add(45 + random.below(row, 20, 55), 2)));
            columns.add(word("blood_type", Words.BLOOD_TYPES, 21));
            columns.add(integer("weight", (random, row) -> 38 + random.below(row, 22, 83)));
            columns.add(address());
        }
    },

    PRODUCTS("products") {
        @Override
        void declare(List<MadeColumn> columns) {
            columns.add(id());
            columns.add(word("make", Words.MAKES, 10));
            columns.add(word("model", Words.MODELS, 11));
            columns.add(integer("year", (random, row) -> 1990 + random.below(row, 12, 35)));
            columns.add(price());
            columns.add(createdAt());
            columns.add(updatedAt());
        }

        @Override
        long rows(long count) {
            return PRODUCT_COUNT;
        }
    },

    PURCHASES("purchases") {
        @Override
        void declare(List<MadeColumn> columns) {
            columns.add(id());
            columns.add(
                    integer(
                            "product_id",
                            (random, row) -> 1 + random.below(row, 10, PRODUCT_COUNT)));
            // One of the users up to this row, so that a larger count changes no purchase.
            columns.add(integer("user_id", (random, row) -> 1 + random.below(row, 11, row + 1)));
            columns.add(createdAt());
            columns.add(updatedAt());
            columns.add(after("added_to_cart_at", 0, 1));
            columns.add(after("purchased_at", 1, 2));
            columns.add(after("returned_at", 2, 8));
        }
    };

    /** The source has as many products, whatever the count. */
    static final int PRODUCT_COUNT = 100;

    // Questions about a row that several columns ask.
    private static final int FIRST = 0;
    private static final int LAST = 1;
    private static final int CREATED = 2;
    private static final int UPDATED = 3;
    private static final int RETURNED = 4;

    private static final long SECOND = 1_000_000;
    private static final long DAY = 86_400 * SECOND;

    /** 2000-01-01T00:00Z; rows were created in the 23 years after it. */
    private static final long BEGINNING = 946_684_800 * SECOND;

    private static final long CREATED_WITHIN_SECONDS = 23L * 365 * 86_400;

    private final String streamName;

    FakeStream(String streamName) {
        this.streamName = streamName;
    }

    private List<MadeColumn> columns() {
        var declared = new ArrayList<MadeColumn>();
        declare(declared);
        return declared;
    }

    abstract void declare(List<MadeColumn> columns);

    /** How many rows there are where {@code count} users are asked for. */
    long rows(long count) {
        return count;
    }

    String streamName() {
        return streamName;
    }

    StreamSchema schema() {
        return new StreamSchema(columns().stream().map(MadeColumn::column).toList());
    }

    /** The filler of the column called {@code name}, which exists. */
    Filler filler(String name) {
        return columns().stream()
                .filter(column -> column.column().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no column " + name))
                .filler();
    }

    /** What the values of a row depend on beside its number. */
    record Making(Randomness random, Updates updates) {}

    /** When rows were updated, microseconds since 1970 UTC. */
    interface Updates {
        /**
         * @param otherwise an instant after the row's creation that depends on the seed alone
         */
        long at(long otherwise);
    }

    /** A column and how its values are made. */
    record MadeColumn(Column column, Filler filler) {}

    /** Appends the values of {@code count} rows from {@code first} on, rows beginning with 0. */
    interface Filler {
        void fill(Vector vector, long first, int count, Making making);
    }

    private interface WholeNumber {
        long of(Randomness random, long row);
    }

    private interface Text {
        void of(Randomness random, long row, TextBuilder text);
    }

    private static MadeColumn id() {
        return integer("id", (_, row) -> row + 1);
    }

    private static MadeColumn integer(String name, WholeNumber number) {
        return fixed(name, new ColumnType.Int64(), number);
    }

    private static MadeColumn fixed(String name, ColumnType type, WholeNumber number) {
        return new MadeColumn(
                Column.of(name, type),
                (vector, first, count, making) -> {
                    var target = (FixedVector) vector;
                    for (long row = first; row < first + count; row++) {
                        target.appendLong(number.of(making.random(), row));
                    }
                });
    }

    private static MadeColumn word(String name, Words words, int question) {
        return new MadeColumn(
                Column.of(name, new ColumnType.Text()),
                (vector, first, count, making) -> {
                    var target = (VariableVector) vector;
                    for (long row = first; row < first + count; row++) {
                        target.append(words.pick(making.random(), row, question));
                    }
                });
    }

    private static MadeColumn text(String name, Text text) {
        return variable(name, new ColumnType.Text(), text);
    }

    private static MadeColumn variable(String name, ColumnType type, Text text) {
        return new MadeColumn(
                Column.of(name, type),
                (vector, first, count, making) -> {
                    var target = (VariableVector) vector;
                    var builder = new TextBuilder();
                    for (long row = first; row < first + count; row++) {
                        text.of(making.random(), row, builder.clear());
                        target.append(builder.bytes(), 0, builder.size());
                    }
                });
    }

    private static MadeColumn address() {
        return variable(
                "address",
                new ColumnType.Json(),
                (random, row, text) ->
                        text.add("{\"street_number\":\"")
                                .add(1 + random.below(row, 30, 1400), 1)
                                .add("\",\"street_name\":\"")
                                .add(Words.STREETS.pick(random, row, 31))
                                .add("\",\"city\":\"")
                                .add(Words.CITIES.pick(random, row, 32))
                                .add("\",\"state\":\"")
                                .add(Words.STATES.pick(random, row, 33))
                                .add("\",\"postal_code\":\"")
                                .add(random.below(row, 34, 100_000), 5)
                                .add("\",\"country_code\":\"")
                                .add(Words.COUNTRIES.pick(random, row, 35))
                                .add("\"}"));
    }

    private static MadeColumn price() {
        return new MadeColumn(
                Column.of("price", new ColumnType.Decimal(10, 2)),
                (vector, first, count, making) -> {
                    for (long row = first; row < first + count; row++) {
                        long cents = 100_000 + making.random().below(row, 13, 9_000_000);
                        ((FixedVector) vector).append128(cents, 0);
                    }
                });
    }

    private static long created(Randomness random, long row) {
        return BEGINNING + random.below(row, CREATED, CREATED_WITHIN_SECONDS) * SECOND;
    }

    private static MadeColumn createdAt() {
        return fixed("created_at", new ColumnType.TimestampTz(), FakeStream::created);
    }

    private static MadeColumn updatedAt() {
        return new MadeColumn(
                Column.of("updated_at", new ColumnType.TimestampTz()),
                (vector, first, count, making) -> {
                    var target = (FixedVector) vector;
                    for (long row = first; row < first + count; row++) {
                        long otherwise =
                                created(making.random(), row)
                                        + making.random().below(row, UPDATED, 365 * DAY)
                                                / SECOND
                                                * SECOND;
                        target.appendLong(making.updates().at(otherwise));
                    }
                });
    }

    /** An event after the purchase's creation that happened in {@code one} of so many cases. */
    private static MadeColumn after(String name, int step, int oneOf) {
        return new MadeColumn(
                Column.of(name, new ColumnType.TimestampTz()),
                (vector, first, count, making) -> {
                    var target = (FixedVector) vector;
                    for (long row = first; row < first + count; row++) {
                        Randomness random = making.random();
                        // What comes later happened in some of the cases of what comes before.
                        if (random.below(row, RETURNED, 8) % oneOf != 0) {
                            target.appendNull();
                            continue;
                        }
                        long at = created(random, row);
                        for (int i = 0; i <= step; i++) {
                            at += (1 + random.below(row, 40 + i, 3 * 86_400)) * SECOND;
                        }
                        target.appendLong(at);
                    }
                });
    }
}
