package org.qubestools.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.runtime.Programs;
import org.qubestools.core.vmm.LiveDisk;

/**
 * Partitions of images of dom0, through loop devices that the toolkit makes, writes down and releases. A record is there
 * before its device, and the device is gone before its record, so that whatever ends a run leaves nothing that nobody
 * knows of.
 */
public final class LoopFiles implements OwnLoops {
    private static final int TRIES = 5;

    private final BlockDevices devices;
    private final LoopRecords records;
    private final LoopTools tools;
    private final Consumer<String> warnings;

    /** How this process looks at its host: see {@link LoopTools} for the fields. */
    public record Surroundings(
            RealPaths paths,
            Programs programs,
            Map<String, String> settings,
            boolean root,
            Consumer<String> warnings) {}

    /** The loop devices of this machine; {@code devices} are told of here from now on, see {@link #devices}. */
    public LoopFiles(BlockDevices devices, Surroundings around) {
        this(
                devices,
                around,
                HostRoots.real(),
                NodeNumbers.below(HostRoots.real().dev()));
    }

    LoopFiles(BlockDevices devices, Surroundings around, HostRoots roots, NodeNumbers nodes) {
        this.devices = devices.telling(this);
        this.records = new LoopRecords(around.paths().real(LoopRecords.FOLDER), FileLayer.system());
        this.tools = new LoopTools(around.programs(), around.settings(), around.root(), roots, nodes);
        this.warnings = around.warnings();
    }

    /** The block devices, with which loop devices of ours go when they are detached. */
    public BlockDevices devices() {
        return devices;
    }

    /** What became of a record. */
    public enum State {
        /** Nobody uses the device. */
        UNUSED,
        /** A VM has it, or the host uses it. */
        IN_USE,
        /** It was released, or is another's by now: only the record was left. */
        GONE;

        /** The word for it in results. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One loop device of ours.
     *
     * @param holder the VM that has it or a partition of it
     * @param cleared whether neither the device nor the record is there any more
     */
    public record Leftover(LoopRecord record, State state, Optional<Attachment> holder, boolean cleared) {}

    /**
     * All loop devices of ours.
     *
     * @param complaints about what else is in the folder, in lines fit for a terminal
     */
    public record Leftovers(List<Leftover> loops, List<String> complaints) {
        public Leftovers {
            loops = List.copyOf(loops);
            complaints = List.copyOf(complaints);
        }
    }

    /**
     * Attaches one partition of a file of dom0.
     *
     * @param request for the whole file, see {@link AttachRequest#file}
     * @param partition its number, from 1
     * @return the partition, and the name that it has in the VM
     */
    public Attached attach(AttachRequest request, int partition) {
        if (!request.device().backend().equals(PublishingVm.DOM0)) {
            throw DeviceException.of(
                            DeviceError.UNSUPPORTED_BACKEND,
                            "partitions of a file can be attached if it is in dom0, not in a VM")
                    .hint("make a loop device in that VM")
                    .device(request.device().ref().toString())
                    .build();
        }
        devices.check(request);
        return records.locked(() -> attachLocked(request, partition));
    }

    /** A partition that is attached now. */
    public record Attached(BlockDevice device, FrontendName frontend) {}

    private Attached attachLocked(AttachRequest request, int partition) {
        LoopRecord record = bind(request, partition);
        boolean done = false;
        try {
            BlockDevice device = device(record, partition);
            AttachRequest part = new AttachRequest(
                    request.target(),
                    device,
                    AttachRequest.Kind.BLOCK,
                    request.frontend(),
                    request.mode(),
                    request.autoDetach());
            FrontendName frontend = devices.attach(part);
            done = true;
            return new Attached(device, frontend);
        } finally {
            if (!done) {
                releaseOrWarn(record);
            }
        }
    }

    private LoopRecord bind(AttachRequest request, int partition) {
        String file = request.device().path();
        boolean readOnly = DeviceMode.READ_ONLY.letter().equals(request.mode());
        for (int i = 0; i < TRIES; i++) {
            LoopRecord planned = tools.plan(file, partition, request.target());
            records.write(planned);
            boolean bound = false;
            try {
                bound = tools.bind(planned.loop(), file, readOnly);
            } finally {
                if (!bound && !tools.isAsRecorded(planned)) {
                    records.remove(planned);
                }
            }
            if (bound) {
                LoopRecord record = planned.boundAs(tools.sequence(planned.loop()));
                records.write(record);
                return record;
            }
            records.remove(planned); // another program bound it to the same file
        }
        throw new QubesException(ErrorKind.FAILED, "other programs take all loop devices", "try again");
    }

    private BlockDevice device(LoopRecord record, int partition) {
        SysfsBlock block = tools.partition(record.loop(), partition)
                .orElseThrow(() -> DeviceException.of(
                                DeviceError.INVALID_DEVICE,
                                "'" + SafeText.of(record.file()) + "' has no partition " + partition
                                        + known(record.loop()))
                        .hint("'partx --show' tells which it has")
                        .device(PublishingVm.DOM0 + ":" + record.file())
                        .build());
        return new BlockDevice(
                new BlockDeviceRef(PublishingVm.DOM0, block.kernelName()),
                block.node(),
                block.bytes(),
                ByteText.ofUtf8(" ()"),
                block.readOnly() ? DeviceMode.READ_ONLY : DeviceMode.READ_WRITE);
    }

    private String known(String loop) {
        List<Integer> numbers = tools.partitions(loop);
        return numbers.isEmpty()
                ? ""
                : ", but " + numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** Devices of ours that are made of this partition of a file, as they are now. */
    public List<BlockDevice> find(String file, int partition) {
        List<BlockDevice> found = new ArrayList<>();
        for (LoopRecord record : records.all().records()) {
            if (tools.isAsRecorded(record) && tools.isOf(record, file)) {
                tools.device(record.loop() + "p" + partition)
                        .ifPresent(block -> found.add(device(record, block.partitionNumber())));
            }
        }
        return found;
    }

    @Override
    public void willBe(String path, String vm, FrontendName frontend) {
        Optional<String> loop = LoopTools.loopOf(path);
        if (loop.isPresent() && !records.isEmpty()) {
            records.locked(() -> records.find(loop.get()).map(record -> {
                records.write(record.goingTo(vm, frontend.value()));
                return record;
            }));
        }
    }

    @Override
    public void detached(String path) {
        Optional<String> loop = LoopTools.loopOf(path);
        if (loop.isEmpty()) {
            return;
        }
        try {
            if (!records.isEmpty()) {
                records.locked(() -> releaseUnused(loop.get()));
            }
        } catch (QubesException e) {
            // The disk is detached all the same.
            warnings.accept("loop device '" + loop.get() + "' is not released: " + e.getMessage());
        }
    }

    private Optional<LoopRecord> releaseUnused(String loop) {
        Optional<LoopRecord> record = records.find(loop);
        record.filter(ours -> state(ours, devices.attachedNow()).state() != State.IN_USE)
                .ifPresent(this::releaseOrWarn);
        return record;
    }

    /**
     * Looks at all loop devices of ours, and releases those that nobody uses.
     *
     * @param dryRun only look
     */
    public Leftovers clean(boolean dryRun) {
        if (records.isEmpty()) {
            return new Leftovers(List.of(), List.of());
        }
        return records.locked(() -> {
            LoopRecords.Content content = records.all();
            AttachedDisks attached = devices.attachedNow();
            List<Leftover> loops = new ArrayList<>();
            for (LoopRecord record : content.records()) {
                Leftover loop = state(record, attached);
                boolean cleared = !dryRun && loop.state() != State.IN_USE && release(record);
                loops.add(new Leftover(record, loop.state(), loop.holder(), cleared));
            }
            List<String> complaints = new ArrayList<>();
            for (String name : content.strange()) {
                complaints.add(
                        LoopRecords.FOLDER + "/" + SafeText.of(name) + " is no record of a loop device; it stays");
            }
            return new Leftovers(loops, complaints);
        });
    }

    private Leftover state(LoopRecord record, AttachedDisks attached) {
        List<Attachment> holders =
                attached.findAll(disk -> disk.disk().backend().equals(LiveDisk.DOM0) && isOn(record, disk.disk()));
        Optional<Attachment> holder = holders.stream().findFirst();
        State state = !tools.isAsRecorded(record)
                ? State.GONE
                : holder.isPresent() || tools.isUsedHere(record.loop()) ? State.IN_USE : State.UNUSED;
        return new Leftover(record, state, state == State.GONE ? Optional.empty() : holder, false);
    }

    /** Xen tells the file of a loop device that it made itself; of ours it has the node. */
    private static boolean isOn(LoopRecord record, LiveDisk disk) {
        return disk.source() != null
                && LoopTools.loopOf(disk.source()).filter(record.loop()::equals).isPresent();
    }

    /** Unbinds a device if it is still ours, then forgets it; false if a user that nobody sees keeps it for now. */
    private boolean release(LoopRecord record) {
        if (tools.isAsRecorded(record)) {
            tools.release(record.loop());
            if (tools.isAsRecorded(record)) {
                return false;
            }
        }
        records.remove(record);
        return true;
    }

    private void releaseOrWarn(LoopRecord record) {
        String left = "loop device '" + record.loop() + "' of " + SafeText.of(record.file()) + " is left";
        try {
            if (!release(record)) {
                warnings.accept(left + " until its last user closes it; then 'qvm-block --clean' clears its record");
            }
        } catch (QubesException e) {
            warnings.accept(left + ": " + e.getMessage() + "; 'qvm-block --clean' clears it");
        }
    }
}
