package org.qubestools.backup.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qubestools.backup.format.DataPassTest.noise;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.backup.build.ArchiveBuilder;
import org.qubestools.backup.build.InnerTar;
import org.qubestools.backup.build.OuterTar;
import org.qubestools.backup.build.ReadBack;

/** Chunks can have any size, none too, and any number; see section 10 of the format. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ChunkSizesTest {
    private static OuterTar archive(ArchiveBuilder builder) {
        return builder.vm("work", 4).file("private.img", noise(1, 3000)).build();
    }

    @ParameterizedTest
    @CsvSource({"7, ''", "511, ''", "512, ''", "513, ''", "10240, ''", "10241, ''", "13, gzip", "100, bzip2", "99, xz"})
    void aReaderDependsOnNoSize(int size, String filter) {
        OuterTar plain = archive(ArchiveBuilder.v3().filter(filter).chunk(size));
        OuterTar encrypted =
                archive(ArchiveBuilder.v3().encrypted().filter(filter).chunk(size));

        assertThat(ReadBack.of(plain.bare()).isGood()).isTrue();
        assertThat(ReadBack.of(encrypted.bare()).isGood()).isTrue();
    }

    @Test
    void chunksOfOneByteAndNumbersBeyond999AreRead() {
        OuterTar v3 = archive(ArchiveBuilder.v3().chunk(1));
        OuterTar v4 = archive(ArchiveBuilder.v4().filter("gzip").chunk(1));

        assertThat(v3.indexOf("appvms/work/private.img.9999.hmac")).isPositive();
        assertThat(ReadBack.of(v3.bare()).isGood()).isTrue();
        assertThat(v4.indexOf("vm4/private.img.1000.enc")).isPositive();
        assertThat(ReadBack.of(v4.bare()).isGood()).isTrue();
    }

    @Test
    void aMissingChunkBeyond999IsNoticed() {
        OuterTar v4 = archive(ArchiveBuilder.v4().filter("gzip").chunk(1)).without("vm4/private.img.1000.enc");

        assertThat(ReadBack.of(v4.bare()).problems())
                .containsExactly("VM 'work', file vm4/private.img, chunk 1001: a chunk before it is missing");
    }

    @Test
    void emptyChunksAreReadWhereverTheyStand() {
        for (ArchiveBuilder builder : List.of(
                ArchiveBuilder.v3(), ArchiveBuilder.v4(), ArchiveBuilder.v3().encrypted())) {
            byte[] tar = InnerTar.of(builder.vm("work", 4).path("private.img"), noise(1, 3000));
            OuterTar archive =
                    builder.chunk(tar.length + 100).archive("private.img", tar).build();
            String first = builder.path("private.img.000");
            String suffix =
                    first.startsWith("vm4") && archive.members().get(2).name().endsWith(".enc") ? ".enc" : "";
            byte[] whole =
                    archive.members().get(archive.indexOf(first + suffix)).content();
            OuterTar made = new OuterTar(archive.members().subList(0, archive.indexOf(first + suffix)));
            byte[] data = suffix.isEmpty() ? whole : tar;
            builder.chunk(builder.path("private.img.000"), new byte[0]).forEach(made::add);
            builder.chunk(builder.path("private.img.001"), data).forEach(made::add);
            builder.chunk(builder.path("private.img.002"), new byte[0]).forEach(made::add);
            builder.chunk(builder.path("private.img.003"), new byte[0]).forEach(made::add);

            ReadBack back = ReadBack.of(made);

            assertThat(back.isGood()).as(first + ": " + back).isTrue();
        }
    }

    @Test
    void emptyChunksOfQubesXmlAreRead() {
        ArchiveBuilder builder = ArchiveBuilder.v3().vm("work", 4).file("private.img", noise(1, 3000));
        OuterTar archive = builder.build();
        int behind = archive.indexOf("qubes.xml.000.hmac") + 1;
        archive.members().addAll(behind, builder.chunk("qubes.xml.001", new byte[0]));

        assertThat(ReadBack.of(archive).isGood()).isTrue();
    }

    @Test
    void anArchiveOfEmptyChunksOnlyIsNoArchive() {
        ArchiveBuilder builder = ArchiveBuilder.v3().vm("work", 4);
        OuterTar archive = builder.build();
        builder.chunk("appvms/work/private.img.000", new byte[0]).forEach(archive::add);

        assertThat(ReadBack.of(archive).problems()).singleElement().asString().startsWith("VM 'work'");
    }

    @Test
    void limit22_manyChunksOfQubesXmlAreRefused() {
        ArchiveBuilder builder = ArchiveBuilder.v3().vm("work", 4).file("private.img", noise(1, 3000));
        OuterTar archive = builder.build();
        for (int i = 80; i > 0; i--) {
            archive.members()
                    .addAll(
                            archive.indexOf("qubes.xml.000.hmac") + 1,
                            builder.chunk("qubes.xml.0" + (i < 10 ? "0" : "") + i, new byte[0]));
        }

        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ReadBack.of(archive)))
                .hasMessageContaining("qubes.xml of the backup cannot be used");
    }
}
