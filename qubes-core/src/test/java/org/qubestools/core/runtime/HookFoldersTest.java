package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.UnixStat;
import org.qubestools.core.model.VmView;

/** Executables of other packages at the moments of a VM's life. */
final class HookFoldersTest {
    private static final String FOLDER = "/etc/qubes/hooks.d/start";

    @TempDir
    Path root;

    private RuntimeWorld world;
    private final List<String> messages = new ArrayList<>();

    @BeforeEach
    void makeWorld() throws IOException {
        world = RuntimeWorld.in(root);
        Files.createDirectories(world.real(FOLDER));
        mode(world.real(FOLDER), "rwxr-xr-x");
        mode(world.real(HookFolders.FOLDER), "rwxr-xr-x");
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private Path hook(String name, String script) throws IOException {
        Path hook = world.file(FOLDER + "/" + name, "#!/bin/sh\n" + script);
        mode(hook, "rwxr-xr-x");
        return hook;
    }

    private HookFolders hooks() throws IOException {
        return new HookFolders(world, new InstalledPrograms(), messages::add, UnixStat.uid(world.real(FOLDER)));
    }

    private void run() throws IOException {
        hooks().run(HookPoint.START, world.vm("work"));
    }

    @Test
    void theyRunInTheOrderOfTheirNamesWithNameAndProperties() throws IOException {
        hook("20-b", "echo b $1 >>" + root + "/seen; cat >" + root + "/json");
        hook("10-a", "echo a $1 >>" + root + "/seen; printf 'said\\033[2J\\n' >&2");
        mode(hook("30-c", "echo c >>" + root + "/seen"), "rw-r--r--"); // not executable

        run();

        assertThat(root.resolve("seen")).hasContent("a work\nb work");
        assertThat(Files.readString(root.resolve("json")))
                .startsWith("{\"autostart\":false,\"backup_content\":false,")
                .contains("\"label\":\"blue\"", "\"netvm\":\"sys-fw\"", "\"services\":{\"meminfo-writer\":true}")
                .endsWith("}");
        assertThat(messages).containsExactly(FOLDER + "/10-a: said\\x1b[2J");
    }

    @Test
    void aFailureEndsThem() throws IOException {
        hook("10-a", "echo broken >&2; exit 4");
        hook("20-b", "touch " + root + "/seen");

        assertThatThrownBy(this::run)
                .isInstanceOf(QubesException.class)
                .hasMessage("the hook " + FOLDER + "/10-a failed for VM 'work' with status 4");
        assertThat(messages).containsExactly(FOLDER + "/10-a: broken");
        assertThat(root.resolve("seen")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {FOLDER + "/20-b", FOLDER, HookFolders.FOLDER})
    void noneRunsIfOthersCouldHaveWrittenOne(String writable) throws IOException {
        hook("10-a", "touch " + root + "/seen");
        hook("20-b", "");
        mode(world.real(writable), "rwxrwxr-x");

        assertThatThrownBy(this::run)
                .hasMessage("the hook " + writable + " is refused: others than root could have written it");
        assertThat(root.resolve("seen")).doesNotExist();
    }

    @Test
    void noneRunsIfSomebodyElseOwnsOne() throws IOException {
        hook("10-a", "touch " + root + "/seen");
        int owner = UnixStat.uid(world.real(FOLDER));
        HookFolders ofAnother = new HookFolders(world, new InstalledPrograms(), messages::add, owner + 1);

        assertThatThrownBy(() -> ofAnother.run(HookPoint.START, world.vm("work")))
                .hasMessageContaining("is refused");
        assertThat(root.resolve("seen")).doesNotExist();
    }

    @Test
    void ofALinkTheFileCounts() throws IOException {
        Path real = world.file("/usr/lib/hook", "#!/bin/sh\ntouch " + root + "/seen\n");
        mode(real, "rwxrwxrwx");
        Files.createSymbolicLink(world.real(FOLDER + "/10-a"), real);

        assertThatThrownBy(this::run).hasMessageContaining("is refused");

        mode(real, "rwxr-xr-x");
        run();
        assertThat(root.resolve("seen")).exists();
    }

    @Test
    void withoutAFolderNothingIsRun() throws IOException {
        RecordingPrograms programs = new RecordingPrograms();

        new HookFolders(world, programs, messages::add).run(HookPoint.VERIFY_FILES, world.vm("work"));
        new HookFolders(world, programs, messages::add).run(HookPoint.START, world.vm("work")); // an empty one

        assertThat(programs.lines()).isEmpty();
    }

    @Test
    void thoseInsideComeFirst() throws IOException {
        hook("10-a", "echo folder >>" + root + "/seen");
        List<String> seen = new ArrayList<>();
        Hooks inside = new Hooks() {
            @Override
            public void at(HookPoint point, VmView vm, List<String> arguments) {
                seen.add(point + " " + vm.vm().name() + " " + arguments + Files.exists(root.resolve("seen")));
            }
        };

        inside.and(hooks()).at(HookPoint.START, world.vm("work"), List.of("x"));
        Hooks.NONE.and(hooks()).at(HookPoint.START, world.vm("work"), List.of());

        assertThat(seen).containsExactly("START work [x]false");
        assertThat(root.resolve("seen")).hasContent("folder\nfolder");
    }
}
