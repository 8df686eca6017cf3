package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.SizeText;
import org.qubestools.core.io.SafeText;
import org.qubestools.devices.AttachRequest;
import org.qubestools.devices.Attachment;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.BlockDeviceRef;
import org.qubestools.devices.BlockDevices;
import org.qubestools.devices.BlockListing;
import org.qubestools.devices.ByteText;
import org.qubestools.devices.DeviceArgument;
import org.qubestools.devices.DeviceMode;
import org.qubestools.devices.HostPaths;
import org.qubestools.devices.HostRoots;
import org.qubestools.devices.LoopFiles;
import org.qubestools.devices.RunningDevices;

/** What {@code qvm-block} and {@code qvm-device block} do. */
final class BlockActions {
    private final Runs runs;
    private final ParsedArguments args;
    private final ToolContext ctx;
    private final BlockDevices devices;
    private final BlockIds ids;
    private @Nullable LoopFiles loops;

    BlockActions(Runs runs, ParsedArguments args, ToolContext ctx) {
        this.runs = runs;
        this.args = args;
        this.ctx = ctx;
        HostRoots roots = HostRoots.below(ctx.host().kernelTree());
        this.ids = new BlockIds(args.has(BlockTool.BY_ID), roots, ctx);
        this.devices = BlockDevices.of(
                new RunningDevices(runs.system()), roots, ctx.host().waitTime());
    }

    /** Made for acts only: a list needs none of it. */
    private LoopFiles loops() {
        LoopFiles made = loops;
        if (made == null) {
            made = new LoopFiles(
                    devices,
                    new LoopFiles.Surroundings(
                            runs.session().config(),
                            runs.system().host().programs(),
                            runs.session().config().settings(),
                            ctx.host().effectiveUserId() == 0,
                            ctx::warn));
            loops = made;
        }
        return made;
    }

    /** Devices of one VM, or of all that run. */
    int list(Optional<String> vm) {
        BlockListing listing = now(vm);
        for (String complaint : listing.complaints()) {
            ctx.warn(complaint);
        }
        if (ctx.isJson()) {
            List<Map<String, @Nullable Object>> list = new ArrayList<>();
            for (BlockListing.Listed listed : listing.devices()) {
                Map<String, @Nullable Object> fields = json(listed);
                if (ids.wanted()) {
                    fields.put("by_id", ids.of(listed.device()));
                }
                list.add(fields);
            }
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "block-devices");
            result.put("devices", list);
            ctx.json(result);
            return ExitCode.OK;
        }
        StringBuilder lines = new StringBuilder();
        for (BlockListing.Listed listed : listing.devices()) {
            lines.append(line(listed)).append('\n');
            for (String id : ids.of(listed.device())) {
                lines.append('\t').append(SafeText.of(id)).append('\n');
            }
        }
        ctx.out().print(lines);
        return ExitCode.OK;
    }

    private BlockListing now(Optional<String> vm) {
        boolean system = args.has(BlockTool.SYSTEM_DISKS);
        return vm.isPresent() ? devices.list(vm.get(), system) : devices.list(system);
    }

    /** One line of the list, without its end. */
    static String line(BlockListing.Listed listed) {
        BlockDevice device = listed.device();
        String line = device.ref() + "\t" + device.description() + " " + SizeText.whole(device.size());
        if (listed.attachment().isEmpty()) {
            return line;
        }
        Attachment attachment = listed.attachment().get();
        return line + " (attached to '" + SafeText.of(attachment.vm()) + "' as '" + SafeText.of(attachment.frontend())
                + "')";
    }

    /** One device of the list. */
    static Map<String, @Nullable Object> json(BlockListing.Listed listed) {
        BlockDevice device = listed.device();
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        result.put("vm", device.backend());
        result.put("device", device.name());
        result.put("path", device.path());
        result.put("size", device.size());
        result.put("mode", device.mode().letter());
        result.put("description", device.description());
        result.put(
                "description_base64",
                Base64.getEncoder().encodeToString(device.rawDescription().bytes()));
        result.put("attached_to", listed.attachment().map(Attachment::vm).orElse(null));
        result.put("frontend", listed.attachment().map(Attachment::frontend).orElse(null));
        return result;
    }

    int attach(String untrustedVm, String untrustedDevice) {
        String vm = vm(untrustedVm);
        BlockDeviceRef ref = ids.ref(untrustedDevice);
        vm(ref.backend());
        BlockDevice device = devices.findToAttach(ref)
                .orElseThrow(() -> Usage.error("there is no device '" + SafeText.of(ref.toString()) + "'"));
        return attach(vm, device, AttachRequest.Kind.BLOCK);
    }

    /** A file if the name after the VM is a path that leads to no device. */
    int attachAny(String untrustedVm, String untrustedSource) {
        String path = untrustedSource.substring(untrustedSource.indexOf(':') + 1);
        boolean file = path.startsWith("/") && !path.startsWith("/dev/");
        return file ? attachFile(untrustedVm, untrustedSource) : attach(untrustedVm, untrustedSource);
    }

    int attachFile(String untrustedVm, String untrustedFile) {
        String vm = vm(untrustedVm);
        DeviceArgument.FileInVm file = DeviceActions.operand(() -> DeviceArgument.file(untrustedFile));
        String backend = vm(file.vm());
        BlockDevice device = AttachRequest.file(backend, file.path(), HostPaths.REAL);
        Optional<Integer> partition = args.value(BlockTool.PARTITION);
        if (partition.isEmpty()) {
            return attach(vm, device, AttachRequest.Kind.FILE);
        }
        LoopFiles.Attached attached = loops().attach(request(vm, device, AttachRequest.Kind.FILE), partition.get());
        reportAttached(vm, attached.device(), attached.frontend().value());
        return ExitCode.OK;
    }

    private int attach(String vm, BlockDevice device, AttachRequest.Kind kind) {
        reportAttached(
                vm, device, loops().devices().attach(request(vm, device, kind)).value());
        return ExitCode.OK;
    }

    private AttachRequest request(String vm, BlockDevice device, AttachRequest.Kind kind) {
        return new AttachRequest(
                vm,
                device,
                kind,
                DeviceWords.frontend(args).orElse(null),
                DeviceWords.readOnly(args) ? DeviceMode.READ_ONLY.letter() : null,
                !args.has(BlockTool.NO_AUTO_DETACH));
    }

    private void reportAttached(String vm, BlockDevice device, String frontend) {
        if (ctx.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("type", "block-attached");
            result.put("vm", vm);
            result.put("device", device.ref().toString());
            result.put("frontend", frontend);
            ctx.json(result);
        } else {
            ctx.detail(SafeText.of(device.ref().toString()) + " is '" + frontend + "' in VM '" + vm + "'");
        }
    }

    /** Detaches {@code BACKEND:DEVICE}, {@code BACKEND:/FILE}, or disks of a VM. */
    int detach(String untrusted) {
        int colon = untrusted.indexOf(':');
        if (args.has(BlockTool.PARTITION) && (colon < 0 || !untrusted.startsWith("/", colon + 1))) {
            throw Usage.error("--partition goes with BACKEND:/FILE only");
        }
        return colon < 0 ? detachOf(untrusted) : detachDevice(untrusted, Optional.empty());
    }

    /** Disks of a VM: the one of {@code --frontend}, or all. */
    int detachOf(String untrustedVm) {
        String vm = vm(untrustedVm);
        Optional<String> frontend = args.value(BlockTool.FRONTEND);
        List<String> gone = new ArrayList<>();
        if (frontend.isEmpty()) {
            gone.addAll(loops().devices().detachAll(vm));
        } else if (loops().devices().detach(vm, frontend.get())) {
            gone.add(frontend.get());
        } else {
            ctx.warn("VM '" + vm + "' has no disk '" + SafeText.of(frontend.get()) + "'");
        }
        report(vm, gone);
        return ExitCode.OK;
    }

    /** A device, wherever it is, or only where it is attached to {@code from}. */
    int detachDevice(String untrustedDevice, Optional<String> from) {
        List<Attachment> holders = new ArrayList<>();
        String name = SafeText.of(untrustedDevice);
        for (BlockDevice device : named(untrustedDevice)) {
            name = SafeText.of(device.ref().toString());
            holders.addAll(devices.holders(device));
        }
        List<String> gone = new ArrayList<>();
        String holder = "";
        for (Attachment attachment : holders) {
            if (from.isEmpty() || from.get().equals(attachment.vm())) {
                holder = attachment.vm();
                if (loops().devices().detach(attachment)) {
                    gone.add(attachment.frontend());
                }
            }
        }
        if (holder.isEmpty()) {
            ctx.warn((args.has(BlockTool.PARTITION)
                            ? "partition " + args.value(BlockTool.PARTITION).orElse(0) + " of "
                            : "")
                    + "device '" + name + "' is not attached to "
                    + from.map(vm -> "VM '" + vm + "'").orElse("any VM"));
        }
        report(holder, gone);
        return ExitCode.OK;
    }

    private void report(String vm, List<String> gone) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "block-detached");
            result.put("vm", vm.isEmpty() ? null : vm);
            result.put("frontends", gone);
            ctx.json(result);
        }
    }

    /**
     * A device of the list, or one that is not listed any more but that a VM still has; of a partition of a file all loop
     * devices that were made for it.
     */
    private List<BlockDevice> named(String untrusted) {
        int colon = untrusted.indexOf(':');
        String rest = untrusted.substring(colon + 1);
        if (rest.startsWith("/") && !rest.startsWith("/dev/") && !ids.wanted()) {
            DeviceArgument.FileInVm file = DeviceActions.operand(() -> DeviceArgument.file(untrusted));
            BlockDevice whole = AttachRequest.file(vm(file.vm()), file.path(), HostPaths.REAL);
            return args.value(BlockTool.PARTITION)
                    .map(partition -> loops().find(whole.path(), partition))
                    .orElse(List.of(whole));
        }
        BlockDeviceRef ref = ids.ref(untrusted);
        vm(ref.backend());
        Optional<BlockDevice> listed = devices.find(ref);
        if (listed.isPresent()) {
            return List.of(listed.get());
        }
        String node = "/dev/" + ref.device().replace('!', '/');
        BlockDevice unlisted = new BlockDevice(ref, node, 0, ByteText.ofUtf8(node), DeviceMode.READ_WRITE);
        if (devices.holders(unlisted).isEmpty()) {
            throw Usage.error("there is no device '" + SafeText.of(ref.toString()) + "'");
        }
        return List.of(unlisted);
    }

    private String vm(String untrustedName) {
        return DeviceActions.vm(runs.store().vms(), untrustedName).name();
    }

    /** Lists the loop devices of ours, and releases those that nobody uses. */
    int clean(boolean dryRun) {
        return new LoopListing(ctx).print(loops().clean(dryRun), dryRun);
    }

    /** Prints the list, and then each change of it, until it is interrupted. */
    int watch() {
        return new DeviceWatching<>(runs, ctx, new WatchedBlocks(ctx, args.has(BlockTool.SYSTEM_DISKS))).run();
    }
}
