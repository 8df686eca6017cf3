package org.qubestools.backup.unpack;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.backup.TestStores;
import org.qubestools.backup.format.BackupItem;
import org.qubestools.core.error.QubesException;

/** How much data VMs of given sizes may have. */
final class SizeLimitTest {
    private static final long MIB = 1 << 20;

    private static List<BackupItem> items(long... sizes) {
        List<BackupItem> items = new ArrayList<>();
        for (long size : sizes) {
            BackupItem any = TestStores.contents(
                            "<QubesAppVm qid='2' name='work' backup_content='True' " + "backup_path='vm2'/>")
                    .items()
                    .get(0);
            items.add(new BackupItem(any.vm(), any.path(), size, List.of(), ""));
        }
        return items;
    }

    private static void assertStopsBehind(SizeLimit limit, long bytes) {
        assertThatCode(() -> limit.data(bytes)).doesNotThrowAnyException();
        assertThatThrownBy(() -> limit.data(1))
                .isInstanceOf(QubesException.class)
                .hasMessageContaining("more data than it says, " + (bytes + 1) + " bytes until here");
    }

    @Test
    void aTenthMoreThanTheSizesAndSomethingForEachArchive() {
        SizeLimit limit = SizeLimit.of(items(100 * MIB, 50 * MIB));
        limit.archive();
        limit.archive();

        assertStopsBehind(limit, 165 * MIB + 32 * MIB);
    }

    @Test
    void aVmWithoutSizeDoesNotLiftTheLimitOfTheOthers() {
        assertStopsBehind(SizeLimit.of(items(100 * MIB, 0)), 110 * MIB);
    }

    @Test
    void withoutAnySizeThereIsRoomForSmallFiles() {
        SizeLimit limit = SizeLimit.of(items(0));
        limit.archive();

        assertStopsBehind(limit, 16 * MIB);
    }

    @Test
    void sizesBeyondAnyDiskAreNoLimit() {
        for (SizeLimit limit : List.of(
                SizeLimit.of(items(Long.MAX_VALUE)),
                SizeLimit.of(items(Long.MAX_VALUE / 200, Long.MAX_VALUE / 200)),
                SizeLimit.none())) {
            assertThatCode(() -> limit.data(Long.MAX_VALUE)).doesNotThrowAnyException();
        }
    }
}
