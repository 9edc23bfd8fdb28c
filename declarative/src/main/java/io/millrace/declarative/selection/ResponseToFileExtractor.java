package io.millrace.declarative.selection;

import io.millrace.declarative.decoder.FileTable;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.RecordSink;

/**
 * Takes an answer for a file of CSV, whatever the decoder says.
 *
 * @param keepsWords whether words such as {@code NA} stay, where else they become null
 */
record ResponseToFileExtractor(boolean keepsWords) implements RecordExtractor {

    static ResponseToFileExtractor compile(Definition definition) {
        return new ResponseToFileExtractor(definition.flag("preserve_na_values", false));
    }

    @Override
    public long extract(Answer answer, RecordSink sink) throws InterruptedException {
        return FileTable.read(answer, keepsWords, sink);
    }
}
