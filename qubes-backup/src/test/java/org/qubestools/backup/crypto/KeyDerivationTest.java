package org.qubestools.backup.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.bouncycastle.crypto.generators.SCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

class KeyDerivationTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static KeyDerivation within(long memory) {
        return new KeyDerivation(new ScryptLimits(memory, Long.MAX_VALUE));
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** RFC 7914, section 12. */
    @ParameterizedTest
    @CsvSource({
        "'', '', 4, 1, 1, 77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
        "password, NaCl, 10, 8, 16, fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        "pleaseletmein, SodiumChloride, 14, 8, 1, 7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    })
    void theVectorsOfTheStandard(String secret, String salt, int log2N, int r, int p, String key) {
        try (KeyDerivation derivation = within(64 << 20)) {
            byte[] derived = derivation.derive(new ScryptCost(log2N, r, p), ascii(secret), ascii(salt), 64);

            assertThat(HexFormat.of().formatHex(derived)).isEqualTo(key);
        }
    }

    @Test
    void anyCostGivesWhatTheLibraryGives() {
        Random random = new Random(7914);
        try (KeyDerivation derivation = within(8 << 20)) {
            for (int i = 0; i < 200; i++) {
                ScryptCost cost = new ScryptCost(1 + random.nextInt(9), 1 + random.nextInt(20), 1 + random.nextInt(4));
                byte[] secret = random(random, random.nextInt(200));
                byte[] salt = random(random, random.nextInt(40));
                int length = 1 + random.nextInt(100);

                byte[] expected = SCrypt.generate(secret, salt, 1 << cost.log2N(), cost.r(), cost.p(), length);

                assertThat(derivation.derive(cost, secret, salt, length))
                        .as("%s", cost)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void severalArraysMakeUpALargeMemory() {
        ScryptCost cost = new ScryptCost(17, 8, 1);
        try (KeyDerivation derivation = within(cost.memory())) {
            byte[] expected = SCrypt.generate(ascii("p"), ascii("s"), 1 << 17, 8, 1, 64);

            assertThat(derivation.derive(cost, ascii("p"), ascii("s"), 64)).isEqualTo(expected);
        }
    }

    /** One block of these is larger than what the memory is made of; the library has a fault there, this is OpenSSL's. */
    @Test
    void blocksOfAnySizeAreMixed() {
        ScryptCost cost = new ScryptCost(2, 300_000, 1);
        try (KeyDerivation derivation = within(256 << 20)) {
            byte[] key = derivation.derive(cost, ascii("p"), ascii("s"), 32);

            assertThat(HexFormat.of().formatHex(key))
                    .isEqualTo("a14126b36a03096d32d4ad7226e09a90666ac8384c46269957c98bdc9f8e9e3e");
        }
    }

    @Test
    void severalThreadsShareTheMemoryThereIs() throws Exception {
        ScryptCost cost = new ScryptCost(10, 8, 1);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (KeyDerivation derivation = within(2 * cost.memory())) {
            assertThat(derivation.atOnce(cost)).isEqualTo(2);
            List<Future<byte[]>> keys = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                byte[] salt = ascii("salt " + i);
                ScryptCost mixed = i % 5 == 0 ? new ScryptCost(11, 8, 1) : cost;
                keys.add(threads.submit(() -> derivation.derive(mixed, ascii("secret"), salt, 64)));
            }
            for (int i = 0; i < 40; i++) {
                int n = i % 5 == 0 ? 2048 : 1024;
                assertThat(keys.get(i).get())
                        .isEqualTo(SCrypt.generate(ascii("secret"), ascii("salt " + i), n, 8, 1, 64));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatNeedsMoreMemoryThanAllowedIsRefusedBeforeItIsTaken() {
        try (KeyDerivation derivation = within(1 << 20)) {
            ScryptCost cost = new ScryptCost(24, 8, 1);

            assertThat(derivation.atOnce(cost)).isZero();
            assertThatThrownBy(() -> derivation.derive(cost, ascii("p"), ascii("s"), 64))
                    .hasMessageContaining("needs 16384 MiB of memory, 1 MiB are allowed");
        }
    }

    @Test
    void anInterruptionEndsADerivation() {
        try (KeyDerivation derivation = within(1 << 30)) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> derivation.derive(new ScryptCost(18, 8, 1), ascii("p"), ascii("s"), 64))
                    .isInstanceOfSatisfying(
                            QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** The first has all memory and takes minutes; both are seen by where they stand. */
    @Test
    void whoFindsNoMemoryWaitsForItAndCanBeInterrupted() throws Exception {
        ScryptCost cost = new ScryptCost(14, 8, 4000);
        AtomicReference<Throwable> end = new AtomicReference<>();
        try (KeyDerivation derivation = within(cost.memory())) {
            Thread first = deriving(derivation, cost, new AtomicReference<>());
            awaitIn(first, ScryptMemory.class);
            Thread second = deriving(derivation, cost, end);

            assertThat(awaitIn(second, ScryptMemory.class, Object.class)).isEqualTo(Object.class.getName());

            second.interrupt();
            second.join();
            first.interrupt();
            first.join();
        }
        assertThat(end.get())
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
    }

    private static Thread deriving(KeyDerivation derivation, ScryptCost cost, AtomicReference<Throwable> end) {
        Thread thread = new Thread(() -> derivation.derive(cost, ascii("p"), ascii("s"), 64));
        thread.setUncaughtExceptionHandler((t, e) -> end.set(e));
        thread.start();
        return thread;
    }

    /** Waits until the thread is in a method of one of the classes, and says of which. */
    private static String awaitIn(Thread thread, Class<?>... classes) {
        List<String> names = Stream.of(classes).map(Class::getName).toList();
        while (thread.isAlive()) {
            for (StackTraceElement element : thread.getStackTrace()) {
                if (names.contains(element.getClassName())) {
                    return element.getClassName();
                }
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("the derivation has ended");
    }
}
