package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.JumpingTime;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.core.vmm.VmmTraits;

/**
 * A host in memory and a directory with the files of a small store: fedora (template), sys-net with a PCI device, sys-fw
 * (ProxyVM) behind it, work behind that, vault without network, win (HVM), win-tpl (its kind of template), win-app (HVM
 * based on it).
 */
public final class StartWorld implements AutoCloseable {
    private static final String STORE = """
            <QubesVmCollection clockvm="2" default_fw_netvm="2" default_kernel="4.4" default_netvm="3" default_template="1" updatevm="3">
              <QubesAdminVm label="black" memory="300" name="dom0" netid="0" qid="0"/>
              <QubesTemplateVm uuid="00000000-0000-4000-8000-000000000001" label="black" memory="400" name="fedora" netvm_qid="none" qid="1" template_qid="none" uses_default_netvm="False" maxmem="4000"/>
              <QubesNetVm uuid="00000000-0000-4000-8000-000000000002" label="red" memory="300" name="sys-net" netid="1" qid="2" template_qid="1" pcidevs="['02:00.0']" maxmem="300"/>
              <QubesProxyVm uuid="00000000-0000-4000-8000-000000000003" label="green" memory="300" name="sys-fw" netid="2" netvm_qid="2" qid="3" template_qid="1" maxmem="4000"/>
              <QubesAppVm uuid="00000000-0000-4000-8000-000000000004" label="blue" memory="400" name="work" netvm_qid="3" qid="4" template_qid="1" uses_default_netvm="True" maxmem="4000"/>
              <QubesAppVm uuid="00000000-0000-4000-8000-000000000005" label="black" memory="400" name="vault" netvm_qid="none" qid="5" template_qid="1" uses_default_netvm="False" maxmem="4000"/>
              <QubesHVm uuid="00000000-0000-4000-8000-000000000006" label="red" memory="512" name="win" netvm_qid="none" qid="6" template_qid="none" uses_default_netvm="False" drive="None"/>
              <QubesTemplateHVm uuid="00000000-0000-4000-8000-000000000007" label="black" memory="512" name="win-tpl" netvm_qid="none" qid="7" template_qid="none" uses_default_netvm="False"/>
              <QubesHVm uuid="00000000-0000-4000-8000-000000000008" label="red" memory="512" name="win-app" netvm_qid="none" qid="8" template_qid="7" uses_default_netvm="False"/>
              <QubesAppVm label="red" memory="400" name="restored" netvm_qid="none" qid="9" template_qid="1" uses_default_netvm="False" maxmem="4000"/>
            </QubesVmCollection>
            """;

    private final Path root;
    private final Steps steps = new Steps();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<String> kept = new CopyOnWriteArrayList<>();
    private final FakeServices services = new FakeServices(steps);
    private final JumpingTime time = new JumpingTime();
    private final FakeVmm vmm;
    private LazyVmm.Opener opener;
    private FileLayer layer = FileLayer.system();
    private String store = STORE;
    private @Nullable RunningSystem system;

    public StartWorld(Path root, VmmTraits traits) {
        this.root = root;
        this.vmm = new FakeVmm(new HostInfo(8192, 4), traits).loggingTo(steps);
        this.opener = () -> vmm;
        for (String vm : List.of("work", "vault", "win", "win-app", "restored")) {
            images("/var/lib/qubes/appvms/" + vm);
        }
        for (String vm : List.of("sys-net", "sys-fw")) {
            images("/var/lib/qubes/servicevms/" + vm);
        }
        for (String vm : List.of("fedora", "win-tpl")) {
            images("/var/lib/qubes/vm-templates/" + vm);
        }
        file("/var/lib/qubes/vm-kernels/4.4/vmlinuz", 1);
        file("/var/lib/qubes/vm-kernels/4.4/initramfs", 1);
    }

    private void images(String directory) {
        file(directory + "/private.img", 2 << 20);
        file(directory + "/root.img", 3 << 20);
        file(directory + "/root-cow.img", 3 << 20);
    }

    void file(String path, long size) {
        try {
            Files.createDirectories(path(path).getParent());
            try (RandomAccessFile file = new RandomAccessFile(path(path).toString(), "rw")) {
                file.setLength(size);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete(String path) {
        try {
            Files.delete(path(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path(String fixedPath) {
        return root.resolve(fixedPath.substring(1));
    }

    boolean exists(String fixedPath) {
        return Files.exists(path(fixedPath));
    }

    /** Every file below the root with its length, but for the lock and the definitions that stay. */
    List<String> files() {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".conf") && !file.endsWith("qvm-start.lock"))
                    .map(file -> root.relativize(file) + " " + file.toFile().length())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has this text in the store instead of that one; before the first use of the system. */
    StartWorld with(String text, String instead) {
        assert store.contains(text);
        store = store.replace(text, instead);
        return this;
    }

    /** Connects in this way; before the first use of the system. */
    StartWorld through(LazyVmm.Opener instead) {
        opener = instead;
        return this;
    }

    /** Makes and changes files in this way; before the first use of the system. */
    StartWorld on(FileLayer instead) {
        layer = instead;
        return this;
    }

    /** Has this happen in the middle of that step, once. */
    StartWorld at(String step, Runnable happening) {
        steps.at(step.replace("/var/lib", root + "/var/lib"), happening);
        return this;
    }

    RunningSystem system() {
        if (system == null) {
            RunningSystem.Place place = new RunningSystem.Place(
                    fixed -> path(fixed),
                    layer,
                    Ownership.leftAlone(),
                    time,
                    Clock.fixed(Instant.parse("2016-03-01T12:00:00Z"), ZoneOffset.UTC));
            system = new RunningSystem(
                    LazyVmm.connectingBy(opener),
                    place,
                    StoreSnapshot.parse("qubes.xml", store.getBytes(StandardCharsets.UTF_8), new OnePool())
                            .vms(),
                    new OnePool(),
                    services.services(),
                    (vm, uuid) -> kept.add(vm.name() + " " + uuid),
                    new Warnings());
        }
        return Objects.requireNonNull(system);
    }

    private final class Warnings implements RunReport {
        @Override
        public void note(String message) {
            assert !message.isEmpty();
        }

        @Override
        public void warn(String message) {
            warnings.add(message);
        }
    }

    /** Identities that were given to the store. */
    List<String> kept() {
        return kept;
    }

    List<String> warnings() {
        return warnings;
    }

    QubesVm vm(String name) {
        return system().vms().require(name);
    }

    /** A start for a thread of its own, in the words that {@link StartRun} needs: told who failed, it goes on. */
    StartRun.Job job(Map<String, QubesException> failures) {
        return (number, vm) -> {
            try (RunningSystem own = system().beside(services.services(), new Warnings())) {
                new VmStarter(own).start(vm, StartOptions.ORDINARY);
            } catch (QubesException e) {
                failures.put(vm.name(), e);
            }
            return true;
        };
    }

    int start(String vm) {
        return new VmStarter(system()).start(vm(vm), StartOptions.ORDINARY);
    }

    FakeVmm vmm() {
        return vmm;
    }

    FakeServices services() {
        return services;
    }

    JumpingTime time() {
        return time;
    }

    /** All that was done, without the root in front of paths. */
    List<String> steps() {
        return steps.stream().map(step -> step.replace(root.toString(), "")).toList();
    }

    void forgetSteps() {
        steps.clear();
    }

    @Override
    public void close() {
        if (system != null) {
            system.close();
        }
    }

    private static final class OnePool implements Pools {
        @Override
        public @Nullable String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
