package org.qubestools.core.model;

/**
 * One thing that is wrong in a store.
 *
 * @param about name of the VM ({@code ?<qid>} without one), name of the global, or name of the unknown element; safe to
 *     print
 * @param attribute the XML attribute, or empty if it is about the element
 * @param line where in the file, counted from 1; 0 if it is in no file
 * @param text one sentence for the user, safe to print
 */
public record Problem(ProblemCode code, String about, String attribute, int line, String text) {}
