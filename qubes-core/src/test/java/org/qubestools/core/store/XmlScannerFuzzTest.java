package org.qubestools.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.QubesVm;
import org.qubestools.fixtures.Fixtures;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The reader against the JDK's parser over damaged stores. Both accept or refuse, and read the same attributes, but for
 * what ours refuses by design: a DOCTYPE, its limits, other roots, rare encodings, XML 1.1 and names outside the basic
 * plane.
 */
final class XmlScannerFuzzTest {
    private static final List<String> SEEDS = List.of(
            "stores/hand-edited.xml",
            "stores/r1-small.xml",
            "stores/r2-small.xml",
            "stores/r3.2-small.xml",
            "broken/utf16-bom.xml",
            "broken/latin1-declared.xml");
    private static final Pattern FOREIGN_NAME =
            Pattern.compile("[</?\\s][\\w:.-]*[^\\x00-\\x7f][^<>\"'=]*=|</?[\\w:.-]*[^\\x00-\\x7f]");
    private static final List<String> TOKENS = List.of(
            "<",
            ">",
            "/>",
            "</",
            "&",
            "&amp;",
            "&#65;",
            "&#x1F600;",
            "&#0;",
            "&bogus;",
            "\"",
            "'",
            "=",
            "<!--",
            "-->",
            "--",
            "<![CDATA[",
            "]]>",
            "<?x?>",
            "<?xml?>",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\u0000",
            "\ufffe",
            "\u00e9",
            "a=\"b\"",
            "<a>",
            "</a>",
            "<QubesAppVm/>",
            "xmlns=\"u\"",
            "x:y=\"z\"");

    @Test
    void damagedStoresGiveAValueOrARefusal() throws Exception {
        long seed = Long.getLong("qubes.fuzz.seed", new Random().nextLong());
        long seconds = Long.getLong("qubes.fuzz.seconds", 5);
        Random random = new Random(seed);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        int accepted = 0;
        int refused = 0;
        while (System.nanoTime() < end) {
            byte[] bytes = damage(Fixtures.bytes("qubes-xml/" + SEEDS.get(random.nextInt(SEEDS.size()))), random);
            if (check(bytes, "seed " + seed)) {
                accepted++;
            } else {
                refused++;
            }
        }
        assertThat(accepted).as("seed %d", seed).isPositive();
        assertThat(refused).as("seed %d", seed).isPositive();
    }

    private static byte[] damage(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        int times = random.nextInt(4);
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt(256);
                case 1 -> damaged = insert(damaged, at, TOKENS.get(random.nextInt(TOKENS.size())));
                case 2 -> damaged = cut(damaged, at, Math.min(damaged.length, at + random.nextInt(40)));
                default -> {
                    int from = random.nextInt(damaged.length);
                    int length = Math.min(random.nextInt(60), damaged.length - from);
                    String copy = new String(damaged, from, length, StandardCharsets.ISO_8859_1);
                    damaged = insertBytes(damaged, at, copy.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
            if (damaged.length == 0) {
                return damaged;
            }
        }
        return damaged;
    }

    private static byte[] insert(byte[] bytes, int at, String token) {
        return insertBytes(bytes, at, token.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] insertBytes(byte[] bytes, int at, byte[] inserted) {
        byte[] result = new byte[bytes.length + inserted.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at, result, at + inserted.length, bytes.length - at);
        return result;
    }

    private static byte[] cut(byte[] bytes, int from, int to) {
        byte[] result = new byte[bytes.length - (to - from)];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(bytes, to, result, from, bytes.length - to);
        return result;
    }

    /** True if ours accepts the bytes. */
    private static boolean check(byte[] bytes, String what) throws Exception {
        String jdk = jdk(bytes);
        StoreSnapshot store;
        try {
            store = StoreXmls.parse(bytes);
            store.problems();
        } catch (QubesException e) {
            assertThat(e.kind()).as(what).isEqualTo(ErrorKind.STORE_CORRUPT);
            boolean byDesign = !e.getMessage().endsWith("[not-well-formed]") || isRare(e.getMessage());
            if (jdk == null && !byDesign) {
                fail(what + ": ours refuses what the JDK accepts: " + e.getMessage() + "\n" + shown(bytes));
            }
            return false;
        }
        if (jdk != null && !hasForeignName(store)) {
            fail(what + ": ours accepts what the JDK refuses: " + jdk + "\n" + shown(bytes));
        }
        return true;
    }

    /** Names beyond ASCII: the JDK knows those of the fourth edition of XML, ours those of the fifth. */
    private static boolean hasForeignName(StoreSnapshot store) {
        return FOREIGN_NAME.matcher(store.text()).find();
    }

    private static boolean isRare(String message) {
        return message.contains("encoding") || message.contains("declaration") || message.contains("byte is not");
    }

    private static String shown(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Null if the JDK accepts the bytes, else why not. */
    private static String jdk(byte[] bytes) throws ParserConfigurationException, IOException {
        try {
            SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
            factory.setNamespaceAware(false);
            factory.newSAXParser().parse(new ByteArrayInputStream(bytes), new DefaultHandler() {
                @Override
                public void startElement(String uri, String name, String qualified, Attributes attributes) {}

                @Override
                public void fatalError(SAXParseException e) throws SAXException {
                    throw e;
                }
            });
            return null;
        } catch (SAXException | IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void bothReadTheSameAttributes() throws Exception {
        for (String name : SEEDS) {
            byte[] bytes = Fixtures.bytes("qubes-xml/" + name);
            StringBuilder expected = new StringBuilder();
            SAXParserFactory.newDefaultInstance()
                    .newSAXParser()
                    .parse(new ByteArrayInputStream(bytes), new DefaultHandler() {
                        @Override
                        public void startElement(String uri, String local, String qualified, Attributes attributes) {
                            if (qualified.matches("Qubes(Admin|Template|Net|Proxy|App|Disposable|H|TemplateH)Vm")) {
                                for (int i = 0; i < attributes.getLength(); i++) {
                                    expected.append(attributes.getQName(i))
                                            .append('=')
                                            .append(attributes.getValue(i))
                                            .append('\n');
                                }
                            }
                        }
                    });
            StringBuilder actual = new StringBuilder();
            for (QubesVm vm : StoreXmls.parse(bytes).vms().inDocumentOrder()) {
                for (int i = 0; i < vm.attributes().size(); i++) {
                    actual.append(vm.attributes().name(i))
                            .append('=')
                            .append(vm.attributes().value(i))
                            .append('\n');
                }
            }
            assertThat(actual).as(name).hasToString(expected.toString());
        }
    }
}
