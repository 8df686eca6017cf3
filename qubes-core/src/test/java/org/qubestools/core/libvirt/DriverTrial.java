package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;
import org.qubestools.core.vmm.Subscription;
import org.qubestools.core.vmm.Vmm;

/**
 * One operation tried on libvirt's test driver: by its functions as they are, or by our code, which takes the driver for
 * another one and some functions of which answer as that one does. The domains are those of {@link SampleStore}; closing
 * ends and undefines them.
 */
final class DriverTrial implements AutoCloseable {
    static final String URI = "test:///default";

    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final long EVENT_SECONDS = 10;
    private static final int TRANSIENT = 0;

    final SampleStore store = SampleStore.complete();
    final NativeLibvirt real;
    final Pointer connection;
    final AnsweringLibvirt libvirt;
    final DriverProfile profile;
    final Vmm vmm;
    private final List<Pointer> handles = new ArrayList<>();
    private final List<DomainKey> defined = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();

    /** {@code driver}: xen, qemu or test, which our code takes it for. */
    DriverTrial(String driver) {
        real = NativeLibvirt.load();
        connection = real.pointer("virConnectOpen", URI);
        libvirt = new AnsweringLibvirt(real);
        DriverSettings settings = new DriverSettings(driver, null, null, null);
        profile = DriverProfiles.of(driver, () -> "<capabilities/>", settings, new CompleteHost());
        vmm = open(settings);
    }

    /** Our code on the answering library. */
    Vmm open(DriverSettings settings) {
        LibvirtOptions options = new LibvirtOptions(URI, LIMIT, settings, new CompleteHost());
        return new LibvirtVmm(Connection.open(libvirt, URI, LIMIT), options, warning -> {});
    }

    DomainSpec spec(String vm) {
        return store.spec(vm);
    }

    /** Defines a VM of the store in the test driver's own words, whatever driver our code takes it for. */
    Pointer define(String vm) {
        return define(spec(vm), new TestProfile(new CompleteHost()).domainXml(spec(vm)));
    }

    /** Defines it by this document. */
    Pointer define(DomainSpec spec, String document) {
        defined.add(spec.key());
        return kept(real.pointer("virDomainDefineXML", connection, document));
    }

    /** Defines and starts it. */
    Pointer start(String vm) {
        Pointer domain = define(vm);
        real.number("virDomainCreate", domain);
        return domain;
    }

    Pointer kept(Pointer domain) {
        handles.add(domain);
        return domain;
    }

    boolean isTransient(Pointer domain) {
        return real.number("virDomainIsPersistent", domain) == TRANSIENT;
    }

    /** {@code ok}, or {@code error} with the number that the driver itself gave. */
    static String outcome(Runnable call) {
        try {
            call.run();
            return "ok";
        } catch (LibvirtFailure e) {
            return "error " + e.code();
        }
    }

    /** What the driver tells of while it does something: as many events as are expected, in recorded words. */
    String events(int count, Runnable call) throws InterruptedException {
        BlockingQueue<DomainEvent> heard = new LinkedBlockingQueue<>();
        try (Subscription events = vmm.subscribe(heard::add)) {
            call.run();
            List<String> words = new ArrayList<>();
            while (words.size() < count) {
                DomainEvent event = heard.poll(EVENT_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    return "no event but " + words;
                }
                words.add(event.kind() + (event.kind() == DomainEvent.Kind.STOPPED ? "/" + upper(event) : ""));
            }
            return String.join(", ", words);
        }
    }

    private static String upper(DomainEvent event) {
        return event.detail().toUpperCase(java.util.Locale.ROOT);
    }

    /** What our code makes of it must be this. */
    void require(boolean holds, String what) {
        if (!holds) {
            differences.add(what);
        }
    }

    /** Our code must fail so, with this in its message. */
    void requireFailure(ErrorKind kind, String words, Runnable call) {
        try {
            call.run();
            differences.add("no failure, where '" + words + "' was due");
        } catch (QubesException e) {
            require(
                    e.kind() == kind && String.valueOf(e.getMessage()).contains(words),
                    "fails with " + e.kind() + ": " + e.getMessage());
        }
    }

    /** Our code must do it. */
    void requireDone(String what, Runnable call) {
        try {
            call.run();
        } catch (QubesException e) {
            differences.add(what + " fails: " + e.getMessage());
        }
    }

    List<String> differences() {
        return List.copyOf(differences);
    }

    DomainSnapshot look(String vm) {
        return vmm.find(spec(vm).key()).orElseThrow();
    }

    @Override
    public void close() {
        libvirt.forget();
        for (DomainKey key : defined) {
            vmm.destroy(key);
            vmm.undefine(key);
        }
        for (Pointer handle : handles) {
            real.plain("virDomainFree", handle);
        }
        vmm.close();
        real.plain("virConnectClose", connection);
    }
}
