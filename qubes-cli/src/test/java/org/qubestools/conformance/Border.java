package org.qubestools.conformance;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Keeps one case from harming the others: what it throws, and hanging, is a difference of this case alone. */
final class Border {
    private static final long SECONDS = 120;
    private static final long MEMORY = 200L * 1000 * 1000;

    /** One case; the list says what differs. */
    interface Case {
        List<String> differences() throws Exception;
    }

    /** Several cases, each with a border of its own. */
    interface Step {
        void run() throws IOException;
    }

    private Border() {}

    static List<String> run(Case found) {
        FutureTask<List<String>> task = new FutureTask<>(found::differences);
        Thread thread = new Thread(task, "case");
        thread.setDaemon(true); // one that hangs does not keep the runner alive
        thread.start();
        try {
            return task.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return List.of("hangs");
        } catch (ExecutionException e) {
            return List.of("broke off with " + e.getCause() + place(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of("was interrupted");
        }
    }

    private static String place(Throwable cause) {
        return cause.getStackTrace().length == 0 ? "" : " at " + cause.getStackTrace()[0];
    }

    /** The case, and a difference more if it took more memory, all in all, than any input may use. */
    static List<String> frugal(Case found) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        List<String> differences = new ArrayList<>(found.differences());
        long used = threads.getCurrentThreadAllocatedBytes() - before;
        if (used > MEMORY) {
            differences.add("used " + used + " bytes of memory");
        }
        return differences;
    }
}
