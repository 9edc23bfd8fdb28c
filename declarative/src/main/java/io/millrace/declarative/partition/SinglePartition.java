package io.millrace.declarative.partition;

import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.StreamSlice;
import java.util.List;
import java.util.Map;

/** The stream as a whole, where there is no router. */
record SinglePartition() implements PartitionRouter {

    @Override
    public PartitionRun start(Map<String, Object> streamState) {
        return PartitionRun.withoutParents(sink -> sink.accept(StreamSlice.EMPTY));
    }

    @Override
    public RequestOptions options(StreamSlice slice) {
        return RequestOptions.EMPTY;
    }

    @Override
    public List<ParentStream> parents() {
        return List.of();
    }

    @Override
    public boolean isSingle() {
        return true;
    }
}
