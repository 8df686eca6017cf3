package org.qubestools.core.runtime;

import java.util.Map;
import java.util.function.Consumer;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.storage.VolatileImages;
import org.qubestools.core.vmm.VmmTraits;

/**
 * What a host has beside its VMM to serve running VMs.
 *
 * @param memory makes room for a VM; asked only where the VMM has a xenstore
 * @param databases their QubesDB daemons
 * @param xenStore asked only where the VMM has one
 * @param daemons qrexec and GUI; asked only where the VMM's traits have Qubes' daemons
 * @param programs others, that end by themselves
 * @param volatiles makes volatile images
 * @param hooks what other packages do when VMs start
 * @param timers those that look after firewall rules that expire
 */
public record HostServices(
        MemoryManager memory,
        DomainDatabases databases,
        XenStore xenStore,
        SessionDaemons daemons,
        Programs programs,
        VolatileImages volatiles,
        Hooks hooks,
        FirewallTimers timers) {
    /**
     * How this process looks at its host.
     *
     * @param root whether it runs as root
     * @param environment of this process
     * @param settings places of programs and more, see {@link HostProgram}
     * @param warnings gets a line for what is left out
     */
    public record Surroundings(
            RealPaths paths,
            boolean root,
            Map<String, String> environment,
            Map<String, String> settings,
            WaitTime time,
            Consumer<String> warnings) {}

    /** The services of this host, as a VMM with these traits needs them. */
    public static HostServices of(VmmTraits traits, Surroundings around) {
        Programs programs = new InstalledPrograms();
        Map<String, String> settings = around.settings();
        RealPaths paths = around.paths();
        HostUser user = new HostUser(paths, around.root(), around.environment(), settings);
        XenStore xenStore = new XenStorePrograms(programs, settings);
        // Xen without Qubes' packages: the tools of dom0 work as ever, the guest does not see its database.
        DomainDatabases databases = traits.qubesDaemons() && QubesDbDaemons.isInstalled(settings)
                ? new QubesDbDaemons(paths, user, programs, settings)
                : new HostdDatabases(
                        paths,
                        new HostdStart(paths, programs, around.root(), settings, around.time()),
                        !traits.backendDomains());
        SessionDaemons daemons = new QubesDaemons(new QubesDaemons.Surroundings(
                paths, user, programs, xenStore, around.environment(), settings, around.warnings()));
        return new HostServices(
                new SocketMemoryManager(
                        paths.real(SocketMemoryManager.SOCKET), traits.xenstore(), SocketMemoryManager.LIMIT),
                databases,
                xenStore,
                daemons,
                programs,
                new PreparedVolatiles(programs, settings),
                Hooks.NONE.and(new HookFolders(paths, programs, around.warnings())),
                FirewallTimers.of(traits, around, programs));
    }
}
