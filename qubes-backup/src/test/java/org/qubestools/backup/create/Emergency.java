package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.qubestools.backup.build.Program;

/** The published steps to get at a backup without Qubes: tar, openssl, scrypt, gzip and their like, nothing of ours. */
final class Emergency {
    private static final String COMMON = """
            set -eu
            pass='correct horse'
            mkdir members out
            tar -i -C members -xf "$1"
            cd members
            value() { sed -n "s/^$1=//p" backup-header; }
            # each INNER-ARCHIVE COMMAND...: the command on each chunk in order
            each() {
                path=$1; shift; n=0
                while c=$path.$(printf %03d $n) && [ -e "$c$suffix" ]; do "$@" "$c"; n=$((n + 1)); done
            }
            decompress() { if [ "$(value compressed)" = True ]; then "$(value compression-filter)" -dc; else cat; fi; }
            first() { find . -name "*.000$suffix" | sed "s,^\\./,,;s,\\.000$suffix\\$,,"; }
            """;
    private static final String V3 = COMMON + """
            suffix=
            check() { openssl dgst -sha512 -hmac "$pass" <"$1" | sed 's/.*= /(stdin)= /' | cmp - "$1.hmac"; }
            check backup-header
            decrypt() {
                if [ "$(value encrypted)" = True ]; then
                    openssl enc -d -"$(value crypto-algorithm)" -md md5 -pass "pass:$pass" 2>/dev/null
                else cat; fi
            }
            first | while read -r path; do
                each "$path" check
                each "$path" cat | decrypt | decompress | tar -C ../out -xpf -
            done
            """;
    private static final String V4 = COMMON + """
            suffix=.enc
            dec() { PASS=$1 scrypt dec -f --passphrase env:PASS "$2"; }
            dec "backup-header!$pass" backup-header.hmac | cmp - backup-header
            id=$(value backup-id)
            plain() { dec "$id!$1!$pass" "$1.enc"; }
            first | while read -r path; do
                each "$path" plain | decompress | tar -C ../out -xpf -
            done
            """;

    private Emergency() {}

    /** Unpacks the backup and returns the directory with everything in it. */
    static Path unpack(WriteFormat format, Path archive, Path directory) throws IOException {
        Program.assumeInstalled("openssl");
        if (format.isV4()) {
            Program.assumeInstalled("scrypt");
        }
        Path work = Files.createTempDirectory(directory, "emergency");
        Path script = Files.writeString(work.resolve("script"), format.isV4() ? V4 : V3);
        byte[] said = Program.filter(
                new byte[0],
                "sh",
                "-c",
                "cd \"$1\" && sh \"$2\" \"$3\" 2>&1",
                "sh",
                work.toString(),
                script.toString(),
                archive.toString());
        assertThat(said).asString().isEmpty();
        return work.resolve("out");
    }
}
