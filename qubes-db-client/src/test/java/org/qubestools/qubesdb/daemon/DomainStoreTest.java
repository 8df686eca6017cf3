package org.qubestools.qubesdb.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the store keeps, and that it keeps no more. */
final class DomainStoreTest {
    private final DomainStore store = new DomainStore();

    private static byte[] value(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void replacedAndRemovedValuesAreOverwritten() {
        byte[] first = value("first");
        byte[] second = value("second");
        byte[] third = value("third");
        store.put("/a", first);
        store.put("/a", second);
        store.put("/b", third);
        assertThat(first).containsOnly(0);
        assertThat(second).asString(StandardCharsets.US_ASCII).isEqualTo("second");

        store.removePath("/a");
        assertThat(second).containsOnly(0);
        store.clear();
        assertThat(third).containsOnly(0);
    }

    @Test
    void tooManyKeysAreRefused() {
        for (int i = 0; i < DomainStore.MAX_KEYS; i++) {
            assertThat(store.put("/" + i, value(""))).isTrue();
        }

        assertThat(store.put("/more", value(""))).isFalse();
        assertThat(store.put("/1", value("new"))).isTrue();
        assertThat(store.removePath("/2")).isTrue();
        assertThat(store.put("/more", value(""))).isTrue();
    }

    @Test
    void tooManyBytesAreRefused() {
        byte[] value = new byte[3071];
        int count = (int) (DomainStore.MAX_BYTES / (value.length + 72));
        for (int i = 0; i < count; i++) {
            assertThat(store.put("/" + i, value.clone())).isTrue();
        }

        assertThat(store.put("/more", value.clone())).isFalse();
        assertThat(store.get("/more")).isNull();
        assertThat(store.put("/1", value.clone())).isTrue();
        assertThat(store.put("/1", value("less"))).isTrue();
        assertThat(store.removePath("/")).isTrue();
        assertThat(store.put("/more", value.clone())).isTrue();
    }
}
