package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.ToolRunner.Outcome;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbPath;
import org.qubestools.qubesdb.QubesDbSockets;

/** Disks of real VMs by command lines, with real databases. */
final class LiveDisksIT extends LiveVmsTest {
    private static final String MARKER = "what only the partition has";
    private static final String DEVICES = "/qubes-block-devices";
    private static final String READ_SOON = "n=0; while ! grep -q xvdi /sys/block/vd*/serial && [ $n -lt 50 ]; do "
            + "sleep 0.2; n=$((n+1)); done; for d in /sys/block/vd*; do "
            + "[ \"$(cat $d/serial)\" = xvdi ] && head -c 27 /dev/${d##*/}; done; true";

    /** A client of QubesDB that knows nothing of ours: the frames of the protocol, and a socket that blocks. */
    private static final class Watcher implements AutoCloseable {
        private static final int HEADER = 72;
        private static final int PATH_AT = 1;
        private static final int LENGTH_AT = 68;
        private static final byte WATCH = 5;
        private static final byte EVENT = 13;

        private final SocketChannel channel;
        private final List<String> events = Collections.synchronizedList(new ArrayList<>());

        Watcher(Path socket) throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            ByteBuffer request = ByteBuffer.allocate(HEADER).put(WATCH);
            request.put(DEVICES.getBytes(StandardCharsets.US_ASCII));
            channel.write(request.rewind());
            assertThat(next().get(0)).as("it is watched").isNotEqualTo(EVENT);
            Thread reader = new Thread(this::readEvents);
            reader.setDaemon(true);
            reader.start();
        }

        private ByteBuffer next() throws IOException {
            ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
            fill(header);
            fill(ByteBuffer.allocate(header.getInt(LENGTH_AT)));
            return header;
        }

        private void fill(ByteBuffer buffer) throws IOException {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new ClosedChannelException();
                }
            }
        }

        private void readEvents() {
            try {
                while (true) {
                    ByteBuffer message = next();
                    if (message.get(0) == EVENT) {
                        ByteBuffer path = message.slice(PATH_AT, LENGTH_AT - PATH_AT);
                        events.add(StandardCharsets.US_ASCII
                                .decode(path)
                                .toString()
                                .replaceFirst("\0.*", ""));
                    }
                }
            } catch (IOException e) {
                events.add("the end");
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private Path socket(String vm) {
        return vms.root().resolve("var/run/qubes/qubesdb." + vm + ".sock");
    }

    @Test
    void aDiskIsToldToItsVmOnlyAndIsFreeAfterItsQemuWasKilled() throws Exception {
        try (LoopDevice loop = LoopDevice.makeOrSkip(folder.resolve("disk.img"), MARKER)) {
            String device = "dom0:" + loop.partitionName();
            vms.done("qvm-start -q work sys-net");
            vms.console("work", "GUEST-UP");
            try (Watcher watcher = new Watcher(socket("work"));
                    Watcher other = new Watcher(socket("sys-net"))) {
                vms.done("qvm-block -a work " + device);
                LiveVms.await("the announcement", () -> watcher.events.contains(DEVICES));
                assertThat(vms.inGuest("work", READ_SOON)).isEqualTo(MARKER);
                assertThat(watcher.events).containsExactly(DEVICES);

                vms.done("qvm-block -d " + device);
                LiveVms.await("the second announcement", () -> watcher.events.size() == 2);
                vms.done("qvm-block -a work " + device);
                LiveVms.await("the third announcement", () -> watcher.events.size() == 3);
                assertThat(watcher.events).containsOnly(DEVICES);
                assertThat(other.events).isEmpty();
            }
            assertThat(vms.libvirtd().killGuests()).isEqualTo(2);
            LiveVms.await("its end", () -> vms.state("work").equals("Halted"));
            LiveVms.await(
                    "the end of its database", () -> vms.filesOfRun("work").isEmpty());
            assertThat(vms.done("qvm-block")).contains(loop.partitionName()).doesNotContain("attached to");

            vms.done("qvm-start -q work");
            assertThat(vms.console("work", "GUEST-UP")).contains(" boots=2 root=clean ");
            assertThat(vms.done("qvm-block")).doesNotContain("attached to");
            vms.done("qvm-block -a work " + device);
            assertThat(vms.inGuest("work", READ_SOON)).isEqualTo(MARKER);
            vms.done("qvm-block -d work");
            assertThat(vms.done("qvm-block")).doesNotContain("attached to");
        }
    }

    @Test
    void twoAttachesAtOnceGetTwoNamesAndOneDeviceGoesOnce() throws Exception {
        try (LoopDevice loop = LoopDevice.makeOrSkip(folder.resolve("disk.img"), MARKER)) {
            vms.done("qvm-start -q work");
            vms.console("work", "GUEST-UP"); // before that nobody there lets a disk go
            String first = "dom0:" + loop.partitionName();
            String second = first.replaceFirst("1$", "2");

            ToolProcess.Running one = vms.processes().start("qvm-block --force-root -a work " + first);
            ToolProcess.Running two = vms.processes().start("qvm-block --force-root -a work " + second);
            assertThat(one.ended().code()).as(one.ended().err()).isZero();
            assertThat(two.ended().code()).as(two.ended().err()).isZero();
            assertThat(vms.done("qvm-block"))
                    .contains("(attached to 'work' as 'xvdi')", "(attached to 'work' as 'xvdj')");
            vms.done("qvm-block -d work");

            List<ToolProcess.Running> same = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                same.add(vms.processes().start("qvm-block --force-root -a --no-auto-detach work " + first));
            }
            int attached = 0;
            for (ToolProcess.Running each : same) {
                ToolProcess.Ended ended = each.ended();
                attached += ended.code() == 0 ? 1 : 0;
                assertThat(ended.err()).doesNotContain("Exception").hasLineCount(ended.code() == 0 ? 0 : 1);
            }
            assertThat(attached).isEqualTo(1);
            assertThat(vms.done("qvm-block").split("attached to", -1)).hasSize(2);
        }
    }

    @Test
    void aVmThatPublishesTenThousandOddDevicesBreaksNoList() throws Exception {
        vms.done("qvm-start -q work");
        QubesDbSockets sockets = new QubesDbSockets(socket("work").getParent());
        try (QubesDb database = QubesDbClient.of("work", QubesDbOptions.of(sockets))) {
            publish(database, "sda", "a stick ()", "1048576", "w");
            for (int i = 0; i < 10_000; i++) {
                switch (i % 5) {
                    case 0 -> publish(database, "SD" + i, "x", "1", "w");
                    case 1 -> publish(database, "sdb" + i, "x", "9".repeat(40), "w");
                    case 2 -> publish(database, "sdc" + i, "\u001b[2J\nx", "1", "w");
                    case 3 -> database.write(new QubesDbPath(DEVICES + "/sdd" + i + "/desc"), "x");
                    default -> publish(database, "sde" + i, "x", "1", "rwx");
                }
            }

            Outcome outcome = vms.tools().run("qvm-block");

            assertThat(outcome.code()).isZero();
            assertThat(outcome.out())
                    .contains("work:sda\ta stick () 1024 KiB\n")
                    .doesNotContain("\u001b", "SD0");
            assertThat(outcome.err()).hasLineCount(22).contains("more devices of VM 'work' are not listed");
            assertVanishingDevicesAreNoTrouble(database);
        }
    }

    private static void publish(QubesDb database, String name, String description, String size, String mode)
            throws Exception {
        database.write(new QubesDbPath(DEVICES + "/" + name + "/desc"), description);
        database.write(new QubesDbPath(DEVICES + "/" + name + "/size"), size);
        database.write(new QubesDbPath(DEVICES + "/" + name + "/mode"), mode);
    }

    private void assertVanishingDevicesAreNoTrouble(QubesDb database) throws Exception {
        database.removeDirectory(new QubesDbPath(DEVICES));
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Thread vm = new Thread(() -> {
            Random random = new Random(7);
            try {
                while (!over.get()) {
                    String name = "sd" + (char) ('a' + random.nextInt(8));
                    if (random.nextBoolean()) {
                        publish(database, name, "x", "1", "w");
                    } else {
                        database.removeDirectory(new QubesDbPath(DEVICES + "/" + name));
                    }
                }
            } catch (Exception e) {
                failure.set(e);
            }
        });
        vm.start();
        for (int i = 0; i < 30; i++) {
            Outcome list = vms.tools().run("qvm-block");
            assertThat(list.code()).isZero();
            assertThat(list.out().lines().filter(line -> line.startsWith("work:")))
                    .allMatch(line -> line.matches("work:sd[a-h]\tx 1 B"));
            Outcome attach = vms.tools().run("qvm-block -a work work:sd" + (char) ('a' + i % 8));
            assertThat(attach.code()).isIn(1, 2);
            assertThat(attach.err()).hasLineCount(1);
        }
        over.set(true);
        vm.join();
        assertThat(failure.get()).isNull();
    }
}
