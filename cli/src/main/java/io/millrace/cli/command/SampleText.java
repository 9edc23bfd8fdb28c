package io.millrace.cli.command;

import io.millrace.declarative.http.Answer;
import io.millrace.declarative.source.Sample;
import io.millrace.declarative.source.Trees;
import io.millrace.protocol.secret.SecretMasker;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A test read as a person or a program wants to see it, without secrets (invariant 7). */
final class SampleText {
    /** Of a body; more is shown as a document only. */
    private static final int SHOWN = 2000;

    /** Headers whose values are credentials, in whatever form. */
    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key");

    private final ManifestSample.Result result;
    private final SecretMasker masker;

    SampleText(ManifestSample.Result result) {
        this.result = result;
        this.masker = result.masker();
    }

    void print(PrintStream out) {
        Sample sample = result.sample();
        for (Sample.Exchange exchange : sample.others()) {
            out.println("# " + exchange.requester());
            print(exchange, out);
            out.println();
        }
        for (Sample.Slice slice : sample.slices()) {
            if (!slice.descriptor().isEmpty()) {
                out.println("# slice " + json(slice.descriptor()));
            }
            for (Sample.Page page : slice.pages()) {
                page.exchanges().forEach(exchange -> print(exchange, out));
                out.println("%d records".formatted(page.records().size()));
                page.records().forEach(record -> out.println(json(record)));
                out.println("schema " + json(page.schema()));
                out.println();
            }
        }
        if (sample.limited()) {
            out.println("There is more; the limits ended the read.");
        }
    }

    private void print(Sample.Exchange exchange, PrintStream out) {
        out.println(
                masker.mask(
                        "%s %s".formatted(exchange.request().method(), exchange.request().url())));
        exchange.request().headers().forEach((name, value) -> out.println(header(name, value)));
        exchange.request().body().ifPresent(body -> out.println("  " + masker.mask(body)));
        Answer answer = exchange.answer();
        out.println(String.valueOf(answer.status()));
        answer.headers()
                .fields()
                .forEach(field -> out.println(header(field.getKey(), field.getValue())));
        if (answer.isStreamed()) {
            out.println("  (a body that was read while it came)");
            return;
        }
        String body = masker.mask(answer.text());
        out.println(
                body.length() <= SHOWN
                        ? "  " + body
                        : "  %s… (%d characters)"
                                .formatted(body.substring(0, SHOWN), body.length()));
    }

    private String header(String name, String value) {
        return "  %s: %s".formatted(name, shown(name, value));
    }

    private String shown(String name, String value) {
        return CREDENTIALS.contains(name.toLowerCase(Locale.ROOT))
                ? SecretMasker.MASK
                : masker.mask(value);
    }

    private String json(Map<String, Object> value) {
        return masker.mask(Trees.toTree(value).toString());
    }

    /** Everything as one document. */
    String document() {
        Sample sample = result.sample();
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("stream", result.stream());
        ArrayNode slices = document.putArray("slices");
        for (Sample.Slice slice : sample.slices()) {
            ObjectNode node = slices.addObject();
            node.set("slice", Trees.toTree(slice.descriptor()));
            ArrayNode pages = node.putArray("pages");
            for (Sample.Page page : slice.pages()) {
                ObjectNode pageNode = pages.addObject();
                ArrayNode exchanges = pageNode.putArray("exchanges");
                page.exchanges().forEach(exchange -> exchanges.add(node(exchange)));
                ArrayNode records = pageNode.putArray("records");
                page.records().forEach(record -> records.add(Trees.toTree(record)));
                pageNode.set("schema", Trees.toTree(page.schema()));
            }
        }
        ArrayNode others = document.putArray("auxiliary_requests");
        sample.others().forEach(exchange -> others.add(node(exchange)));
        document.set("schema", Trees.toTree(sample.schema()));
        document.put("limited", sample.limited());
        sample.failure()
                .ifPresent(failure ->
                        document.putObject("failure")
                                .put("type", failure.failureType().text())
                                .put("message", failure.getMessage()));
        return masker.mask(document.toPrettyString());
    }

    private ObjectNode node(Sample.Exchange exchange) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("requester", exchange.requester());
        ObjectNode request = node.putObject("request");
        request.put("method", exchange.request().method());
        request.put("url", exchange.request().url());
        ObjectNode sent = request.putObject("headers");
        exchange.request().headers().forEach((name, value) -> sent.put(name, shown(name, value)));
        exchange.request().body().ifPresent(body -> request.put("body", body));
        ObjectNode response = node.putObject("response");
        response.put("status", exchange.answer().status());
        ObjectNode got = response.putObject("headers");
        exchange.answer()
                .headers()
                .fields()
                .forEach(field -> got.put(field.getKey(), shown(field.getKey(), field.getValue())));
        if (!exchange.answer().isStreamed()) {
            response.put("body", exchange.answer().text());
        }
        return node;
    }
}
