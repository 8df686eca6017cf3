package org.qubestools.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.backup.create.WriteFormat;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.cli.option.OptparseDialect;
import org.qubestools.cli.tool.BackupTool;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

class WritingOptionsTest {
    private static WriteFormat format(String options, boolean toVm) {
        List<String> words = options.isEmpty() ? List.of() : List.of(options.split(" ", -1));
        return WritingOptions.format(OptparseDialect.parse(new BackupTool().spec(), words), toVm);
    }

    private static WriteFormat format(String options) {
        return format(options, false);
    }

    private static String program(WriteFormat format) {
        return format.compression() == null ? "none" : format.compression().program();
    }

    private static String cipher(WriteFormat format) {
        return format.cipher() == null ? "none" : format.cipher().name();
    }

    @Test
    void withoutOptionsItIsFormat4WithGzipAndTheUsualCost() {
        assertThat(format(""))
                .isEqualTo(new WriteFormat(
                        FormatVersion.V4,
                        null,
                        HmacDigest.SHA512,
                        WriteFormat.Compression.of("gzip", 4),
                        ScryptCost.DEFAULT,
                        100 << 20));
        assertThat(format("-e --level 4")).isEqualTo(format("")).isEqualTo(format("--format 4"));
    }

    @ParameterizedTest
    @CsvSource({"'',4", "-e,4", "-z,0", "-Z gzip,0", "-Z zstd,0", "--format 3 -z,0", "--level 9,9", "-z --level 2,2"})
    void compressionThatWasNotAskedForIsFasterThanTheProgramsOwn(String options, int level) {
        assertThat(format(options).compression().level()).isEqualTo(level);
    }

    @Test
    void format3IsPlainUnlessToldOtherwise() {
        assertThat(format("--format 3"))
                .isEqualTo(new WriteFormat(
                        FormatVersion.V3, null, HmacDigest.SHA512, null, ScryptCost.DEFAULT, 100 << 20));
        assertThat(cipher(format("--format 3 -e"))).isEqualTo("aes-256-cbc");
        assertThat(program(format("--format 3 -z"))).isEqualTo("gzip");
    }

    @ParameterizedTest
    @CsvSource({"-E aes-128-cbc,aes-128-cbc", "-E AES-256-CTR,aes-256-ctr", "--no-encrypt,none", "-H SHA1,none"})
    void optionsOfFormat3ImplyIt(String options, String cipher) {
        assertThat(format(options).version()).isEqualTo(FormatVersion.V3);
        assertThat(cipher(format(options))).isEqualToIgnoringCase(cipher);
    }

    @Test
    void aVmAsTargetMeansEncryptionUnlessToldOtherwise() {
        assertThat(cipher(format("--format 3", true))).isEqualTo("aes-256-cbc");
        assertThat(cipher(format("--no-encrypt", true))).isEqualTo("none");
        assertThat(format("", true).version()).isEqualTo(FormatVersion.V4);
    }

    @ParameterizedTest
    @CsvSource({"gzip,gzip", "pigz,gzip", "zstd,zstd", "bzip2,bzip2", "xz,xz", "none,none", "lzma,lzma", "lz4,lz4"})
    void filtersByTheNamesOfTheirPrograms(String filter, String program) {
        assertThat(program(format("-Z " + filter))).isEqualTo(program);
    }

    @Test
    void programsThatAreNotOursAreRun() {
        assertThat(Objects.requireNonNull(format("-Z lz4").compression()).filter())
                .isNull();
        assertThat(Objects.requireNonNull(format("-Z lzma").compression()).filter())
                .isNull();
        assertThat(Objects.requireNonNull(format("-Z xz").compression()).filter())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"-Z zstd --level 19,19", "-z --level 1,1", "--level 9,9", "-Z xz,0"})
    void theLevel(String options, int level) {
        assertThat(Objects.requireNonNull(format(options).compression()).level())
                .isEqualTo(level);
    }

    @Test
    void theCost() {
        assertThat(format("--scrypt-cost 15").cost()).isEqualTo(new ScryptCost(15, 8, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "--format 4 --no-encrypt,format 4 has its own encryption",
        "--format 4 -E aes-256-cbc,format 4 has its own encryption",
        "--format 4 -H sha1,format 4 has its own encryption",
        "--format 3 --scrypt-cost 12,--scrypt-cost goes with format 4 only",
        "-E aes-256-cbc --scrypt-cost 12,--scrypt-cost goes with format 4 only",
        "--no-encrypt -E aes-256-cbc,exclude each other",
        "-e --no-encrypt,exclude each other",
        "-z -Z none,exclude each other",
        "-E rc4,the cipher 'rc4' cannot be used",
        "-E null,the cipher 'null' cannot be used",
        "-H md5,the digest 'md5' cannot be used",
        "-H nothing,the digest 'nothing' cannot be used",
        "-Z a/b,is not the plain name of a program",
        "-Z=-x,is not the plain name of a program",
        "--level 10,--level goes up to 9 with gzip",
        "-Z bzip2 --level 19,--level goes up to 9 with bzip2",
        "-Z lz4 --level 1,--level has no meaning with a program",
        "-Z none --level 1,--level has no meaning without compression",
        "--format 3 --level 1,--level has no meaning without compression",
        "-Z zstd --level 20,20",
        "--level 0,0",
        "--scrypt-cost 9,9",
        "--scrypt-cost 23,23",
        "--format 2,2",
    })
    void whatMakesNoSenseIsAWrongUse(String options, String message) {
        assertThatThrownBy(() -> format(options))
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.USAGE))
                .hasMessageContaining(message);
    }
}
