package org.qubestools.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.vmm.DomainSpec;
import org.qubestools.core.vmm.DriverSettings;

/** Whatever a store and a configuration hold: a document that says just that, or one line. */
final class ProfileFuzzTest {
    private static final long SEED = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
    private static final int ROUNDS = 2000;
    private static final List<String> TEXTS = List.of(
            "kernelopts", "kernel", "drive", "timezone", "mac", "dir_path", "template_qid", "netvm_qid", "pcidevs");
    private static final String PIECES =
            "&<>\"'\t\n\r ]]>-:/.0123456789abcdefxyz[]{},\0\u0001\u001b\u007f\u0085\u20ac\ufffe";

    private final Random random = new Random(SEED);

    private String text() {
        StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "cdrom:dom0:/" : "");
        for (int length = random.nextInt(12); length > 0; length--) {
            text.append(
                    random.nextInt(20) == 0
                            ? (char) random.nextInt(0x10000)
                            : PIECES.charAt(random.nextInt(PIECES.length())));
        }
        return text.toString();
    }

    @Test
    void aStoreOfAnyTextsMakesADocumentOrOneLine() {
        long end = System.nanoTime() + Long.getLong("qubes.fuzz.seconds", 0) * 1_000_000_000L;
        int documents = 0;
        for (int round = 0; round < ROUNDS || System.nanoTime() < end; round++) {
            SampleStore store = SampleStore.complete();
            List<String> names = store.names();
            String vm = names.get(random.nextInt(names.size()));
            store = store.with(vm, "uses_default_kernelopts", "False").with(vm, "uses_default_kernel", "False");
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                store = store.with(vm, TEXTS.get(random.nextInt(TEXTS.size())), text());
            }
            DomainSpec spec = store.spec(vm);
            CompleteHost host = new CompleteHost(random.nextBoolean() ? "" : "/" + text());
            DriverSettings settings =
                    random.nextBoolean() ? DriverSettings.NONE : new DriverSettings(null, text(), null, "/" + text());
            List<DriverProfile> profiles = List.of(
                    new XenProfile(host), new TestProfile(host), new QemuProfile(host, settings, Acceleration.KVM));
            for (DriverProfile profile : profiles) {
                documents += check(profile, spec, "seed " + SEED + ", round " + round) ? 1 : 0;
            }
        }
        assertThat(documents).isGreaterThan(ROUNDS);
    }

    /** True for a document. */
    private static boolean check(DriverProfile profile, DomainSpec spec, String where) {
        for (String warning : profile.warnings(spec)) {
            assertThat(warning).as(where).matches("[ -~]+");
        }
        XmlElement domain;
        try {
            String document = profile.domainXml(spec);
            assertThat(profile.droppedParts(spec, document)).as(where).isEmpty();
            domain = XmlReader.read(document);
        } catch (QubesException e) {
            assertThat(e.getMessage()).as(where).matches("[ -~]+").doesNotContain("is no XML document");
            return false;
        }
        if (!spec.vm().vm().vmClass().isHvm()) {
            assertThat(domain.at("os", "cmdline").text())
                    .as(where)
                    .endsWith(" plymouth.enable=0 " + spec.vm().facts().kernelopts());
        }
        DriveSpec drive = spec.vm().vm().get(Attributes.DRIVE);
        if (drive != null && spec.vm().vm().vmClass().isHvm()) {
            XmlElement source = domain.at("devices").children("disk").get(2).at("source");
            String path = source.attribute("file") == null ? source.attribute("dev") : source.attribute("file");
            assertThat(path).as(where).endsWith(drive.path());
        }
        return true;
    }
}
