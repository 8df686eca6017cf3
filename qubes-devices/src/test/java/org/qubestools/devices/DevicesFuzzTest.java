package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a VM or a user may write is a value of ours or our exception, nothing else; what is a value holds its rules. */
final class DevicesFuzzTest {
    private static final List<String> SEEDS = List.of(
            "sda1",
            "/dev/nvme0n1p2",
            "mmcblk0boot0p1",
            "cciss!c0d0p1",
            "etherd/e1.0p3",
            "xvdaa16",
            "d5p3",
            "dm-3",
            "md_d0p1",
            "loop300",
            "51712",
            "10 GiB",
            " 7k\n",
            "9223372036854775807",
            "0000:00:1f.2",
            "02_00.0",
            "cdrom:dom0:/a:b.iso",
            "dom0:/dev/sdb",
            "work:/home/u/a.img",
            "2-1_4",
            "8:16",
            "103:0",
            "/var/lib/qubes/x",
            "25 1 8:1 / /a\\040b rw - ext4 /dev/sda1 rw",
            "r",
            "w",
            "xvdi",
            "");
    private static final String CHARACTERS =
            "abdpsvxz0129-_:/!. \t\n\\%\u0000\u001b\u007f\u00e9\u0661\uff11\ud83dAKGiB";

    private final long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 1) * 1_000_000_000L;

    private String damaged() {
        StringBuilder text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
        for (int n = random.nextInt(5); n > 0; n--) {
            int at = random.nextInt(text.length() + 1);
            char c = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, c);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
                case 2 -> text.insert(at, String.valueOf(c).repeat(random.nextInt(40)));
                default -> text.replace(at, Math.min(text.length(), at + 1), String.valueOf(c));
            }
        }
        return text.toString();
    }

    /** Whether the text was a value. */
    private boolean holds(Runnable parser, String text) {
        try {
            parser.run();
            return true;
        } catch (DeviceException e) {
            assertThat(e.getMessage()).as("seed %d: %s", seed, text).matches("[ -~]{1,1500}");
            return false;
        }
    }

    @Test
    void damagedTextsAreAValueOrOurException() {
        int values = 0;
        while (System.nanoTime() < end) {
            String text = damaged();
            List<Runnable> parsers = List.of(
                    () -> checkName(text),
                    () -> assertThat(FrontendNumber.encode(text)).isNotNegative(),
                    () -> assertThat(new FrontendName(text).value()).matches("xvd[a-z]{1,3}"),
                    () -> assertThat(DeviceSize.parse(text)).isNotNegative(),
                    () -> assertThat(PciName.parse(PciName.parse(text).canonical()))
                            .isEqualTo(PciName.parse(text)),
                    () -> DeviceArgument.device(text),
                    () -> assertThat(DeviceArgument.file(text).path()).startsWith("/"),
                    () -> assertThat(DeviceArgument.drive(text).path()).startsWith("/"),
                    () -> DeviceMode.parse(text));
            for (Runnable parser : parsers) {
                values += holds(parser, text) ? 1 : 0;
            }
            DeviceNumber.parse(text);
            UsedNumbers.mounts(text, path -> Optional.empty());
            UsedNumbers.swaps(text, path -> Optional.empty());
        }
        assertThat(values).as("seed %d", seed).isPositive();
    }

    private void checkName(String text) {
        DeviceName name = DeviceName.parse(text);
        assertThat(name.node()).as("seed %d", seed).matches("/dev/[a-z0-9._/-]{1,64}");
        assertThat(DeviceName.parse(name.node())).isEqualTo(name);
        assertThat(name.kernelName()).startsWith(name.wholeDisk());
        assertThat(name.isPartition()).isEqualTo(!name.wholeDisk().equals(name.kernelName()));
        assertThat(DeviceName.parse(name.wholeDisk()).isPartition()).isFalse();
    }

    @Test
    void damagedTreesListOnlyWhatIsGood() throws InterruptedException {
        List<String> blockFields = List.of("desc", "size", "mode", "device", "parent", "");
        List<String> usbFields = List.of("desc", "usb-ver", "connected-to");
        int devices = 0;
        while (System.nanoTime() < end) {
            Map<String, ByteText> tree = new TreeMap<>();
            for (int n = random.nextInt(12); n > 0; n--) {
                boolean block = random.nextBoolean();
                List<String> fields = block ? blockFields : usbFields;
                String directory = block ? QubesDbBlockScanner.DIRECTORY : QubesDbUsbScanner.DIRECTORY;
                String name = random.nextBoolean() ? damaged() : block ? "sda" : "2-1";
                tree.put(directory + name + "/" + fields.get(random.nextInt(fields.size())), value());
            }
            PublishingVm vm = new Tree(tree);
            for (BlockDevice device : new QubesDbBlockScanner(false).scan(vm).devices()) {
                assertThat(device.name()).as("seed %d", seed).matches("[a-z0-9-]{1,12}");
                assertThat(device.path()).as("seed %d", seed).matches("/dev/[a-z0-9/-]{0,59}");
                assertThat(device.description()).as("seed %d", seed).matches("[ -~]{1,255}");
                devices++;
            }
            for (UsbDevice device :
                    new QubesDbUsbScanner(Set.of("work")).scan(vm).devices()) {
                assertThat(device.port()).as("seed %d", seed).matches("[0-9]+-[0-9]+(\\.[0-9]+)*");
                assertThat(device.description()).as("seed %d", seed).matches("[ -~]{1,255}");
                devices++;
            }
        }
        assertThat(devices).as("seed %d", seed).isPositive();
    }

    private ByteText value() {
        return switch (random.nextInt(4)) {
            case 0 -> ByteText.ofUtf8("w");
            case 1 -> ByteText.ofUtf8("512");
            case 2 -> ByteText.ofUtf8("/dev/sda");
            default -> ByteText.ofUtf8(damaged());
        };
    }

    /** A VM with any tree. */
    private record Tree(Map<String, ByteText> untrusted) implements PublishingVm {
        @Override
        public String name() {
            return "dom0";
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public Map<String, ByteText> untrustedTree(String directory) {
            return untrusted;
        }

        @Override
        public void refresh() {
            throw new IllegalStateException("nothing failed");
        }
    }
}
