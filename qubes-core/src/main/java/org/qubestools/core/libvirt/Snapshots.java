package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;

/** How domains are: all of them by one question where the driver can answer it, or one of them. */
final class Snapshots {
    private static final DomainState[] STATES = {
        DomainState.NOSTATE,
        DomainState.RUNNING,
        DomainState.BLOCKED,
        DomainState.PAUSED,
        DomainState.SHUTDOWN,
        DomainState.SHUTOFF,
        DomainState.CRASHED,
        DomainState.PMSUSPENDED
    };

    /** {@code virDomainInfo} on 64-bit machines. */
    private static final int INFO_SIZE = 40;

    private static final int INFO_MEMORY = 16;
    private static final int INFO_CPU_TIME = 32;

    private final Connection connection;
    private volatile boolean knowsStats = true;

    Snapshots(Connection connection) {
        this.connection = connection;
    }

    List<DomainSnapshot> all() {
        return connection.ask("list the domains", new Look());
    }

    /** No lambda: the first use of it takes longer than the look. */
    private final class Look implements Connection.Call<List<DomainSnapshot>> {
        @Override
        public List<DomainSnapshot> on(NativeLibvirt libvirt, Pointer pointer) {
            if (knowsStats) {
                Optional<List<DomainSnapshot>> answer = DomainStats.ask(libvirt, pointer);
                if (answer.isPresent()) {
                    return answer.get();
                }
                knowsStats = false;
            }
            return oneByOne(libvirt, pointer);
        }
    }

    /** For drivers without statistics: a question for the list, and one for each active domain. */
    private static List<DomainSnapshot> oneByOne(NativeLibvirt libvirt, Pointer connection) {
        PointerByReference list = new PointerByReference();
        int count = libvirt.number("virConnectListAllDomains", connection, list, 0);
        Pointer array = list.getValue();
        List<DomainSnapshot> snapshots = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                ifThere(libvirt, array.getPointer((long) i * Long.BYTES)).ifPresent(snapshots::add);
            }
        } finally {
            for (int i = 0; i < count; i++) {
                libvirt.plain("virDomainFree", array.getPointer((long) i * Long.BYTES));
            }
            NativeLibvirt.free(array);
        }
        return snapshots;
    }

    /** From a handle of a list; empty if the domain was removed since. */
    static Optional<DomainSnapshot> ifThere(NativeLibvirt libvirt, Pointer domain) {
        try {
            return Optional.of(of(libvirt, domain));
        } catch (LibvirtFailure e) {
            if (e.code() == LibvirtFailure.NO_DOMAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    Optional<DomainSnapshot> find(DomainKey key) {
        return connection.onDomain("look at " + Words.domain(key.name()), key, Snapshots::of);
    }

    /** From a handle that was made just now. */
    static DomainSnapshot of(NativeLibvirt libvirt, Pointer domain) {
        String name = DomainNames.name(libvirt, domain);
        String uuid = DomainNames.uuid(libvirt, domain);
        int id = DomainNames.id(libvirt, domain);
        if (id < 0) {
            return inactive(name, uuid);
        }
        byte[] info = new byte[INFO_SIZE];
        try {
            libvirt.number("virDomainGetInfo", domain, info);
            DomainState state = state(info[0]);
            // One that ended meanwhile; Xen says the same of a domain that is just dying.
            if (state == DomainState.SHUTOFF && libvirt.number("virDomainIsActive", domain) == 0) {
                return inactive(name, uuid);
            }
            return new DomainSnapshot(
                    name,
                    uuid,
                    true,
                    id,
                    state,
                    NativeLibvirt.getLong(info, INFO_MEMORY),
                    NativeLibvirt.getLong(info, INFO_CPU_TIME));
        } catch (LibvirtFailure e) {
            if (e.mayMeanNotActive() && e.code() != LibvirtFailure.NO_DOMAIN) {
                return inactive(name, uuid);
            }
            throw e;
        }
    }

    static DomainSnapshot inactive(String name, String uuid) {
        return new DomainSnapshot(name, uuid, false, -1, DomainState.SHUTOFF, 0, 0);
    }

    /** Libvirt's number of a state; one that we do not know counts as {@code NOSTATE}. */
    static DomainState state(int number) {
        return number >= 0 && number < STATES.length ? STATES[number] : DomainState.NOSTATE;
    }
}
