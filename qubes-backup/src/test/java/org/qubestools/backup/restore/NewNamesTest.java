package org.qubestools.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.backup.restore.BackupWorld.HOST;
import static org.qubestools.backup.restore.BackupWorld.in;
import static org.qubestools.backup.restore.BackupWorld.plan;
import static org.qubestools.backup.restore.BackupWorld.restored;
import static org.qubestools.backup.restore.BackupWorld.vm;

import org.junit.jupiter.api.Test;
import org.qubestools.backup.TestStores;
import org.qubestools.core.model.VmCollection;

class NewNamesTest {
    private static final String LONG = "a23456789012345678901234567890";

    private static RestoreOptions.Builder options() {
        return RestoreOptions.builder();
    }

    private static String app(String name, int qid) {
        return in("AppVm", name, qid, "uses_default_netvm='True'");
    }

    private static VmCollection host(String... names) {
        StringBuilder elements = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            elements.append("<QubesAppVm name='")
                    .append(names[i])
                    .append("' qid='")
                    .append(i + 1)
                    .append("'/>");
        }
        return TestStores.store("", elements.toString());
    }

    @Test
    void theFirstFreeNumberIsPutBehindTheName() {
        RestorePlan plan =
                plan(host("work", "work1"), options().renameConflicting(true), app("work", 8), app("work2", 9));

        assertThat(vm(plan, "work").name()).isEqualTo("work3");
        assertThat(vm(plan, "work").isRenamed()).isTrue();
        assertThat(vm(plan, "work2").isRenamed()).isFalse();
    }

    @Test
    void twoLongNamesGetDifferentNewNames() {
        RestorePlan plan = plan(
                host(LONG + "x", LONG + "y"),
                options().renameConflicting(true),
                app(LONG + "x", 8),
                app(LONG + "y", 9));

        assertThat(restored(plan))
                .containsExactly("a2345678901234567890123456789" + "1", "a2345678901234567890123456789" + "2");
    }

    @Test
    void afterNinetyNineTakenNumbersTheVmExistsAlready() {
        String[] taken = new String[100];
        taken[0] = "work";
        for (int i = 1; i < 100; i++) {
            taken[i] = "work" + i;
        }
        RestorePlan plan = plan(host(taken), options().renameConflicting(true), app("work", 200));
        taken[99] = "other";
        RestorePlan last = plan(host(taken), options().renameConflicting(true), app("work", 200));

        assertThat(vm(plan, "work").has(PlanMark.ALREADY_EXISTS)).isTrue();
        assertThat(plan.conflicts()).singleElement().asString().contains("--rename");
        assertThat(restored(last)).containsExactly("work99");
    }

    @Test
    void aNameKeptForDisposablesIsNotMade() {
        RestorePlan plan = plan(host("disp"), options().renameConflicting(true), app("disp", 8));

        assertThat(vm(plan, "disp").has(PlanMark.ALREADY_EXISTS)).isTrue();
    }

    @Test
    void theUserCanRenameAVm() {
        RestorePlan plan = plan(HOST, options().rename("work:job"), app("work", 8));

        assertThat(restored(plan)).containsExactly("job");
        assertThat(plan.conflicts()).isEmpty();
    }

    @Test
    void aPrefixGoesBeforeAllNamesWithoutARenaming() {
        RestorePlan plan = plan(HOST, options().rename("work:job").prefix("old-"), app("work", 8), app("mail", 9));

        assertThat(restored(plan)).containsExactly("job", "old-mail");
    }

    @Test
    void twoVmsCanExchangeTheirNames() {
        RestorePlan plan = plan(HOST, options().rename("a:b").rename("b:a"), app("a", 8), app("b", 9));

        assertThat(restored(plan)).containsExactly("b", "a");
    }

    @Test
    void aVmThatKeepsItsNameGoesBeforeOneThatWantsIt() {
        RestorePlan plan = plan(HOST, options().rename("a:b"), app("a", 8), app("b", 9));

        assertThat(restored(plan)).containsExactly("b");
        assertThat(vm(plan, "a").has(PlanMark.ALREADY_EXISTS)).isTrue();
    }

    @Test
    void aBadNewNameStopsTheRestoreEvenIfConflictsAreSkipped() {
        for (String name : new String[] {"9lives", "none", "disp7", "a/b", LONG + "xyz"}) {
            RestorePlan plan = plan(HOST, options().skipConflicting(true).rename("work:" + name), app("work", 8));

            assertThat(vm(plan, "work").marks()).containsExactly(PlanMark.BAD_NAME);
            assertThat(plan.conflicts()).singleElement().asString().contains("--rename");
        }
    }

    @Test
    void aRenamingThatNoVmHasIsNoted() {
        assertThat(plan(HOST, options().rename("wrok:job"), app("mail", 8)).notes())
                .singleElement()
                .asString()
                .contains("'wrok'");
    }
}
