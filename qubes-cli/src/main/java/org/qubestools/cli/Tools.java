package org.qubestools.cli;

import java.util.List;
import java.util.Optional;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.qubesdb.DaemonTool;
import org.qubestools.cli.qubesdb.DbTool;
import org.qubestools.cli.qubesdb.HostTool;
import org.qubestools.cli.store.StoreTool;
import org.qubestools.cli.tool.AddTool;
import org.qubestools.cli.tool.BackupRestoreTool;
import org.qubestools.cli.tool.BackupTool;
import org.qubestools.cli.tool.BatchTool;
import org.qubestools.cli.tool.BlockTool;
import org.qubestools.cli.tool.CheckTool;
import org.qubestools.cli.tool.CloneTool;
import org.qubestools.cli.tool.CreateDvmTool;
import org.qubestools.cli.tool.CreateTool;
import org.qubestools.cli.tool.DeviceTool;
import org.qubestools.cli.tool.EventsTool;
import org.qubestools.cli.tool.FirewallTool;
import org.qubestools.cli.tool.GlobalPrefsTool;
import org.qubestools.cli.tool.GrowTool;
import org.qubestools.cli.tool.InitStorageTool;
import org.qubestools.cli.tool.KillTool;
import org.qubestools.cli.tool.LsTool;
import org.qubestools.cli.tool.PauseTool;
import org.qubestools.cli.tool.PciTool;
import org.qubestools.cli.tool.PoolTool;
import org.qubestools.cli.tool.PrefsTool;
import org.qubestools.cli.tool.QubesBackupTool;
import org.qubestools.cli.tool.RemoveTool;
import org.qubestools.cli.tool.RevertTool;
import org.qubestools.cli.tool.RunTool;
import org.qubestools.cli.tool.ServiceTool;
import org.qubestools.cli.tool.SetUpdatesTool;
import org.qubestools.cli.tool.ShutdownTool;
import org.qubestools.cli.tool.StartTool;
import org.qubestools.cli.tool.SyncClockTool;
import org.qubestools.cli.tool.TemplateCommitTool;
import org.qubestools.cli.tool.TopTool;
import org.qubestools.cli.tool.TrimTool;
import org.qubestools.cli.tool.UsbTool;
import org.qubestools.cli.tool.VolumeTool;

/** The table of tools: a name, a constructor. One line each in both methods. */
public final class Tools {
    private Tools() {}

    /** The names, sorted. */
    public static List<String> names() {
        return List.of(
                "qubes-backup",
                "qubes-prefs",
                "qubes-set-updates",
                "qubes-store",
                "qubesdb-cmd",
                "qubesdb-daemon",
                "qubesdb-hostd",
                "qubesdb-list",
                "qubesdb-multiread",
                "qubesdb-read",
                "qubesdb-rm",
                "qubesdb-watch",
                "qubesdb-write",
                "qvm-add-appvm",
                "qvm-add-template",
                "qvm-backup",
                "qvm-backup-restore",
                "qvm-batch",
                "qvm-block",
                "qvm-check",
                "qvm-clone",
                "qvm-create",
                "qvm-create-default-dvm",
                "qvm-device",
                "qvm-events",
                "qvm-firewall",
                "qvm-grow-private",
                "qvm-grow-root",
                "qvm-init-storage",
                "qvm-kill",
                "qvm-ls",
                "qvm-pause",
                "qvm-pci",
                "qvm-pool",
                "qvm-prefs",
                "qvm-remove",
                "qvm-revert-template-changes",
                "qvm-run",
                "qvm-service",
                "qvm-shutdown",
                "qvm-start",
                "qvm-sync-clock",
                "qvm-template-commit",
                "qvm-top",
                "qvm-trim-template",
                "qvm-unpause",
                "qvm-usb",
                "qvm-volume");
    }

    /** The tool of this name; only this one's class is loaded. */
    public static Optional<Tool> named(String untrustedName) {
        return switch (untrustedName) {
            case "qubes-backup" -> Optional.of(new QubesBackupTool());
            case "qubes-prefs" -> Optional.of(new GlobalPrefsTool());
            case "qubes-store" -> Optional.of(new StoreTool());
            case "qubesdb-cmd" -> Optional.of(DbTool.of("cmd"));
            case "qubesdb-daemon" -> Optional.of(new DaemonTool());
            case "qubesdb-hostd" -> Optional.of(new HostTool());
            case "qubesdb-list" -> Optional.of(DbTool.of("list"));
            case "qubesdb-multiread" -> Optional.of(DbTool.of("multiread"));
            case "qubesdb-read" -> Optional.of(DbTool.of("read"));
            case "qubesdb-rm" -> Optional.of(DbTool.of("rm"));
            case "qubesdb-watch" -> Optional.of(DbTool.of("watch"));
            case "qubesdb-write" -> Optional.of(DbTool.of("write"));
            case "qvm-add-appvm" -> Optional.of(AddTool.ofAppVms());
            case "qvm-add-template" -> Optional.of(AddTool.ofTemplates());
            case "qvm-backup" -> Optional.of(new BackupTool());
            case "qvm-backup-restore" -> Optional.of(new BackupRestoreTool());
            case "qvm-batch" -> Optional.of(new BatchTool(Tools::named));
            case "qvm-block" -> Optional.of(new BlockTool());
            case "qvm-check" -> Optional.of(new CheckTool());
            case "qvm-clone" -> Optional.of(new CloneTool());
            case "qvm-create" -> Optional.of(new CreateTool());
            case "qvm-create-default-dvm" -> Optional.of(new CreateDvmTool());
            case "qvm-device" -> Optional.of(new DeviceTool());
            case "qvm-events" -> Optional.of(new EventsTool());
            case "qvm-init-storage" -> Optional.of(new InitStorageTool());
            case "qvm-kill" -> Optional.of(new KillTool());
            case "qvm-ls" -> Optional.of(new LsTool());
            case "qvm-pause" -> Optional.of(PauseTool.thatPauses());
            case "qvm-pci" -> Optional.of(new PciTool());
            case "qvm-pool" -> Optional.of(new PoolTool());
            case "qvm-prefs" -> Optional.of(new PrefsTool());
            case "qvm-remove" -> Optional.of(new RemoveTool());
            case "qvm-revert-template-changes" -> Optional.of(new RevertTool());
            case "qvm-run" -> Optional.of(new RunTool());
            case "qubes-set-updates" -> Optional.of(new SetUpdatesTool());
            case "qvm-grow-private" -> Optional.of(GrowTool.ofPrivate());
            case "qvm-grow-root" -> Optional.of(GrowTool.ofRoot());
            case "qvm-template-commit" -> Optional.of(new TemplateCommitTool());
            case "qvm-firewall" -> Optional.of(new FirewallTool());
            case "qvm-service" -> Optional.of(new ServiceTool());
            case "qvm-shutdown" -> Optional.of(new ShutdownTool());
            case "qvm-start" -> Optional.of(new StartTool());
            case "qvm-sync-clock" -> Optional.of(new SyncClockTool());
            case "qvm-top" -> Optional.of(new TopTool());
            case "qvm-trim-template" -> Optional.of(new TrimTool());
            case "qvm-unpause" -> Optional.of(PauseTool.thatUnpauses());
            case "qvm-usb" -> Optional.of(new UsbTool());
            case "qvm-volume" -> Optional.of(new VolumeTool());
            default -> Optional.empty();
        };
    }
}
