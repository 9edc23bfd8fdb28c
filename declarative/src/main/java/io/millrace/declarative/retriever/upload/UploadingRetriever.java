package io.millrace.declarative.retriever.upload;

import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.interpolation.python.StreamSlice;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.partition.SliceSink;
import io.millrace.declarative.record.SourceRecord;
import io.millrace.declarative.retriever.PageSink;
import io.millrace.declarative.retriever.Retriever;
import io.millrace.declarative.retriever.SliceRead;
import java.nio.file.Path;

/** Gives the records of another retriever, each with the file that it tells of. */
public final class UploadingRetriever implements Retriever {
    private final Retriever records;
    private final FileUpload upload;

    private UploadingRetriever(Retriever records, FileUpload upload) {
        this.records = records;
        this.upload = upload;
    }

    /**
     * @param definition the {@code file_uploader} of a stream
     * @param stream its name
     */
    public static UploadingRetriever compile(
            Retriever records, Definition definition, String stream, HttpEngine engine) {
        return compile(records, definition, stream, FileUpload.directory(System.getenv()), engine);
    }

    /** The same with another folder for the files. */
    static UploadingRetriever compile(
            Retriever records,
            Definition definition,
            String stream,
            Path directory,
            HttpEngine engine) {
        return new UploadingRetriever(
                records, FileUpload.compile(definition, stream, directory, engine));
    }

    @Override
    public boolean generate(SliceSource slices, SliceSink sink) throws InterruptedException {
        return records.generate(slices, sink);
    }

    @Override
    public void read(StreamSlice slice, SliceRead read, PageSink sink) throws InterruptedException {
        records.read(
                slice,
                read,
                new PageSink() {
                    @Override
                    public void accept(SourceRecord record) throws InterruptedException {
                        upload.upload(record);
                        sink.accept(record);
                    }

                    @Override
                    public void endPage() throws InterruptedException {
                        sink.endPage();
                    }
                });
    }
}
