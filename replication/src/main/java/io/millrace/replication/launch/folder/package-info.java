/**
 * Connectors in a folder of their own, which says in {@code connector.yaml} how they are started.
 * The door is {@link io.millrace.replication.launch.folder.FolderLauncher}.
 */
@NullMarked
package io.millrace.replication.launch.folder;

import org.jspecify.annotations.NullMarked;
