package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qubestools.core.vmm.DomainSnapshot;

/** The answer of {@code virConnectGetAllDomainStats}: state and figures of all domains by one question. */
final class DomainStats {
    private static final int STATE = 1;
    private static final int CPU_TOTAL = 2;
    private static final int BALLOON = 4;

    /** Do not wait for domains on which somebody else works. */
    private static final int NO_WAIT = 0x20000000;

    /** {@code virDomainStatsRecord}: domain, parameters, their number. */
    private static final int RECORD_PARAMETERS = 8;

    private static final int RECORD_COUNT = 16;

    /** {@code virTypedParameter}: name, type, value. */
    private static final int PARAMETER_SIZE = 96;

    private static final int PARAMETER_TYPE = 80;
    private static final int PARAMETER_VALUE = 88;
    private static final int LAST_32_BIT_TYPE = 2;

    private final NativeLibvirt libvirt;

    private DomainStats(NativeLibvirt libvirt) {
        this.libvirt = libvirt;
    }

    /** Empty if the driver has no such call. */
    static Optional<List<DomainSnapshot>> ask(NativeLibvirt libvirt, Pointer connection) {
        try {
            return Optional.of(ask(libvirt, connection, NO_WAIT));
        } catch (LibvirtFailure e) {
            if (e.code() == LibvirtFailure.NO_SUPPORT) {
                return Optional.empty();
            }
            if (!e.isAny(LibvirtFailure.INVALID_ARG, LibvirtFailure.ARGUMENT_UNSUPPORTED)) {
                throw e;
            }
        }
        return Optional.of(ask(libvirt, connection, 0));
    }

    private static List<DomainSnapshot> ask(NativeLibvirt libvirt, Pointer connection, int flags) {
        PointerByReference records = new PointerByReference();
        int count =
                libvirt.number("virConnectGetAllDomainStats", connection, STATE | CPU_TOTAL | BALLOON, records, flags);
        try {
            DomainStats stats = new DomainStats(libvirt);
            List<DomainSnapshot> snapshots = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                snapshots.add(stats.snapshot(records.getValue().getPointer((long) i * Long.BYTES)));
            }
            return snapshots;
        } finally {
            libvirt.order("virDomainStatsRecordListFree", records.getValue());
        }
    }

    private DomainSnapshot snapshot(Pointer record) {
        Pointer domain = record.getPointer(0);
        String name = DomainNames.name(libvirt, domain);
        String uuid = DomainNames.uuid(libvirt, domain);
        int id = DomainNames.id(libvirt, domain);
        if (id < 0) {
            return Snapshots.inactive(name, uuid);
        }
        int count = record.getInt(RECORD_COUNT);
        byte[] parameters =
                count == 0 ? new byte[0] : record.getPointer(RECORD_PARAMETERS).getByteArray(0, count * PARAMETER_SIZE);
        return new DomainSnapshot(
                name,
                uuid,
                true,
                id,
                Snapshots.state((int) value(parameters, "state.state", 0)),
                value(parameters, "balloon.current", 0),
                value(parameters, "cpu.time", 0));
    }

    private static long value(byte[] parameters, String name, long absent) {
        byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < parameters.length; at += PARAMETER_SIZE) {
            if (begins(parameters, at, wanted) && parameters[at + wanted.length] == 0) {
                return NativeLibvirt.getInt(parameters, at + PARAMETER_TYPE) <= LAST_32_BIT_TYPE
                        ? NativeLibvirt.getInt(parameters, at + PARAMETER_VALUE)
                        : NativeLibvirt.getLong(parameters, at + PARAMETER_VALUE);
            }
        }
        return absent;
    }

    private static boolean begins(byte[] parameters, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (parameters[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
