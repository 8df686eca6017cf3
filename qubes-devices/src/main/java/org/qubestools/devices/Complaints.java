package org.qubestools.devices;

import java.util.List;

/** What is wrong with the devices that a VM offers: it can offer ten thousand, of which the first ones tell enough. */
final class Complaints {
    private static final int MOST = 20;

    private Complaints() {}

    /**
     * Adds the first ones, and a line with the number of the others.
     *
     * @param of what a VM is complained of, in lines fit for a terminal
     * @param others what is said behind that number
     */
    static void add(List<String> of, String others, List<String> complaints) {
        complaints.addAll(of.subList(0, Math.min(MOST, of.size())));
        if (of.size() > MOST) {
            complaints.add((of.size() - MOST) + others);
        }
    }
}
