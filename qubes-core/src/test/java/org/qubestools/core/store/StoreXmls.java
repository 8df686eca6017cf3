package org.qubestools.core.store;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.qubestools.core.model.Pools;

/** Small stores for tests, and how to read them. */
final class StoreXmls {
    static final String SMALL = """
            <QubesVmCollection clockvm="2" default_fw_netvm="2" default_kernel="4.4" default_netvm="3" default_template="1" updatevm="3">
              <QubesAdminVm label="black" memory="300" name="dom0" netid="0" qid="0"/>
              <QubesTemplateVm label="black" memory="400" name="fedora" netvm_qid="3" qid="1" template_qid="none" uses_default_netvm="True"/>
              <QubesNetVm label="red" memory="300" name="sys-net" netid="1" qid="2" template_qid="1"/>
              <QubesProxyVm label="green" memory="500" name="sys-fw" netid="2" netvm_qid="2" qid="3" template_qid="1"/>
              <QubesAppVm label="blue" memory="400" name="work" netvm_qid="3" qid="4" template_qid="1" uses_default_netvm="True"/>
              <QubesHVm label="red" memory="512" name="win" netvm_qid="none" qid="5" template_qid="none" uses_default_netvm="False"/>
            </QubesVmCollection>
            """;

    private StoreXmls() {}

    static StoreSnapshot parse(String xml) {
        return parse(xml.getBytes(StandardCharsets.UTF_8));
    }

    static StoreSnapshot parse(byte[] bytes) {
        return StoreSnapshot.parse("qubes.xml", bytes, new OnePool());
    }

    static final class OnePool implements Pools {
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
