package org.qubestools.core.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmAddresses;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmFacts;
import org.qubestools.core.model.VmView;
import org.qubestools.qubesdb.QubesDbPath;

/**
 * What a VM is told through its QubesDB when it starts, in the order in which it is written; a later entry for a key wins.
 *
 * <p>The rules of a ProxyVM's clients are not among them, see {@link FirewallBlock}: they come last.
 */
public final class QubesDbEntries {
    /** Bytes of the longest value. */
    public static final int MAX_VALUE = 3071;

    private static final String SERVICE = "/qubes-service/";
    private static final String DISPOSABLE_SERVICE = "qubes-dvm";

    private final VmView view;
    private final List<DbEntry> entries = new ArrayList<>();

    private QubesDbEntries(VmView view) {
        this.view = view;
    }

    /**
     * All of them: {@link #common}, then {@link #ofClass}.
     *
     * @throws QubesException INVALID_VALUE for what no QubesDB takes, such as a service with too long a name
     */
    public static List<DbEntry> of(VmView vm, EntryFacts facts) {
        List<DbEntry> all = new ArrayList<>(common(vm, facts));
        all.addAll(ofClass(vm));
        return all;
    }

    /**
     * Those that every VM gets. The permission in xenstore and the hooks come after them.
     *
     * @throws QubesException as {@link #of}
     */
    public static List<DbEntry> common(VmView vm, EntryFacts facts) {
        QubesDbEntries made = new QubesDbEntries(vm);
        made.identity();
        made.ownNetwork();
        made.usedNetwork();
        if (facts.timeZone() != null) {
            made.add("/qubes-timezone", facts.timeZone());
        }
        made.services(facts.forDisposables());
        made.add("/qubes-block-devices", "");
        made.add("/qubes-usb-devices", "");
        made.add("/qubes-debug-mode", digit(vm.vm().is(Attributes.DEBUG)));
        made.add("/qubes-random-seed", facts.randomSeed());
        return List.copyOf(made.entries);
    }

    /** Those that only VMs of its class get. */
    public static List<DbEntry> ofClass(VmView vm) {
        return switch (vm.vm().vmClass()) {
            case PROXY -> List.of(new DbEntry("/qubes-iptables-error", ""));
            case DISPOSABLE ->
                List.of(new DbEntry("/qubes-vm-persistence", "none"), new DbEntry("/qubes-restore-complete", "1"));
            case ADMIN, TEMPLATE, TEMPLATE_HVM, NET, APP, HVM -> List.of();
        };
    }

    /** The address, mask, gateway and DNS servers that a VM has from its netvm; removals if it has none. */
    public static List<DbEntry> network(VmView vm) {
        QubesDbEntries made = new QubesDbEntries(vm);
        made.usedNetwork();
        return made.entries.isEmpty()
                ? List.of(
                        new DbEntry("/qubes-ip", null),
                        new DbEntry("/qubes-netmask", null),
                        new DbEntry("/qubes-gateway", null),
                        new DbEntry("/qubes-primary-dns", null),
                        new DbEntry("/qubes-secondary-dns", null))
                : List.copyOf(made.entries);
    }

    private void identity() {
        QubesVm vm = view.vm();
        boolean updateable = view.facts().updateable();
        QubesVm template = view.vms().template(vm).vm();
        add("/name", vm.name());
        add("/qubes-vm-type", vm.vmClass().typeName());
        add("/qubes-vm-updateable", updateable ? "True" : "False");
        add("/qubes-vm-persistence", updateable ? "full" : "rw-only");
        add("/qubes-base-template", template == null ? "" : template.name());
    }

    private void ownNetwork() {
        VmClass vmClass = view.vm().vmClass();
        if (vmClass != VmClass.NET && vmClass != VmClass.PROXY) {
            return;
        }
        VmAddresses own = view.addresses();
        addKnown("/qubes-netvm-gateway", own.gateway());
        addKnown("/qubes-netvm-primary-dns", own.gateway());
        addKnown("/qubes-netvm-secondary-dns", own.secondaryDns());
        addKnown("/qubes-netvm-netmask", own.netmask());
        addKnown("/qubes-netvm-network", own.network());
    }

    private void usedNetwork() {
        QubesVm netvm = view.vms().netvm(view.vm()).vm();
        if (netvm == null) {
            return;
        }
        VmAddresses given = new VmAddresses(view.vms(), netvm);
        addKnown("/qubes-ip", view.addresses().ip());
        addKnown("/qubes-netmask", given.netmask());
        addKnown("/qubes-gateway", given.gateway());
        addKnown("/qubes-primary-dns", given.gateway());
        addKnown("/qubes-secondary-dns", given.secondaryDns());
    }

    private void services(boolean forDisposables) {
        Map<String, Boolean> services = new LinkedHashMap<>(view.facts().services());
        if (!view.vm().getOr(Attributes.SERVICES, Map.of()).containsKey(VmFacts.NTPD)) {
            services.remove(VmFacts.NTPD); // off in the clock VM, which it is not told unless it is stored
        }
        if (forDisposables) {
            services.put(DISPOSABLE_SERVICE, true);
        }
        for (Map.Entry<String, Boolean> service : services.entrySet()) {
            String name = service.getKey();
            String key = SERVICE + name;
            boolean fits = name.length() <= VmFacts.LONGEST_SERVICE && !key.endsWith("/");
            if (!fits || !QubesDbPath.hasOnlyAllowed(key)) {
                throw unusableService(name);
            }
            entries.add(new DbEntry(key, digit(service.getValue())));
        }
    }

    private QubesException unusableService(String name) {
        String vm = SafeText.of(view.vm().name());
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "VM '" + vm + "' has the service '" + SafeText.of(name)
                        + "', whose name no QubesDB takes: it may have 1 to " + VmFacts.LONGEST_SERVICE
                        + " letters of ASCII, digits and - _ / . : @, the last no /",
                "remove it with qvm-service");
    }

    private void addKnown(String key, @Nullable String value) {
        if (value != null) {
            add(key, value);
        }
    }

    private void add(String key, String value) {
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE || value.indexOf('\0') >= 0) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "VM '" + SafeText.of(view.vm().name()) + "' cannot be told " + key
                            + ": no QubesDB takes a value of more than " + MAX_VALUE + " bytes or with a NUL in it");
        }
        entries.add(new DbEntry(key, value));
    }

    private static String digit(boolean on) {
        return on ? "1" : "0";
    }
}
