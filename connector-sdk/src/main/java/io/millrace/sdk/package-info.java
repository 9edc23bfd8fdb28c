@NullMarked
package io.millrace.sdk;

import org.jspecify.annotations.NullMarked;
