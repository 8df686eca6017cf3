package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;

/**
 * The addresses that follow from ids: networks are {@code 10.137.<netid>.0/24}, DisposableVMs {@code 10.138.<netid>}.
 *
 * <p>The rules make addresses collide (qid 252 gets the secondary DNS of its network); firewall rules and running VMs
 * depend on them, so they are fixed all the same.
 */
public final class VmAddresses {
    private static final String NETWORK = "10.137.";
    private static final String DISPOSABLE_NETWORK = "10.138.";

    private final VmCollection vms;
    private final QubesVm vm;

    public VmAddresses(VmCollection vms, QubesVm vm) {
        this.vms = vms;
        this.vm = vm;
    }

    public @Nullable String ip() {
        if (vm.vmClass() == VmClass.ADMIN) {
            return "10.137.0.2";
        }
        Integer netid = netvmNetid();
        if (netid == null) {
            return null;
        }
        if (vm.vmClass() == VmClass.DISPOSABLE) {
            Long dispid = vm.get(Attributes.DISPID);
            return dispid == null ? null : ofDispid(netid, dispid);
        }
        return vm.qid() == QubesVm.NO_QID ? null : ofQid(netid, vm.qid());
    }

    /** The address of a VM behind the NetVM with this netid. */
    public static String ofQid(int netid, int qid) {
        return NETWORK + netid + "." + (qid % 253 + 2);
    }

    /** The address of a DisposableVM behind the NetVM with this netid. */
    public static String ofDispid(int netid, long dispid) {
        return DISPOSABLE_NETWORK + netid + "." + (dispid % 254 + 1);
    }

    /** The gateway of VMs behind this one. */
    public @Nullable String gateway() {
        return host(vms.netid(vm), "1");
    }

    /** The gateway, and first DNS server, that this VM uses. */
    public @Nullable String usedGateway() {
        return host(netvmNetid(), "1");
    }

    /** The second DNS server: of the own network, else of the netvm's. */
    public @Nullable String secondaryDns() {
        Integer own = vms.netid(vm);
        return host(own == null ? netvmNetid() : own, "254");
    }

    public @Nullable String network() {
        return host(vms.netid(vm), "0");
    }

    public @Nullable String netmask() {
        boolean known = vms.netid(vm) != null || netvmNetid() != null;
        return known ? "255.255.255.0" : null;
    }

    private @Nullable Integer netvmNetid() {
        QubesVm netvm = vms.netvm(vm).vm();
        return netvm == null ? null : vms.netid(netvm);
    }

    private static @Nullable String host(@Nullable Integer netid, String host) {
        return netid == null ? null : NETWORK + netid + "." + host;
    }
}
