package org.qubestools.cli.tool;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A test that has {@link LiveVms} of its own, which end with it. */
@Timeout(value = 400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class LiveVmsTest {
    @TempDir
    protected Path folder;

    /** There for each test. */
    protected LiveVms vms;

    @BeforeEach
    final void makeVms() throws IOException {
        vms = new LiveVms(folder);
    }

    @AfterEach
    final void endVms() throws InterruptedException {
        if (vms != null) {
            vms.close();
        }
    }
}
