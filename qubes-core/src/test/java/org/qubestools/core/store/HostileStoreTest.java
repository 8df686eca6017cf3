package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** Stores as large as a file may be, made to cost time or memory. */
final class HostileStoreTest {
    private static final int SIZE = 8 * 1024 * 1024 - 1000;
    private static final long ALLOCATED = 400L * 1000 * 1000; // all in all, most of it garbage soon
    private static final long HELD = 100L * 1000 * 1000;
    private static final Duration TIME = Duration.ofSeconds(30); // many times what the slowest one takes

    private static final String OTHER_VALUES =
            "<a a='\u00e9" + "x".repeat(60_000) + "' b='\ud83d\ude00" + "x".repeat(60_000) + "'/>";

    static Stream<Arguments> stores() {
        return Stream.of(
                Arguments.of("blanks", filled("<QubesVmCollection", " ", "/>")),
                Arguments.of("line ends", filled("<QubesVmCollection>", "\r\n", "</QubesVmCollection>")),
                Arguments.of("open tags", filled("", "<", "")),
                Arguments.of("nesting", filled("", "<a>", "")),
                Arguments.of("ampersands", filled("<QubesVmCollection>", "&", "")),
                Arguments.of("references", filled("<QubesVmCollection>", "&amp;", "</QubesVmCollection>")),
                Arguments.of("comments", filled("<QubesVmCollection>", "<!---->", "</QubesVmCollection>")),
                Arguments.of("open comment", filled("<!--", "- ", "")),
                Arguments.of("instructions", filled("", "<?a?>", "<QubesVmCollection/>")),
                Arguments.of("CDATA", filled("<QubesVmCollection>", "<![CDATA[]]>", "</QubesVmCollection>")),
                Arguments.of("brackets", filled("<QubesVmCollection>", "]", "</QubesVmCollection>")),
                Arguments.of("one name", filled("<", "a", "/>")),
                Arguments.of("one value", filled("<QubesVmCollection a='", "x", "'/>")),
                Arguments.of("escaped value", filled("<QubesVmCollection a='", "&lt;", "'/>")),
                Arguments.of("other value", filled("<QubesVmCollection a='\u00e9", "x", "'/>")),
                Arguments.of("other values", filled("<QubesVmCollection>", OTHER_VALUES, "</QubesVmCollection>")),
                Arguments.of("elements", filled("<QubesVmCollection>", "<a/>", "</QubesVmCollection>")),
                Arguments.of("attributes", filled("<QubesVmCollection>", manyAttributes(), "</QubesVmCollection>")),
                Arguments.of("other attributes", filled("<QubesVmCollection>", rotated(), "</QubesVmCollection>")),
                Arguments.of("bad values", filled("<QubesVmCollection>", badVm(), "</QubesVmCollection>")),
                Arguments.of("equal VMs", "<QubesVmCollection>" + equalVms() + "</QubesVmCollection>"),
                Arguments.of("a long chain", "<QubesVmCollection>" + chain() + "</QubesVmCollection>"));
    }

    private static String filled(String before, String piece, String after) {
        int times = (SIZE - before.length() - after.length()) / piece.length();
        return before + piece.repeat(times) + after;
    }

    private static String manyAttributes() {
        StringBuilder element = new StringBuilder("<QubesAppVm");
        for (int i = 0; i < 1000; i++) {
            element.append(" a").append(i).append("=''");
        }
        return element.append("/>").toString();
    }

    /** Two elements whose attributes never stand in the same place. */
    private static String rotated() {
        String one = manyAttributes();
        return one + one.replace(" a0=''", "").replace("/>", " a0=''/>");
    }

    private static String badVm() {
        return "<QubesHVm name='" + "n".repeat(2000)
                + "' qid='x' uuid='x' label='x' memory='x' vcpus='x' mac='x' drive='x' timezone='x' pcidevs='x'"
                + " services='x' debug='x' template_qid='x' netvm_qid='x' dir_path='x' pool_name='x'/>";
    }

    private static String equalVms() {
        return "<QubesProxyVm name='n' qid='7' netid='1' netvm_qid='7' template_qid='7' uuid='"
                .concat("00000000-0000-4000-8000-000000000000'/>")
                .repeat(4000);
    }

    private static String chain() {
        StringBuilder chain = new StringBuilder();
        IntStream.rangeClosed(1, 253)
                .forEach(qid -> chain.append("<QubesProxyVm name='n%d' qid='%d' netvm_qid='%d' template_qid='%d'/>"
                        .formatted(qid, qid, qid % 253 + 1, qid % 253 + 1)));
        return chain.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stores")
    void costsLittleTimeAndMemory(String name, String store) {
        byte[] bytes = store.getBytes(StandardCharsets.UTF_8);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Object> held = new ArrayList<>();
        long heldBefore = inUse();

        long allocated = assertTimeoutPreemptively(TIME, () -> {
            long before = threads.getCurrentThreadAllocatedBytes();
            held.add(load(bytes));
            return threads.getCurrentThreadAllocatedBytes() - before;
        });

        assertThat(allocated).as(name).isLessThan(ALLOCATED);
        assertThat(inUse() - heldBefore).as(name).isLessThan(HELD);
        assertThat(held).hasSize(1);
    }

    private static long inUse() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** The store with its problems, or the refusal. */
    private static Object load(byte[] bytes) {
        try {
            StoreSnapshot store = StoreXmls.parse(bytes);
            store.problems();
            return store;
        } catch (QubesException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.STORE_CORRUPT);
            return e;
        }
    }
}
