/**
 * What is done to records between source and destination, in the API's shapes (reference: api 3.4).
 * A {@link io.millrace.replication.mapper.Mapper} maps a schema to a schema and a batch to a batch;
 * {@link io.millrace.replication.mapper.MapperChain} is the door. The set is open: a {@link
 * io.millrace.replication.mapper.MapperType} found as a service joins those of this package.
 */
@NullMarked
package io.millrace.replication.mapper;

import org.jspecify.annotations.NullMarked;
