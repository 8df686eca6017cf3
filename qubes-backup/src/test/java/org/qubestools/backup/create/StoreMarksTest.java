package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qubestools.backup.TestStores;
import org.qubestools.core.model.VmCollection;

class StoreMarksTest {
    private static final VmCollection VMS = TestStores.store("", """
            <QubesTemplateVm name='fedora' qid='1' backup_content='True' backup_path='vm1' backup_size='5'/>
            <QubesAppVm name='work' qid='5' template_qid='1' backup_timestamp='7'/>
            """);

    @Test
    void aPlanSaysWhereItsVmsAre() {
        PlannedFile file =
                new PlannedFile(java.nio.file.Path.of("/x"), PlannedFile.Kind.FILE, List.of(), "vm5/private.img", 4096);
        PlannedBackup work = new PlannedBackup(VMS.byName("work"), "vm5", List.of(file), 8192, false);

        StoreMarks marks = StoreMarks.of(new BackupPlan(List.of(work), List.of(), 0), Instant.ofEpochSecond(9));

        assertThat(marks.places()).isEqualTo(Map.of(5, new StoreMarks.Place("vm5", 8192)));
        assertThat(marks.names()).isEqualTo(Map.of(5, "work"));
        assertThat(marks.time()).isEqualTo(Instant.ofEpochSecond(9));
    }
}
