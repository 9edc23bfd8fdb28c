/**
 * Files that records tell of (reference: 10.2): fetched as the records are read, and laid where
 * whoever reads the records finds them. The door is {@link
 * io.millrace.declarative.retriever.upload.UploadingRetriever}.
 */
@NullMarked
package io.millrace.declarative.retriever.upload;

import org.jspecify.annotations.NullMarked;
