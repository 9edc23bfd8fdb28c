/**
 * A source of users, products and purchases that nobody has made, for trying and measuring. The
 * door is {@link io.millrace.connector.faker.FakerSourceDefinition}.
 */
@NullMarked
package io.millrace.connector.faker;

import org.jspecify.annotations.NullMarked;
