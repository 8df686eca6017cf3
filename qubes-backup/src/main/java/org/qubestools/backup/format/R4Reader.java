package org.qubestools.backup.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.core.xml.MalformedXml;
import org.qubestools.core.xml.XmlElement;
import org.qubestools.core.xml.XmlText;
import org.qubestools.core.xml.XmlTreeReader;

/**
 * Turns R4's document into a store of ours and reads that, so that both kinds of backup pass the same checks.
 *
 * <p>A domain with an element of R3's store inside is taken from there, any other is translated.
 */
final class R4Reader {
    private static final String ROOT = "qubes";

    private final XmlElement root;
    private final List<R4Domain> domains = new ArrayList<>();
    private final R4References references = new R4References();
    private final Map<String, String> globals;

    private R4Reader(XmlElement root) {
        this.root = root;
        this.globals = R4Domain.named(root.grandchildren("properties", "property"));
        for (XmlElement element : root.grandchildren("domains", "domain")) {
            domains.add(new R4Domain(element));
        }
        for (R4Domain domain : domains) {
            references.add(domain.name(), domain.qid());
        }
    }

    static R4Reader of(byte[] xml) {
        XmlElement root;
        try {
            root = XmlTreeReader.read(xml);
        } catch (MalformedXml e) {
            throw Refusal.because(e.reason());
        }
        if (!root.name().equals(ROOT)) {
            throw Refusal.because("the root element is <" + SafeText.of(root.name()) + ">, not <" + ROOT + ">");
        }
        return new R4Reader(root);
    }

    BackupContents contents() {
        XmlElement store = new XmlElement("QubesVmCollection");
        globals().forEach(store::with);
        List<R4Translation.Result> results = new ArrayList<>();
        for (R4Domain domain : domains) {
            R4Translation.Result result = vm(domain);
            results.add(result);
            store.with(result.element());
        }
        StoreSnapshot snapshot = StoreContents.parse(XmlText.of(store).getBytes(StandardCharsets.UTF_8));
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < domains.size(); i++) {
            if (domains.get(i).isInBackup()) {
                QubesVm vm = snapshot.vms().byKey(i);
                candidates.add(candidate(domains.get(i), vm, results.get(i), StoreContents.remarks(snapshot, vm)));
            }
        }
        return StoreContents.contents(snapshot.vms(), candidates, List.of());
    }

    private static Candidate candidate(
            R4Domain domain, QubesVm vm, R4Translation.Result result, List<String> problems) {
        List<String> remarks = new ArrayList<>(result.remarks());
        remarks.addAll(problems);
        String violation = result.violation();
        boolean sameVm = vm.name().equals(domain.name())
                && String.valueOf(vm.qid()).equals(domain.qid())
                && (vm.vmClass() == VmClass.ADMIN) == domain.isAdmin();
        if (violation.isEmpty() && domain.hasStored() && !sameVm) {
            violation = "its entries for R3 and R4 do not agree on name and qid";
        }
        return new Candidate(vm, domain.path(), domain.size(), remarks, violation);
    }

    private R4Translation.Result vm(R4Domain domain) {
        XmlElement stored = domain.stored();
        if (stored != null) {
            XmlElement element = new XmlElement(stored.name());
            stored.attributes().forEach(element::with); // nothing that stands inside it
            return new R4Translation.Result(element, List.of(), "");
        }
        R4Translation.Result translated = R4Translation.of(domain, references, globals);
        return domain.hasStored()
                ? new R4Translation.Result(translated.element(), List.of(), "its entry for R3 is damaged")
                : translated;
    }

    private Map<String, String> globals() {
        List<XmlElement> stored = root.children(R4Domain.STORED);
        if (stored.size() == 1) {
            return stored.get(0).attributes();
        }
        Map<String, String> translated = new LinkedHashMap<>();
        for (Globals.Key key : Globals.Key.all()) {
            @Nullable String value = globals.get(key.xmlName());
            String text = key == Globals.Key.DEFAULT_KERNEL ? value : references.stored(value);
            translated.put(key.xmlName(), text == null || text.isEmpty() || text.equals("none") ? "None" : text);
        }
        return translated;
    }

    /** The firewall rules in R3's form by qid, of the VMs that have them in their entry for R3. */
    Map<Integer, String> firewalls() {
        Map<Integer, String> firewalls = new LinkedHashMap<>();
        List<QubesVm> vms = contents().vms().inDocumentOrder();
        for (int i = 0; i < domains.size(); i++) {
            XmlElement firewall = domains.get(i).firewall();
            if (firewall != null && vms.get(i).qid() != QubesVm.NO_QID) {
                firewalls.put(vms.get(i).qid(), XmlText.of(firewall));
            }
        }
        return firewalls;
    }
}
