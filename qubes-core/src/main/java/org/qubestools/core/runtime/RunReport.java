package org.qubestools.core.runtime;

/** Hears how the work on running VMs goes; called by the thread that does it. */
public interface RunReport {
    /** Nobody listens, and nobody wants the work to end. */
    RunReport NONE = new RunReport() {
        @Override
        public void note(String message) {}

        @Override
        public void warn(String message) {}
    };

    /** The next step of something that takes time. */
    void note(String message);

    /** Something is not as it should be, and the work goes on. */
    void warn(String message);

    /** Asked between two steps: throws CANCELLED if the work shall end; then what was begun is taken back. */
    default void requireWanted() {}
}
