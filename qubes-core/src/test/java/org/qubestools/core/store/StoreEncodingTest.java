package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;

/**
 * A store without a mark is taken for ASCII at first, one with a mark never: what both are read as is the same, whatever
 * other character stands wherever.
 */
final class StoreEncodingTest {
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final String STORE = """
            <QubesVmCollection updatevm='1'><!-- note --><?run fast?>
              <QubesNetVm name="net" qid="1" label="red" netid="1"/>
              <QubesAppVm name="a&amp;b" qid="2" label="blue"> text &#65; <![CDATA[ <raw> ]]> <in b="c"/></QubesAppVm>
              <QubesAppVm name="work" qid="3" label="blue"/>
              <QubesAppVm name="more" qid="4" label="blue"></QubesAppVm>
            </QubesVmCollection>
            <!-- end -->
            """;

    static List<byte[]> others() {
        return List.of(
                "\u00e9".getBytes(StandardCharsets.UTF_8),
                "\ud83d\ude00".getBytes(StandardCharsets.UTF_8),
                "\ufffe".getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xe9}, // no UTF-8
                new byte[] {0x01},
                new byte[] {'<'});
    }

    @ParameterizedTest
    @MethodSource("others")
    void isReadTheSameWithAMark(byte[] other) {
        byte[] store = STORE.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at <= store.length; at++) {
            byte[] plain = joined(store, at, other);
            assertThat(read(plain)).as("at %d", at).isEqualTo(read(joined(MARK, MARK.length, plain)));
        }
    }

    private static byte[] joined(byte[] bytes, int at, byte[] inserted) {
        byte[] all = new byte[bytes.length + inserted.length];
        System.arraycopy(bytes, 0, all, 0, at);
        System.arraycopy(inserted, 0, all, at, inserted.length);
        System.arraycopy(bytes, at, all, at + inserted.length, bytes.length - at);
        return all;
    }

    /** All that the store says; or why it is refused, but for the column of a bad byte, which a mark moves. */
    private static List<String> read(byte[] bytes) {
        List<String> said = new ArrayList<>();
        try {
            StoreSnapshot store = StoreXmls.parse(bytes);
            for (QubesVm vm : store.vms().inDocumentOrder()) {
                said.add(vm.vmClass() + " " + vm.attributes().sorted().names());
                for (int i = 0; i < vm.attributes().size(); i++) {
                    said.add(vm.attributes().name(i) + "=" + vm.attributes().value(i));
                }
            }
            store.problems().forEach(problem -> said.add(problem.toString()));
        } catch (QubesException e) {
            String message = String.valueOf(e.getMessage());
            said.add(message.contains("byte is not") ? message.replaceAll("column \\d+", "") : message);
        }
        return said;
    }
}
