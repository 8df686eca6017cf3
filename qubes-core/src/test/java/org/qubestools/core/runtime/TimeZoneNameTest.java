package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the name of the host's time zone is looked for. */
final class TimeZoneNameTest {
    @TempDir
    Path root;

    private RuntimeWorld world;

    @BeforeEach
    void makeWorld() throws IOException {
        world = RuntimeWorld.in(root);
        Files.createDirectories(world.real("/etc/sysconfig"));
    }

    /** JUnit warns of links that lead out of its directory. */
    @AfterEach
    void removeLink() throws IOException {
        Files.deleteIfExists(world.real("/etc/localtime"));
    }

    @ParameterizedTest
    @CsvSource({
        "../usr/share/zoneinfo/Europe/Warsaw, Europe/Warsaw",
        "/usr/share/zoneinfo/America/Argentina/Salta, America/Argentina/Salta",
        "/usr/share/zoneinfo/UTC, UTC",
        "/usr/share/zoneinfo/Etc/GMT+5, Etc/GMT+5",
        "/my/zones/Europe/Paris, Europe/Paris",
        "Paris, Paris"
    })
    void aLinkTellsIt(String target, String name) throws IOException {
        Files.createSymbolicLink(world.real("/etc/localtime"), Path.of(target));

        assertThat(TimeZoneName.ofHost(world)).contains(name);
    }

    @Test
    void aTargetThatIsNoNameTellsNothing() throws IOException {
        Files.createSymbolicLink(world.real("/etc/localtime"), Path.of("/usr/share/zoneinfo/a b"));

        assertThat(TimeZoneName.ofHost(world)).isEmpty();
    }

    @Test
    void elseTheFileOfTheClockTellsIt() throws IOException {
        world.file("/etc/localtime", "TZif");
        world.file("/etc/sysconfig/clock", "# clock\nUTC=true\nZONE=\"Asia/Tokyo\"\n");

        assertThat(TimeZoneName.ofHost(world)).contains("Asia/Tokyo");
    }

    @Test
    void elseTheSameFileByAnotherNameTellsIt() throws IOException {
        Path zone = world.file("/usr/share/zoneinfo/Europe/Oslo", "TZif");
        world.file("/usr/share/zoneinfo/Africa/Cairo", "TZif");
        Files.createLink(world.real("/etc/localtime"), zone);

        assertThat(TimeZoneName.ofHost(world)).contains("Europe/Oslo");
    }

    @Test
    void aFileOfItsOwnOrNoneTellsNothing() throws IOException {
        assertThat(TimeZoneName.ofHost(world)).isEmpty();

        world.file("/usr/share/zoneinfo/Africa/Cairo", "TZif");
        world.file("/etc/localtime", "TZif");

        assertThat(TimeZoneName.ofHost(world)).isEmpty();
    }
}
