package org.qubestools.backup.create;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qubestools.backup.crypto.KeyDerivation;
import org.qubestools.backup.crypto.Passphrase;
import org.qubestools.backup.crypto.ScryptCost;
import org.qubestools.backup.crypto.ScryptEnvelope;
import org.qubestools.backup.crypto.ScryptLimits;
import org.qubestools.core.io.TaskScope;

class ChunkKeysTest {
    private static final ScryptCost CHEAP = new ScryptCost(4, 8, 1);

    /** {@link TaskScope#join} returns only when all tasks have ended. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void theTasksEndWhenAllThatWasOrderedIsDelivered() throws Exception {
        ScryptLimits limits = new ScryptLimits(4 * CHEAP.memory(), Long.MAX_VALUE);
        try (Passphrase passphrase = Passphrase.ofTyped("secret".toCharArray());
                KeyDerivation derivation = new KeyDerivation(limits);
                TaskScope scope = new TaskScope()) {
            ChunkKeys keys = new ChunkKeys(CHEAP, "id", passphrase, new SecureRandom(), derivation);
            keys.start(scope, 4);
            Future<ScryptEnvelope> header = keys.header();
            Future<ScryptEnvelope> chunk = keys.chunk("vm1/private.img.000");
            keys.end();
            scope.join();

            assertThat(header.isDone()).isTrue();
            assertThat(ChunkKeys.delivered(header)).isNotNull();
            assertThat(chunk.isDone()).isTrue();
            assertThat(ChunkKeys.delivered(chunk)).isNotNull();
        }
    }

    /** The key of a later archive is there before the archive is, and each chunk gets the frame of its own name. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void theNextArchivesFirstKeyIsDerivedEarly() throws Exception {
        ScryptLimits limits = new ScryptLimits(CHEAP.memory(), Long.MAX_VALUE);
        try (Passphrase passphrase = Passphrase.ofTyped("secret".toCharArray());
                KeyDerivation derivation = new KeyDerivation(limits);
                TaskScope scope = new TaskScope()) {
            ChunkKeys keys = new ChunkKeys(CHEAP, "id", passphrase, new SecureRandom(), derivation);
            keys.expect(List.of("vm1/private.img", "vm1/r3-files"));
            keys.start(scope, 1);
            Future<ScryptEnvelope> store = keys.chunk("qubes.xml.000");
            Future<ScryptEnvelope> first = keys.chunk("vm1/private.img.000");
            Future<ScryptEnvelope> second = keys.chunk("vm1/private.img.001");
            keys.end();
            scope.join();

            Future<ScryptEnvelope> small = keys.chunk("vm1/r3-files.000"); // after the tasks have ended: it was there
            assertThat(List.of(store, first, second, small))
                    .allMatch(Future::isDone)
                    .doesNotHaveDuplicates();
        }
    }
}
