@NullMarked
package io.millrace.declarative;

import org.jspecify.annotations.NullMarked;
