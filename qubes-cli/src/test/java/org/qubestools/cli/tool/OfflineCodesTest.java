package org.qubestools.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.qubestools.cli.Tools;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.core.error.ErrorKind;

/** The help of a tool that is of no use without the running system says so; that of no other does. */
final class OfflineCodesTest extends ToolTest {
    private static final int OFFLINE = ExitCode.of(ErrorKind.OFFLINE);

    @Test
    void theHelpNamesTheCodeOfOfflineMode() {
        Set<String> said = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        for (String name : Tools.names()) {
            ToolSpec spec = Tools.named(name).orElseThrow().spec();
            if (spec.exitCodes().stream().anyMatch(code -> code.code() == OFFLINE)) {
                said.add(name);
            }
            for (ToolSpec.Example example : spec.isLikeGetopt() ? List.<ToolSpec.Example>of() : spec.examples()) {
                List<String> words =
                        new ArrayList<>(List.of(example.commandLine().split(" ")));
                boolean asksRoot = name.equals("qvm-revert-template-changes");
                int code = asksRoot
                        ? tree.runAsRoot(String.join(" ", words)).code()
                        : tree.run(words).code();
                if (code == OFFLINE) {
                    seen.add(name);
                }
            }
        }

        assertThat(said).isEqualTo(seen).contains("qvm-start", "qvm-block").doesNotContain("qvm-prefs");
    }
}
