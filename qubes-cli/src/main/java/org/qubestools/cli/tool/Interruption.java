package org.qubestools.cli.tool;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Host;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.Endable;

/** Work that the user's wish to end interrupts; what is done after it, to clear up, is left alone. */
final class Interruption {
    private Interruption() {}

    /** Does the work; CANCELLED if the user ended it. */
    static int during(ToolContext ctx, IntSupplier work) {
        Wish wish = new Wish(Thread.currentThread());
        int code;
        try (Host.Registration guard = ctx.host().onInterrupt(wish::end)) {
            code = work.getAsInt();
        } catch (QubesException e) {
            throw wish.isEnd() ? cancelled(e) : e;
        } finally {
            wish.done();
        }
        if (wish.isEnd()) {
            throw cancelled(null);
        }
        return code;
    }

    /** The same for work without a result. */
    static Endable endable(ToolContext ctx) {
        return work -> during(ctx, () -> {
            work.run();
            return ExitCode.OK;
        });
    }

    private static QubesException cancelled(@Nullable QubesException cause) {
        return new QubesException(ErrorKind.CANCELLED, "interrupted", null, cause);
    }

    /** The user's wish to end the work of a thread; once that is done, the thread is left alone. */
    private static final class Wish {
        private @Nullable Thread worker;
        private boolean end;

        Wish(Thread worker) {
            this.worker = worker;
        }

        synchronized void end() {
            end = true;
            if (worker != null) {
                worker.interrupt();
            }
        }

        synchronized boolean isEnd() {
            return end;
        }

        /** What comes now must not be interrupted: it clears up. */
        synchronized void done() {
            worker = null;
            end |= Thread.interrupted();
        }
    }
}
