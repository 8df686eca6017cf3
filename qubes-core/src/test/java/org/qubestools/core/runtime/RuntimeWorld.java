package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmView;
import org.qubestools.core.store.StoreSnapshot;

/** A store below a directory that stands for the root. */
record RuntimeWorld(Path root, VmCollection vms) implements RealPaths {
    static final String STORE = """
            <QubesVmCollection clockvm="none" default_fw_netvm="2" default_kernel="4.4" default_netvm="3" default_template="1" updatevm="none">
              <QubesTemplateVm label="black" name="fedora" qid="1" template_qid="none" uses_default_netvm="True"/>
              <QubesNetVm label="red" name="sys-net" netid="1" qid="2" template_qid="1"/>
              <QubesProxyVm label="green" name="sys-fw" netid="2" netvm_qid="2" qid="3" template_qid="1"/>
              <QubesAppVm label="blue" name="work" qid="4" template_qid="1" uses_default_netvm="True"/>
              <QubesAppVm label="blue" name="vault" netvm_qid="none" qid="5" template_qid="1" uses_default_netvm="False"/>
              <QubesHVm label="red" name="win" qid="6" template_qid="none" uses_default_netvm="True" guiagent_installed="True" qrexec_installed="True"/>
              <QubesHVm label="red" name="bare" qid="7" template_qid="none" netvm_qid="none" uses_default_netvm="False"/>
            </QubesVmCollection>
            """;

    static RuntimeWorld in(Path root) {
        return in(root, STORE);
    }

    static RuntimeWorld in(Path root, String store) {
        byte[] bytes = store.getBytes(StandardCharsets.UTF_8);
        return new RuntimeWorld(
                root, StoreSnapshot.parse("qubes.xml", bytes, OnePool.ONE).vms());
    }

    @Override
    public Path real(String fixedPath) {
        return root.resolve(fixedPath.substring(1));
    }

    VmView vm(String name) {
        return new VmView(vms, vms.require(name), OnePool.ONE, () -> Optional.of(new HostInfo(8192, 4)));
    }

    /** Writes a file below the root, with its directories. */
    Path file(String fixedPath, String text) throws IOException {
        Path file = real(fixedPath);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private enum OnePool implements Pools {
        ONE;

        @Override
        public String directory(String pool) {
            return pool.equals(DEFAULT) ? DEFAULT_DIRECTORY : null;
        }

        @Override
        public Set<String> names() {
            return Set.of(DEFAULT);
        }
    }
}
