/**
 * The acceptance suite: what a connector must do, whoever wrote it in whatever language, held
 * against what it does when it is run as a program. The door is {@link
 * io.millrace.cli.acceptance.AcceptanceSuite}; the checks of each part are a class each.
 */
@NullMarked
package io.millrace.cli.acceptance;

import org.jspecify.annotations.NullMarked;
