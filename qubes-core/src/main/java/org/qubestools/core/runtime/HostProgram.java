package org.qubestools.core.runtime;

import java.util.Map;

/** The programs of a host that are used around running VMs, and where they are unless the configuration says otherwise. */
public enum HostProgram {
    QUBESDB_DAEMON("/usr/sbin/qubesdb-daemon"),
    QREXEC_DAEMON("/usr/lib/qubes/qrexec-daemon"),
    QREXEC_CLIENT(HostQrexecClient.PROGRAM),
    GUI_DAEMON("/usr/bin/qubes-guid"),
    PREPARE_VOLATILE("/usr/lib/qubes/prepare-volatile-img.sh"),
    QUBESDB_HOSTD("qubesdb-hostd"),
    XENSTORE_READ("xenstore-read"),
    XENSTORE_CHMOD("xenstore-chmod"),
    RUNUSER("runuser"),
    XPROP("xprop"),
    XHOST("xhost"),
    XRANDR("xrandr"),
    DMSETUP("dmsetup"),
    LOSETUP("losetup"),
    PARTX("partx"),
    SYSTEMCTL("systemctl");

    private final String usual;

    HostProgram(String usual) {
        this.usual = usual;
    }

    /** The key of its path in the configuration: {@code QUBES_QREXEC_DAEMON_PROGRAM}. */
    public String key() {
        return "QUBES_" + name() + "_PROGRAM";
    }

    /** Its path, or its name in PATH. */
    public String in(Map<String, String> settings) {
        String set = settings.get(key());
        return set == null || set.isEmpty() ? usual : set;
    }
}
