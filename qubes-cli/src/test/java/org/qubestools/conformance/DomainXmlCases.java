package org.qubestools.conformance;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.qubestools.core.libvirt.CompleteHost;
import org.qubestools.core.libvirt.ProfileTexts;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.DomainSpec;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The definition for Xen, read by the JDK's parser: each fact is an XPath expression and what it leads to. */
final class DomainXmlCases implements RuntimeGroup {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    @Override
    public void run(String name, Map<String, Object> recording, Path temporary, Report report) {
        List<Object> cases = RuntimeCases.cases(recording);
        for (int i = 0; i < cases.size(); i++) {
            Map<String, Object> recorded = JsonTree.map(cases.get(i));
            String given = given(recording);
            report.check(RuntimeCases.name(name, recorded, i), () -> compare(recorded, given));
        }
    }

    /** The UUID that a VM without one is given; the description names it. */
    private static String given(Map<String, Object> recording) {
        Matcher uuid = UUID.matcher(String.valueOf(recording.get("description")));
        return uuid.find() ? uuid.group() : "";
    }

    private static List<String> compare(Map<String, Object> recorded, String given) throws Exception {
        VmView vm = RuntimeCases.vm(recorded);
        String uuid = vm.vm().get(Attributes.UUID);
        String text = ProfileTexts.xen(new DomainSpec(uuid == null ? given : uuid, vm), new CompleteHost());
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)));
        XPath xpath = XPathFactory.newInstance().newXPath();
        List<String> differences = new ArrayList<>();
        for (Object fact : JsonTree.list(recorded.get("facts"))) {
            List<Object> pair = JsonTree.list(fact);
            String path = String.valueOf(pair.get(0));
            String expected = pair.get(1) == null ? null : String.valueOf(pair.get(1));
            String found = value((NodeList) xpath.evaluate(path, document, XPathConstants.NODESET));
            if (expected == null ? found != null : !expected.equals(found)) {
                differences.add(path + " is " + found + ", not " + expected);
            }
        }
        return differences;
    }

    /** Null if there is no such node; of several, which a fact never means, all. */
    private static String value(NodeList nodes) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            Node node = nodes.item(i);
            String text = node.getTextContent();
            values.add(node.getNodeType() == Node.ELEMENT_NODE ? text.strip() : text);
        }
        return values.isEmpty() ? null : String.join(" and ", values);
    }
}
