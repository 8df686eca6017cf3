package org.qubestools.core.property;

/** What a changed property asks for beyond the attribute in the store. */
public enum LiveEffect {
    NONE,
    /** A running VM is attached to another network. */
    NETWORK,
    /** The link to the icon is replaced. */
    LABEL,
    /** The VM gets another name: its directory and files are renamed. */
    NAME,
    /** The link of the VM's systemd unit is made or removed. */
    AUTOSTART
}
