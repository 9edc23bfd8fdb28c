/**
 * Python's values and what Python does with them, as far as templates can see it: text, numbers,
 * containers, dates, their methods, their printed forms, and the reading of literals. Doors are
 * {@link io.millrace.declarative.interpolation.python.Python} (operations on any value), {@link
 * io.millrace.declarative.interpolation.python.LiteralEvaluator} (text to value) and {@link
 * io.millrace.declarative.interpolation.python.Json} (JSON to value and back).
 *
 * <p>The values are plain Java objects, so that a record which was read from JSON is a Python value
 * without conversion:
 *
 * <table>
 * <caption>Which Java type stands for which Python type</caption>
 * <tr><td>{@code None}</td><td>{@code null}</td></tr>
 * <tr><td>{@code bool}</td><td>{@link java.lang.Boolean}</td></tr>
 * <tr><td>{@code int}</td><td>{@link java.lang.Long}, and {@link java.math.BigInteger} outside of its range only</td></tr>
 * <tr><td>{@code float}</td><td>{@link java.lang.Double}</td></tr>
 * <tr><td>{@code str}</td><td>{@link java.lang.String}; lengths and positions count code points</td></tr>
 * <tr><td>{@code list}</td><td>{@link java.util.List} (an {@link java.util.ArrayList} where templates may change it)</td></tr>
 * <tr><td>{@code tuple}</td><td>{@link io.millrace.declarative.interpolation.python.Tuple}</td></tr>
 * <tr><td>{@code dict}</td><td>{@link java.util.Map} that keeps its order and allows null, e.g.
 * {@link java.util.LinkedHashMap}</td></tr>
 * <tr><td>{@code date}</td><td>{@link java.time.LocalDate}</td></tr>
 * <tr><td>all else</td><td>types of this package</td></tr>
 * </table>
 */
@NullMarked
package io.millrace.declarative.interpolation.python;

import org.jspecify.annotations.NullMarked;
