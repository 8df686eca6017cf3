package org.qubestools.devices;

/** Who keeps the books of the loop devices that the toolkit made, and is told what becomes of them. */
interface OwnLoops {
    /** Nobody: none was made. */
    OwnLoops NONE = new OwnLoops() {
        @Override
        public void willBe(String path, String vm, FrontendName frontend) {}

        @Override
        public void detached(String path) {}
    };

    /** A device of dom0 with this path is about to be a disk of a VM; what is no loop device of ours is ignored. */
    void willBe(String path, String vm, FrontendName frontend);

    /** A VM has let go of what has this path in dom0. */
    void detached(String path);
}
