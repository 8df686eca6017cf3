package org.qubestools.devices;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.FlatJson;
import org.qubestools.core.io.JsonText;

/**
 * What is written down of a loop device before it is made, and again before it goes to a VM: one line of JSON.
 *
 * @param loop its kernel name, such as {@code loop17}
 * @param file the file that it is made of, as the kernel shall call it
 * @param partition the partition that was asked for; 0 for the whole device
 * @param vm the VM that shall get it
 * @param frontend its name there; null as long as none is chosen
 * @param boot the run of the kernel that made it; empty if that is not known
 * @param inode the file itself, whatever it is called, see {@link LoopTools#inode}; empty if that is not known
 * @param sequence the kernel's number of this very binding; -1 as long as it is not bound, or where there is none
 */
public record LoopRecord(
        String loop,
        String file,
        int partition,
        String vm,
        @Nullable String frontend,
        String boot,
        String inode,
        long sequence) {
    /** The kernel counts partitions from 1 up to this. */
    public static final int MAX_PARTITION = 255;

    public LoopRecord {
        Objects.requireNonNull(loop);
        Objects.requireNonNull(file);
        Objects.requireNonNull(vm);
        Objects.requireNonNull(boot);
        Objects.requireNonNull(inode);
    }

    LoopRecord boundAs(long number) {
        return new LoopRecord(loop, file, partition, vm, frontend, boot, inode, number);
    }

    LoopRecord goingTo(String nextVm, String nextFrontend) {
        return new LoopRecord(loop, file, partition, nextVm, nextFrontend, boot, inode, sequence);
    }

    /** Path of the node of the whole device. */
    public String node() {
        return "/dev/" + loop;
    }

    String text() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("device", loop);
        fields.put("file", file);
        fields.put("partition", partition);
        fields.put("vm", vm);
        fields.put("frontend", frontend);
        fields.put("boot", boot);
        fields.put("inode", inode);
        fields.put("sequence", sequence);
        return JsonText.of(fields) + "\n";
    }

    /** The record in {@code untrusted}; empty if it is none of that device. */
    static Optional<LoopRecord> parse(String loop, String untrusted) {
        Map<String, String> fields;
        try {
            fields = FlatJson.read(untrusted);
        } catch (FlatJson.Malformed e) {
            return Optional.empty();
        }
        String file = fields.getOrDefault("file", "");
        String vm = fields.getOrDefault("vm", "");
        String frontend = fields.getOrDefault("frontend", "null");
        long partition = TextScan.decimal(fields.getOrDefault("partition", ""));
        boolean sound = loop.equals(fields.get("device"))
                && file.startsWith("/")
                && !vm.isEmpty()
                && partition >= 0
                && partition <= MAX_PARTITION;
        long sequence = TextScan.decimal(fields.getOrDefault("sequence", ""));
        return sound
                ? Optional.of(new LoopRecord(
                        loop,
                        file,
                        (int) partition,
                        vm,
                        frontend.equals("null") ? null : frontend,
                        fields.getOrDefault("boot", ""),
                        fields.getOrDefault("inode", ""),
                        sequence))
                : Optional.empty();
    }
}
