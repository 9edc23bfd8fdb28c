/**
 * The configuration of a manifest's source: what its form is ({@link
 * io.millrace.declarative.config.Spec}), and how one that a user saved is migrated, transformed and
 * validated before anything else sees it (reference: 1.9).
 */
@NullMarked
package io.millrace.declarative.config;

import org.jspecify.annotations.NullMarked;
