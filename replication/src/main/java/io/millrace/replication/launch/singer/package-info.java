/**
 * Singer taps as sources and Singer targets as destinations: catalog, schema, records and state are
 * translated line by line (reference: protocol 10). The door is {@link
 * io.millrace.replication.launch.singer.SingerLauncher}.
 */
@NullMarked
package io.millrace.replication.launch.singer;

import org.jspecify.annotations.NullMarked;
