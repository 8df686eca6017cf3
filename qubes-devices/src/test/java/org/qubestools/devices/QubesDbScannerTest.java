package org.qubestools.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.qubestools.qubesdb.InMemoryQubesDb;

final class QubesDbScannerTest {
    private final InMemoryQubesDb.Domain domain = new InMemoryQubesDb.Domain("work");
    private final QubesDbBlockScanner scanner = new QubesDbBlockScanner(false);

    private QubesDbVm vm() {
        return new QubesDbVm("work", () -> true, domain.client());
    }

    private void publish(String name, String desc) {
        String directory = QubesDbBlockScanner.DIRECTORY + name;
        domain.with(directory + "/desc", desc).with(directory + "/size", "512").with(directory + "/mode", "w");
    }

    private List<String> names(Listing<BlockDevice> listing) {
        return listing.devices().stream().map(BlockDevice::name).toList();
    }

    @Test
    void devicesComeInNaturalOrder() throws InterruptedException {
        for (String name : List.of("sda10", "sda2", "sda", "loop0", "sdb")) {
            publish(name, "M ()");
        }

        assertThat(names(scanner.scan(vm()))).containsExactly("loop0", "sda", "sda2", "sda10", "sdb");
    }

    @Test
    void oneBadEntryHidesNoOther() throws InterruptedException {
        publish("sda", "M ()");
        publish("sdb", "a\nb");
        publish("SDC", "M ()");
        domain.with("/qubes-block-devices/sdd", "");

        Listing<BlockDevice> listing = scanner.scan(vm());

        assertThat(names(listing)).containsExactly("sda");
        assertThat(listing.refused())
                .containsExactlyInAnyOrder(
                        new Refused("sdb", ListReason.BAD_DESC),
                        new Refused("SDC", ListReason.BAD_NAME),
                        new Refused("sdd", ListReason.MISSING_FIELD));
        assertThat(listing.refused()).allMatch(refused -> refused.reason().isFault());
        assertThat(listing.cut()).isFalse();
    }

    @Test
    void aDescriptionIsShownWithoutItsEscapes() throws InterruptedException {
        publish("sda", "\u001b[31mcaf\u00e9");

        BlockDevice device = scanner.scan(vm()).devices().get(0);

        assertThat(device.description()).isEqualTo("_[31mcaf__");
        assertThat(device.rawDescription()).isEqualTo(ByteText.ofUtf8("\u001b[31mcaf\u00e9"));
        assertThat(device.path()).isEqualTo("/dev/sda");
        assertThat(device.backend()).isEqualTo("work");
    }

    @Test
    void aVmWithoutItsDatabaseHasNothingAndIsAskedAgainLater() throws InterruptedException {
        QubesDbVm vm = vm();
        publish("sda", "M ()");
        assertThat(names(scanner.scan(vm))).containsExactly("sda");

        domain.stop();
        assertThat(scanner.scan(vm)).isEqualTo(Listing.empty());

        domain.start();
        publish("sdb", "M ()");
        assertThat(names(scanner.scan(vm))).containsExactly("sdb");
    }

    @Test
    void aHaltedVmIsNotAskedButDom0Is() throws InterruptedException {
        publish("sda", "M ()");

        assertThat(scanner.scan(new QubesDbVm("work", () -> false, domain.client()))
                        .devices())
                .isEmpty();
        assertThat(names(scanner.scan(new QubesDbVm("dom0", () -> false, domain.client()))))
                .containsExactly("sda");
    }

    @Test
    void imagesOfVmsInDom0AreShownOnRequest() throws InterruptedException {
        publish("loop0", "/var/lib/qubes/appvms/work/private.img");
        QubesDbVm dom0 = new QubesDbVm("dom0", () -> true, domain.client());

        assertThat(scanner.scan(dom0).refused()).containsExactly(new Refused("loop0", ListReason.SYSTEM_DISK));
        assertThat(scanner.scan(dom0).refused())
                .noneMatch(refused -> refused.reason().isFault());
        assertThat(names(new QubesDbBlockScanner(true).scan(dom0))).containsExactly("loop0");
        assertThat(names(scanner.scan(vm()))).containsExactly("loop0");
    }

    @Test
    void tooManyDevicesAreCutAndSaid() throws InterruptedException {
        Map<String, ByteText> tree = new HashMap<>();
        for (int i = 0; i <= PublishedEntries.MAX_DEVICES; i++) {
            tree.put(QubesDbBlockScanner.DIRECTORY + "Z" + i + "/desc", ByteText.ofUtf8("M"));
        }

        Listing<BlockDevice> listing = scanner.scan(new Tree(tree));

        assertThat(listing.refused()).hasSize(PublishedEntries.MAX_DEVICES);
        assertThat(listing.cut()).isTrue();
    }

    @Test
    void usbPortsHaveUnderscoresInKeys() throws InterruptedException {
        domain.with("/qubes-usb-devices/2-1_4/desc", "046a:0021 x")
                .with("/qubes-usb-devices/2-1_4/connected-to", "gone")
                .with("/qubes-usb-devices/2-1/desc", "x")
                .with("/qubes-usb-devices/2-1/connected-to", "personal")
                .with("/qubes-usb-devices/2-1_/desc", "x")
                .with("/qubes-usb-devices/3-1/desc", "x")
                .with("/qubes-usb-devices/3-1/connected-to", "../x")
                .with("/qubes-usb-devices/3-2/usb-ver", "2")
                .with("/qubes-usb-devices/3-3/desc", "\u00e9");

        Listing<UsbDevice> listing = new QubesDbUsbScanner(Set.of("personal")).scan(vm());

        assertThat(listing.devices())
                .containsExactly(
                        new UsbDevice("work", "2-1", "x", "personal", false),
                        new UsbDevice("work", "2-1.4", "046a:0021 x", null, true));
        assertThat(listing.devices().get(1).qubesDbPath()).isEqualTo("/qubes-usb-devices/2-1_4");
        assertThat(listing.devices().get(0).connectedTo()).contains("personal");
        assertThat(listing.devices().get(1).key()).isEqualTo("work:2-1.4");
        assertThat(listing.refused())
                .containsExactlyInAnyOrder(
                        new Refused("2-1_", ListReason.BAD_NAME),
                        new Refused("3-1", ListReason.BAD_CONNECTED_TO),
                        new Refused("3-2", ListReason.MISSING_FIELD),
                        new Refused("3-3", ListReason.BAD_DESC));
    }

    @Test
    void whatMayNotBeAPortAVmOrADescriptionIsRefused() throws InterruptedException {
        for (String bad : List.of("1", "-1", "1-", "x-1", "1-x", "1-1_x", "1-x_1", "1-1__1", "1-_1", "1_1", "1-1.1")) {
            assertThat(QubesDbUsbScanner.isPort(bad)).as(bad).isFalse();
        }
        for (String good : List.of("0-9", "10-1", "1-1_2", "1-1_2_33")) {
            assertThat(QubesDbUsbScanner.isPort(good)).as(good).isTrue();
        }
        for (String user : List.of("a", "Z", "zA0_.-9", "A-z")) {
            assertThat(connectedTo(user).devices()).as(user).hasSize(1);
        }
        for (String user : List.of("1a", "_a", ".a", "-a", "a/", "a:", "@a", "[a", "a`", "{a", "a b")) {
            assertThat(connectedTo(user).refused())
                    .as(user)
                    .containsExactly(new Refused("1-1", ListReason.BAD_CONNECTED_TO));
        }
        assertThat(described("x".repeat(255)).devices()).hasSize(1);
        for (String desc : List.of("", "x".repeat(256), "a\u001b")) {
            assertThat(described(desc).refused()).containsExactly(new Refused("1-1", ListReason.BAD_DESC));
        }
    }

    private static Listing<UsbDevice> connectedTo(String user) throws InterruptedException {
        return usb(Map.of("desc", ByteText.ofUtf8("x"), "connected-to", ByteText.ofUtf8(user)));
    }

    private static Listing<UsbDevice> described(String desc) throws InterruptedException {
        return usb(Map.of("desc", ByteText.ofUtf8(desc)));
    }

    private static Listing<UsbDevice> usb(Map<String, ByteText> fields) throws InterruptedException {
        Map<String, ByteText> tree = new HashMap<>();
        fields.forEach((name, value) -> tree.put("/qubes-usb-devices/1-1/" + name, value));
        return new QubesDbUsbScanner(Set.of()).scan(new Tree(tree));
    }

    @Test
    void theNameOfWhatIsRefusedIsHarmless() {
        assertThat(new Refused("\u001b", ListReason.BAD_NAME).shownName()).isEqualTo("\\x1b");
        assertThat(ListReason.values())
                .allSatisfy(reason -> assertThat(reason.words()).isNotBlank());
    }

    /** A VM whose tree needs no database. */
    private record Tree(Map<String, ByteText> untrusted) implements PublishingVm {
        @Override
        public String name() {
            return "work";
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
