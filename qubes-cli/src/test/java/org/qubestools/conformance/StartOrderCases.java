package org.qubestools.conformance;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.JumpingTime;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmFiles;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.DomainDatabases;
import org.qubestools.core.runtime.FakeServices;
import org.qubestools.core.runtime.Hooks;
import org.qubestools.core.runtime.HostServices;
import org.qubestools.core.runtime.HostUser;
import org.qubestools.core.runtime.QubesDaemons;
import org.qubestools.core.runtime.QubesDbDaemons;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.StartOptions;
import org.qubestools.core.runtime.VmStarter;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.qubesdb.QubesDb;

/** The steps of a start, in their order: by root, without a display, on a host where nothing runs yet. */
final class StartOrderCases implements RuntimeGroup {
    private static final String DEVICE = "libvirt detach from host ";

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            Path root = temporary.resolve("root" + i);
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded, root));
        }
    }

    private static List<String> compare(Map<String, Object> recorded, Path root) throws IOException {
        VmView view = RuntimeCases.vm(recorded);
        makeFiles(view, root);
        List<String> steps = FakeServices.newSteps();
        List<String> differences = new ArrayList<>();
        FakeVmm vmm = new FakeVmm(new HostInfo(8192, 4)).loggingTo(steps);
        RealPaths paths = path -> root.resolve(path.substring(1));
        RunningSystem.Place place = new RunningSystem.Place(
                paths, FileLayer.system(), Ownership.leftAlone(), new JumpingTime(), Clock.systemUTC());
        try (RunningSystem system = new RunningSystem(
                LazyVmm.connectingBy(() -> vmm),
                place,
                view.vms(),
                view.pools(),
                services(new FakeServices(steps), paths),
                (vm, uuid) -> differences.add("VM " + vm.name() + " got a new UUID"),
                RunReport.NONE)) {
            new VmStarter(system).start(view.vm(), StartOptions.ORDINARY);
        } catch (QubesException e) {
            differences.add("failed: " + e.getMessage());
        }
        differ(differences, JsonTree.texts(recorded.get("steps")), observable(steps, root));
        return differences;
    }

    /** Our command lines, with programs and databases that only note what they are told. */
    private static HostServices services(FakeServices fakes, RealPaths paths) {
        HostUser user = new HostUser(paths, true, Map.of(), Map.of());
        return new HostServices(
                fakes,
                new NotedDatabases(fakes, new QubesDbDaemons(paths, user, fakes, Map.of())),
                fakes,
                new QubesDaemons(
                        new QubesDaemons.Surroundings(paths, user, fakes, fakes, Map.of(), Map.of(), warning -> {})),
                fakes,
                fakes,
                Hooks.NONE,
                fakes.services().timers());
    }

    private record NotedDatabases(FakeServices fakes, QubesDbDaemons daemons) implements DomainDatabases {
        @Override
        public void start(QubesVm vm, int domainId) {
            daemons.start(vm, domainId);
            fakes.bringBackDatabase(vm.name());
        }

        @Override
        public void stop(QubesVm vm) {
            daemons.stop(vm);
        }

        @Override
        public boolean outliveDomains() {
            return daemons.outliveDomains();
        }

        @Override
        public QubesDb connect(QubesVm vm) {
            return fakes.connect(vm);
        }
    }

    private static void makeFiles(VmView some, Path root) throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/group"), "qubes:x:98:user\n");
        Files.createSymbolicLink(root.resolve("etc/localtime"), Path.of("/usr/share/zoneinfo/Europe/Warsaw"));
        for (QubesVm vm : some.vms().inDocumentOrder()) {
            VmView view = new VmView(some.vms(), vm, some.pools(), some.host());
            VmFiles files = view.files();
            for (String image :
                    new String[] {files.rootImage(), files.rootCowImage(), files.privateImage(), files.volatileImage()
                    }) {
                makeFile(root, image);
            }
            String kernels =
                    vm.vmClass().hasKernel() ? files.kernels(view.facts().kernel()) : null;
            for (String file : new String[] {"/vmlinuz", "/initramfs", "/modules.img"}) {
                makeFile(root, kernels == null ? null : kernels + file);
            }
        }
    }

    private static void makeFile(Path root, String path) throws IOException {
        if (path != null) {
            Path file = root.resolve(path.substring(1));
            Files.createDirectories(file.getParent());
            try (RandomAccessFile made = new RandomAccessFile(file.toString(), "rw")) {
                made.setLength(4096);
            }
        }
    }

    /** In the words of the recordings: devices by libvirt's names and in two steps, paths without our root. */
    private static List<String> observable(List<String> steps, Path root) {
        List<String> lines = new ArrayList<>();
        for (String step : steps) {
            if (step.startsWith(DEVICE)) {
                String device = "pci_0000_"
                        + step.substring(DEVICE.length()).replace(':', '_').replace('.', '_');
                lines.add("libvirt nodedev lookup " + device);
                lines.add("libvirt nodedev detach " + device);
            } else {
                lines.add(step.replace(root.toString(), ""));
            }
        }
        return lines;
    }

    private static void differ(List<String> differences, List<String> expected, List<String> found) {
        int same = 0;
        while (same < expected.size()
                && same < found.size()
                && expected.get(same).equals(found.get(same))) {
            same++;
        }
        if (same < expected.size() || same < found.size()) {
            differences.add("step " + (same + 1) + " is <" + at(found, same) + ">, not <" + at(expected, same) + ">; "
                    + found.size() + " steps, not " + expected.size());
        }
    }

    private static String at(List<String> steps, int index) {
        return index < steps.size() ? steps.get(index) : "nothing";
    }
}
