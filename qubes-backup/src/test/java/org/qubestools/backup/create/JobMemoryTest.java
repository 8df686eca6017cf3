package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.qubestools.backup.crypto.HmacDigest;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.format.FormatVersion;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

class JobMemoryTest {
    private static final long MIB = 1 << 20;
    /** 128 MiB and some. */
    private static final ScryptCost COST = new ScryptCost(17, 8, 1);
    /** A chunk of 100 MiB and two segments. */
    private static final long CHUNK = 100 * MIB + MIB / 2;

    private static JobMemory of(FormatVersion version, long all, int threads) {
        WriteFormat format = new WriteFormat(version, null, HmacDigest.SHA512, null, COST, WriteFormat.CHUNK_SIZE);
        return new JobMemory(format, all, threads);
    }

    @Test
    void aThreadThatCompressesHasADerivationBesideIt() {
        JobMemory memory = of(FormatVersion.V4, 512 * MIB, 2);

        assertThat(memory.derivationsAtOnce()).isEqualTo(2);
        assertThat(memory.derivations()).isEqualTo(2 * COST.memory());
        assertThat(memory.chunks()).isEqualTo(CHUNK + 32 * MIB);
    }

    @Test
    void derivationsLeaveRoomForOneChunk() {
        JobMemory memory = of(FormatVersion.V4, CHUNK + 2 * COST.memory() + 1, 8);

        assertThat(memory.derivationsAtOnce()).isEqualTo(2);
        assertThat(memory.chunks()).isEqualTo(CHUNK + 1);
    }

    @Test
    void oneOfEachIsTheLeast() {
        of(FormatVersion.V4, CHUNK + COST.memory(), 2).requireEnough();
        assertThat(of(FormatVersion.V4, CHUNK + COST.memory(), 2).derivationsAtOnce())
                .isEqualTo(1);

        assertThatThrownBy(of(FormatVersion.V4, CHUNK + COST.memory() - 1, 2)::requireEnough)
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
                .hasMessageContaining("MiB of memory together with a chunk");
    }

    @Test
    void formatThreeDerivesNothing() {
        JobMemory memory = of(FormatVersion.V3, MIB, 2);
        memory.requireEnough();

        assertThat(memory.derivations()).isZero();
        assertThat(memory.chunks()).isEqualTo(CHUNK);
    }
}
