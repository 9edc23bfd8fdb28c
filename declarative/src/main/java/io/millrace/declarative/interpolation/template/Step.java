package io.millrace.declarative.interpolation.template;

/** A compiled statement. */
@FunctionalInterface
interface Step {
    void run(Frame frame, StringBuilder output);
}
