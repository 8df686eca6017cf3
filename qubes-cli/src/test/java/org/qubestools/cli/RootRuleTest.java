package org.qubestools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.option.CommonOptions;

/** Which tools refuse root: those whose originals do, and two of ours that do what these do. */
final class RootRuleTest {
    @Test
    void toolsThatMakeFilesHaveForceRoot() {
        List<String> refusing = new ArrayList<>();
        for (String name : Tools.names()) {
            if (Tools.named(name).orElseThrow().spec().commonOptions().contains(CommonOptions.FORCE_ROOT)) {
                refusing.add(name);
            }
        }

        assertThat(refusing)
                .containsExactly(
                        "qvm-add-appvm",
                        "qvm-add-template",
                        "qvm-backup",
                        "qvm-backup-restore",
                        "qvm-batch",
                        "qvm-block",
                        "qvm-clone",
                        "qvm-create",
                        "qvm-device",
                        "qvm-firewall",
                        "qvm-prefs",
                        "qvm-remove",
                        "qvm-usb");
    }
}
