package org.qubestools.cli.output;

import java.io.PrintStream;

/**
 * The last line of a terminal, drawn over and over while work goes on; whatever else is said goes above it. Nothing
 * special happens to what is said while no line is drawn. Safe for several threads.
 */
public final class StatusLine {
    /** Characters that fit on one line of any terminal. */
    static final int WIDTH = 78;

    private static final String WIPED = "\r" + " ".repeat(WIDTH) + "\r";

    private final PrintStream terminal;
    private String drawn = "";

    /** Draws there, once asked to. */
    public StatusLine(PrintStream terminal) {
        this.terminal = terminal;
    }

    /** Where it is drawn. */
    PrintStream terminal() {
        return terminal;
    }

    /** Replaces the line; what does not fit is cut off. */
    synchronized void draw(String text) {
        drawn = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
        print("");
    }

    /** Takes the line away. */
    public synchronized void clear() {
        if (!drawn.isEmpty()) {
            drawn = "";
            terminal.print(WIPED);
            terminal.flush();
        }
    }

    /** Prints whole lines, the last line feed too, above the line. */
    public synchronized void above(String lines) {
        if (!drawn.isEmpty()) {
            print(WIPED.concat(lines));
        } else {
            terminal.print(lines);
            terminal.flush();
        }
    }

    private void print(String before) {
        terminal.print(before + "\r" + drawn + " ".repeat(WIDTH - drawn.length()));
        terminal.flush();
    }
}
