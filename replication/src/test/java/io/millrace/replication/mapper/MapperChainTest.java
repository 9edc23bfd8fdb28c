package io.millrace.replication.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.batch.BatchMemory;
import io.millrace.protocol.batch.ColumnBatch;
import io.millrace.protocol.batch.FieldChange;
import io.millrace.protocol.batch.Vector;
import io.millrace.protocol.catalog.StreamName;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.json.JsonBuffer;
import io.millrace.protocol.json.JsonLineEncoder;
import io.millrace.protocol.json.JsonRowWriter;
import io.millrace.protocol.schema.Column;
import io.millrace.protocol.schema.ColumnType;
import io.millrace.protocol.schema.StreamSchema;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MapperChainTest {
    private static final String KEY = "000102030405060708090a0b0c0d0e0f";
    private static final StreamSchema USERS =
            StreamSchema.of(
                    Column.of("id", new ColumnType.Int64()),
                    Column.of("email", new ColumnType.Text(), "varchar"),
                    Column.of("paid", new ColumnType.Bool()),
                    Column.of("total", new ColumnType.Decimal(12, 2)));

    private final BatchMemory memory = new BatchMemory(64 << 20);

    @AfterEach
    void everyVectorIsClosed() {
        assertThat(memory.used()).isZero();
    }

    @Test
    void aHashedFieldIsTheDigestOfItsTextUnderItsSuffixedName() throws Exception {
        for (String method :
                List.of("MD2", "MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512")) {
            MapperChain chain = chain(hashing("email", method), hashing("total", method));
            assertThat(chain.schema().names())
                    .containsExactly("id", "email_hashed", "paid", "total_hashed");
            try (ColumnBatch batch =
                    chain.apply(
                            users("{'id':1,'email':'é@x','total':5.1}", "{'id':2,'paid':true}"))) {
                assertThat(batch.variable(1).getText(0)).isEqualTo(digest(method, "é@x"));
                assertThat(batch.variable(3).getText(0)).isEqualTo(digest(method, "5.10"));
                assertThat(batch.vector(1).isNull(1)).isTrue();
                assertThat(batch.changes()).isEmpty();
            }
        }
        try (ColumnBatch batch =
                chain(hashing("email", "SHA-256")).apply(users("{'email':'hello'}"))) {
            assertThat(batch.variable(1).getText(0))
                    .isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        }
    }

    private static String digest(String method, String text) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance(method)
                                .digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatAesEncryptsItsKeyDecrypts() throws Exception {
        String text = "sixteen bytes ok";
        for (String mode : List.of("CBC", "CFB", "OFB", "CTR", "GCM", "ECB")) {
            for (String padding : List.of("NoPadding", "PKCS5Padding")) {
                JsonNode mapper = aes(mode, padding, KEY);
                if ((mode.equals("GCM") || mode.equals("CTR")) && padding.equals("PKCS5Padding")) {
                    assertThat(MapperChain.validate(List.of(mapper), USERS))
                            .extracting(problem -> problem.place().toString())
                            .containsExactly("/0/mapperConfiguration/padding");
                    continue;
                }
                try (ColumnBatch batch =
                        chain(mapper).apply(users("{'email':'" + text + "'}", "{'email':null}"))) {
                    assertThat(batch.schema().names()).contains("email_secret");
                    byte[] encrypted = HexFormat.of().parseHex(batch.variable(1).getText(0));
                    assertThat(decrypt(mode, padding, encrypted)).isEqualTo(text);
                    assertThat(batch.vector(1).isNull(1)).isTrue();
                }
            }
        }
    }

    private static String decrypt(String mode, String padding, byte[] encrypted)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/%s/%s".formatted(mode, padding));
        var key = new SecretKeySpec(HexFormat.of().parseHex(KEY), "AES");
        if (mode.equals("ECB")) {
            cipher.init(Cipher.DECRYPT_MODE, key);
            return new String(cipher.doFinal(encrypted), StandardCharsets.UTF_8);
        }
        byte[] vector = Arrays.copyOf(encrypted, 16);
        cipher.init(
                Cipher.DECRYPT_MODE,
                key,
                mode.equals("GCM")
                        ? new GCMParameterSpec(128, vector)
                        : new IvParameterSpec(vector));
        return new String(
                cipher.doFinal(encrypted, 16, encrypted.length - 16), StandardCharsets.UTF_8);
    }

    @Test
    void anEncryptionNeverGivesTheSameTextTwice() {
        try (ColumnBatch batch =
                chain(aes("CTR", "NoPadding", KEY))
                        .apply(users("{'email':'same'}", "{'email':'same'}"))) {
            assertThat(batch.variable(1).getText(0)).isNotEqualTo(batch.variable(1).getText(1));
        }
    }

    @Test
    void aValueThatCannotBeEncryptedBecomesNullWithAChange() {
        try (ColumnBatch batch =
                chain(aes("CBC", "NoPadding", KEY))
                        .apply(users("{'email':'not a full block'}", "{'email':'short'}"))) {
            assertThat(batch.vector(1).isNull(0)).isFalse();
            assertThat(batch.vector(1).isNull(1)).isTrue();
            assertThat(batch.changes(1))
                    .containsExactly(
                            new FieldChange(
                                    "email_secret",
                                    FieldChange.Kind.NULLED,
                                    FieldChange.Reason.PLATFORM_SERIALIZATION_ERROR));
        }
    }

    @Test
    void whatRsaEncryptsItsPrivateKeyDecrypts() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        KeyPair pair = generator.generateKeyPair();
        String publicKey = HexFormat.of().formatHex(pair.getPublic().getEncoded());
        MapperChain chain =
                chain(
                        mapper(
                                "encryption",
                                "'algorithm':'RSA','targetField':'email','fieldNameSuffix':'_x',"
                                        + "'publicKey':'%s'".formatted(publicKey)));
        String tooLong = "x".repeat(1_000);
        try (ColumnBatch batch =
                chain.apply(users("{'email':'a@b'}", "{'email':'" + tooLong + "'}"))) {
            var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(Cipher.DECRYPT_MODE, pair.getPrivate());
            byte[] text = cipher.doFinal(HexFormat.of().parseHex(batch.variable(1).getText(0)));
            assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo("a@b");
            assertThat(batch.vector(1).isNull(1)).isTrue();
            assertThat(batch.changes(1)).hasSize(1);
        }
    }

    @Test
    void aRenamedFieldKeepsItsVectorTypeAndSourceType() {
        MapperChain chain = chain(renaming("email", "mail"));
        assertThat(chain.schema().column(1))
                .isEqualTo(Column.of("mail", new ColumnType.Text(), "varchar"));
        ColumnBatch users = users("{'id':1,'email':'a'}");
        Vector vector = users.vector(1);
        try (ColumnBatch batch = chain.apply(users)) {
            assertThat(batch.vector(1)).isSameAs(vector);
            assertThat(line(batch, 0))
                    .isEqualTo("{\"id\":1,\"mail\":\"a\",\"paid\":null,\"total\":null}");
        }
    }

    @Test
    void aFilteredFieldIsGone() {
        try (ColumnBatch batch =
                chain(filtering("email"), filtering("id")).apply(users("{'id':1,'email':'a'}"))) {
            assertThat(line(batch, 0)).isEqualTo("{\"paid\":null,\"total\":null}");
        }
    }

    @Test
    void conditionsKeepTheRowsForWhichTheyHold() {
        check("{'type':'EQUAL','fieldName':'id','comparisonValue':'2'}", 2);
        check("{'type':'EQUAL','fieldName':'id','comparisonValue':2}", 2);
        check("{'type':'EQUAL','fieldName':'email','comparisonValue':''}", 3);
        check("{'type':'EQUAL','fieldName':'paid','comparisonValue':true}", 1, 2);
        check("{'type':'EQUAL','fieldName':'total','comparisonValue':'5.10'}", 1);
        check(
                "{'type':'NOT','conditions':[{'type':'EQUAL','fieldName':'paid',"
                        + "'comparisonValue':'true'}]}",
                3,
                4);
        check(
                "{'type':'NOT','conditions':["
                        + "{'type':'EQUAL','fieldName':'id','comparisonValue':'1'},"
                        + "{'type':'EQUAL','fieldName':'id','comparisonValue':'4'}]}",
                2,
                3);
        check(
                "{'type':'AND','conditions':["
                        + "{'type':'EQUAL','fieldName':'paid','comparisonValue':'true'},"
                        + "{'type':'NOT','conditions':[{'type':'EQUAL','fieldName':'id',"
                        + "'comparisonValue':'1'}]}]}",
                2);
        check(
                "{'type':'OR','conditions':["
                        + "{'type':'EQUAL','fieldName':'id','comparisonValue':'1'},"
                        + "{'type':'EQUAL','fieldName':'id','comparisonValue':'4'}]}",
                1,
                4);
    }

    private void check(String condition, long... expected) {
        ColumnBatch users =
                users(
                        "{'id':1,'email':'a','paid':true,'total':5.1}",
                        "{'id':2,'email':'b','paid':true}",
                        "{'id':3,'email':'','paid':false}",
                        "{'id':4}");
        MapperChain chain = chain(mapper("row-filtering", "'conditions':" + condition));
        try (ColumnBatch batch = chain.apply(users)) {
            long[] kept = new long[batch.rows()];
            for (int row = 0; row < kept.length; row++) {
                kept[row] = batch.fixed(0).getLong(row);
            }
            assertThat(kept).as(condition).containsExactly(expected);
        }
    }

    @Test
    void randomConditionsMeanWhatTheirPartsMean() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            List<String> lines = new ArrayList<>();
            for (int row = 0; row < 20; row++) {
                lines.add(random.nextInt(4) == 0 ? "{}" : "{'id':%d}".formatted(random.nextInt(4)));
            }
            var condition = new StringBuilder();
            Model model = random(random, condition, 3);
            MapperChain chain = chain(mapper("row-filtering", "'conditions':" + condition));
            List<Optional<Long>> expected =
                    lines.stream()
                            .map(line -> line.equals("{}") ? -1 : line.charAt(6) - '0')
                            .filter(model::holds)
                            .map(id -> id < 0 ? Optional.<Long>empty() : Optional.of((long) id))
                            .toList();
            try (ColumnBatch batch = chain.apply(users(lines.toArray(String[]::new)))) {
                List<Optional<Long>> kept = new ArrayList<>();
                for (int row = 0; row < batch.rows(); row++) {
                    kept.add(
                            batch.vector(0).isNull(row)
                                    ? Optional.empty()
                                    : Optional.of(batch.fixed(0).getLong(row)));
                }
                assertThat(kept).as(condition.toString()).isEqualTo(expected);
            }
        }
    }

    /** What a condition should say of an id; -1 stands for null. */
    private interface Model {
        boolean holds(int id);
    }

    private static Model random(Random random, StringBuilder text, int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            int value = random.nextInt(4);
            text.append(
                    "{'type':'EQUAL','fieldName':'id','comparisonValue':'%d'}".formatted(value));
            return id -> id == value;
        }
        String type = List.of("AND", "OR", "NOT").get(random.nextInt(3));
        text.append("{'type':'%s','conditions':[".formatted(type));
        List<Model> parts = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            parts.add(random(random, text, depth - 1));
            text.append(i > 1 ? "," : "]}");
        }
        return switch (type) {
            case "AND" -> id -> parts.stream().allMatch(part -> part.holds(id));
            case "OR" -> id -> parts.stream().anyMatch(part -> part.holds(id));
            default -> id -> parts.stream().noneMatch(part -> part.holds(id));
        };
    }

    @Test
    void everyProblemIsToldWithItsPlace() {
        List<JsonNode> mappers =
                List.of(
                        json("{'mapperConfiguration':{}}"),
                        mapper("hashin", "'targetField':'email'"),
                        mapper("hashing", "'targetField':5,'method':'SHA-3','suffix':'_x'"),
                        mapper(
                                "row-filtering",
                                "'conditions':{'type':'NOT','conditions':[{'type':'LIKE'}]}"),
                        mapper(
                                "encryption",
                                "'algorithm':'AES','targetField':'email','mode':'CBC',"
                                        + "'padding':'NoPadding','key':'00ff'"));
        List<String> problems =
                MapperChain.lint(mappers).stream()
                        .map(problem -> problem.kind() + " " + problem.place())
                        .toList();
        assertThat(problems)
                .containsExactlyInAnyOrder(
                        "MISSING_MAPPER /0",
                        "MISSING_MAPPER /1/type",
                        "INVALID_MAPPER_CONFIG /2/mapperConfiguration/targetField",
                        "INVALID_MAPPER_CONFIG /2/mapperConfiguration/method",
                        "INVALID_MAPPER_CONFIG /2/mapperConfiguration/suffix",
                        "INVALID_MAPPER_CONFIG /2/mapperConfiguration",
                        "INVALID_MAPPER_CONFIG /3/mapperConfiguration/conditions/conditions/0/type",
                        "INVALID_MAPPER_CONFIG /4/mapperConfiguration/key");
        assertThat(MapperChain.lint(mappers).toString()).doesNotContain("00ff");
    }

    @Test
    void fieldsAreLookedForAmongWhatTheMappersBeforeLeave() {
        assertThat(
                        MapperChain.validate(
                                List.of(renaming("email", "mail"), filtering("mail")), USERS))
                .isEmpty();
        assertThat(
                        MapperChain.validate(
                                List.of(
                                        renaming("email", "mail"),
                                        filtering("email"),
                                        filtering("total")),
                                USERS))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(MapperProblem.Kind.FIELD_NOT_FOUND);
                    assertThat(problem.place().toString())
                            .isEqualTo("/1/mapperConfiguration/targetField");
                    assertThat(problem.message()).contains("\"mail\"");
                });
        assertThat(MapperChain.validate(List.of(renaming("email", "total")), USERS))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.kind())
                                .isEqualTo(MapperProblem.Kind.FIELD_ALREADY_EXISTS));
        assertThatThrownBy(() -> chain(filtering("nothing")))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessageContaining("\"nothing\"");
    }

    @Test
    void keysFollowTheirFieldsAsLongAsEqualValuesStayEqual() {
        MapperChain chain =
                chain(
                        renaming("id", "key"),
                        hashing("key", "MD5"),
                        aes("CTR", "NoPadding", KEY),
                        filtering("paid"));
        assertThat(chain.mappedName("id")).contains("key_hashed");
        assertThat(chain.orderedName("id")).isEmpty();
        assertThat(chain.mappedName("email")).isEmpty();
        assertThat(chain.mappedName("paid")).isEmpty();
        assertThat(chain.orderedName("total")).contains("total");
        assertThat(chain(renaming("id", "key")).orderedName("id")).contains("key");
    }

    @Test
    void aKeyIsNeverShown() {
        JsonNode masked = MapperChain.masked(aes("CTR", "NoPadding", KEY));
        assertThat(masked.toString()).doesNotContain(KEY).contains("**********");
    }

    @Test
    void noMappersChangeNothing() {
        ColumnBatch users = users("{'id':1}");
        try (ColumnBatch batch = chain().apply(users)) {
            assertThat(batch).isSameAs(users);
        }
    }

    private static MapperChain chain(JsonNode... mappers) {
        return MapperChain.compile(List.of(mappers), USERS);
    }

    private static JsonNode hashing(String field, String method) {
        return mapper(
                "hashing",
                "'targetField':'%s','method':'%s','fieldNameSuffix':'_hashed'"
                        .formatted(field, method));
    }

    private static JsonNode renaming(String from, String to) {
        return mapper(
                "field-renaming",
                "'originalFieldName':'%s','newFieldName':'%s'".formatted(from, to));
    }

    private static JsonNode filtering(String field) {
        return mapper("field-filtering", "'targetField':'%s'".formatted(field));
    }

    private static JsonNode aes(String mode, String padding, String key) {
        return mapper(
                "encryption",
                ("'algorithm':'AES','targetField':'email','fieldNameSuffix':'_secret',"
                                + "'mode':'%s','padding':'%s','key':'%s'")
                        .formatted(mode, padding, key));
    }

    private static JsonNode mapper(String type, String configuration) {
        return json(
                "{'id':'0191f3a0-0000-7000-8000-0123456789ab','type':'%s','mapperConfiguration':{%s}}"
                        .formatted(type, configuration));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    private ColumnBatch users(String... lines) {
        var batch = new ColumnBatch(memory, StreamName.of("users"), USERS, 0, 16);
        var writer = new JsonRowWriter(USERS);
        for (String line : lines) {
            byte[] bytes = line.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            assertThat(writer.write(batch, bytes, 0, bytes.length)).isEmpty();
        }
        return batch;
    }

    private static String line(ColumnBatch batch, int row) {
        var out = new JsonBuffer(64);
        new JsonLineEncoder(batch.schema()).encode(batch, row, out);
        return out.text();
    }
}
