package org.qubestools.core.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** All that fakes did, in order, and what a test has happen in the middle of one of their steps, once each. */
public final class Steps extends CopyOnWriteArrayList<String> {
    private static final long serialVersionUID = 1;

    private final transient Map<String, Runnable> happenings = new LinkedHashMap<>();

    public Steps() {}

    /** Has this happen when the step is noted, before it is done. */
    public void at(String step, Runnable happening) {
        synchronized (happenings) {
            happenings.put(step, happening);
        }
    }

    @Override
    public boolean add(String step) {
        boolean added = super.add(step);
        Runnable happening;
        synchronized (happenings) {
            happening = happenings.remove(step);
        }
        if (happening != null) {
            happening.run();
        }
        return added;
    }
}
