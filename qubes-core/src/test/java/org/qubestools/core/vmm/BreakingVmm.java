package org.qubestools.core.vmm;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/**
 * Connections to a fake of which one call is cut off, as by a restart of libvirt's daemon: before the call is done, or when
 * it is done and the answer is lost. The domains stay, and the next connection works, unless the daemon stays away.
 */
public final class BreakingVmm implements LazyVmm.Opener {
    /** What asks nothing of the daemon. */
    private static final Set<String> LOCAL =
            Set.of("traits", "isAlive", "close", "subscribe", "definitionText", "devices");

    /** When the connection breaks. */
    public enum When {
        /** Nothing of the call was done. */
        BEFORE,
        /** All of it was. */
        AFTER
    }

    private final FakeVmm fake;
    private final int breakingCall;
    private final When when;
    private final int refusals;
    private int calls;
    private int refused;
    private boolean broken;
    private String brokenCall = "";

    /** Breaks at call {@code breakingCall}, from 0; so many openings after that fail. */
    public BreakingVmm(FakeVmm fake, int breakingCall, When when, int refusals) {
        this.fake = fake;
        this.breakingCall = breakingCall;
        this.when = when;
        this.refusals = refusals;
    }

    /** Whether it came to that call. */
    public boolean broke() {
        return broken;
    }

    /** The name of the method that was cut off. */
    public String brokenCall() {
        return brokenCall;
    }

    @Override
    public Vmm open() {
        if (broken && refused < refusals) {
            refused++;
            throw new QubesException(ErrorKind.VMM_UNREACHABLE, "cannot connect to fake:///: connection refused");
        }
        return (Vmm) Proxy.newProxyInstance(Vmm.class.getClassLoader(), new Class<?>[] {Vmm.class}, new Connection());
    }

    private final class Connection implements InvocationHandler {
        private boolean alive = true;

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            String name = method.getName();
            if (name.equals("isAlive")) {
                return alive;
            }
            if (name.equals("close")) {
                return null; // the fake is for the next connection too
            }
            if (LOCAL.contains(name)) {
                return call(method, arguments);
            }
            if (!alive) {
                throw lost();
            }
            boolean now = !broken && calls++ == breakingCall;
            if (now) {
                broken = true;
                brokenCall = name;
                alive = false;
            }
            if (now && when == When.BEFORE) {
                throw lost();
            }
            Object answer = call(method, arguments);
            if (now) {
                throw lost();
            }
            return answer;
        }

        private Object call(Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(fake, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    private static QubesException lost() {
        return new QubesException(ErrorKind.VMM_UNREACHABLE, "the connection to the fake is lost");
    }
}
