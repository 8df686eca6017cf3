package org.qubestools.core.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmAddresses;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreFile;
import org.qubestools.core.store.StoreSnapshot;

/** What is wrong inside the store alone: the reader's problems, and what two VMs have in common that they should not. */
final class StoreFindings {
    /** Of the 253 qids; from here on it is worth knowing. */
    private static final int ALMOST_ALL_QIDS = 250;

    private final StoreSnapshot store;
    private final VmCollection vms;
    private final List<Finding> findings = new ArrayList<>();

    private StoreFindings(StoreSnapshot store) {
        this.store = store;
        this.vms = store.vms();
    }

    static List<Finding> of(StoreSnapshot store) {
        StoreFindings all = new StoreFindings(store);
        for (Problem problem : store.problems()) {
            all.findings.add(of(problem));
        }
        all.sharedAddresses();
        all.sharedMacs();
        all.limits();
        return all.findings;
    }

    static Finding of(Problem problem) {
        Finding.Place place = new Finding.Place(problem.attribute(), problem.line(), "");
        return Finding.problem(
                problem.code().text(), problem.about(), place, problem.text(), advice(problem.code(), problem));
    }

    private static String advice(ProblemCode code, Problem problem) {
        return switch (code) {
            case BAD_QID -> "give it a free number from 1 to 253 in line " + problem.line() + " of qubes.xml";
            case DUPLICATE_QID ->
                problem.attribute().isEmpty()
                        ? "copy what you need of it to the first one, and take it out of qubes.xml"
                        : "give all but one of them a free number in qubes.xml";
            case BAD_NAME, DUPLICATE_NAME ->
                "give it a good name of its own in line " + problem.line() + " of qubes.xml, that of its directory";
            case TEMPLATE_MISSING, TEMPLATE_WRONG_KIND, TEMPLATE_LOOP ->
                "set a template: qvm-prefs -s " + problem.about() + " template NAME";
            case NETVM_MISSING, NETVM_WRONG_KIND, NETVM_LOOP ->
                "set a NetVM: qvm-prefs -s " + problem.about() + " "
                        + (problem.attribute().equals("dispvm_netvm") ? "dispvm_netvm" : "netvm") + " NAME";
            case UNKNOWN_LABEL, BAD_NUMBER, BAD_BOOL, BAD_LIST, BAD_DICT, BAD_MAC, BAD_DRIVE, BAD_KERNEL ->
                "set it with qvm-prefs, or correct line " + problem.line() + " of qubes.xml";
            case BAD_UUID, BAD_PATH -> "correct line " + problem.line() + " of qubes.xml";
            case UNKNOWN_POOL -> "add the pool to /etc/qubes/storage.conf";
            case DUPLICATE_UUID -> "take the attribute out of the later one in qubes.xml";
            case DUPLICATE_NETID -> "give the later one a free number in qubes.xml";
            case GLOBAL_DANGLING, GLOBAL_MALFORMED ->
                "set it: qubes-prefs -s " + problem.about().replace('_', '-') + " NAME";
            case UNKNOWN_CLASS -> "nothing needs to be done if another package put it there; else remove it by hand";
        };
    }

    private void sharedAddresses() {
        Map<String, QubesVm> seen = new HashMap<>();
        for (QubesVm vm : vms.byQidOrder()) {
            String ip =
                    vm.vmClass() == VmClass.ADMIN || vm.qid() == QubesVm.NO_QID ? null : new VmAddresses(vms, vm).ip();
            QubesVm other = ip == null ? null : seen.putIfAbsent(ip, vm);
            if (other != null) {
                findings.add(Finding.note(
                        "duplicate-address",
                        SafeText.of(vm.name()),
                        Finding.Place.NONE,
                        "it has the address " + ip + " as '" + SafeText.of(other.name()) + "' has",
                        "do not run both at the same time, or give one another NetVM"));
            }
        }
    }

    private void sharedMacs() {
        Map<String, QubesVm> seen = new HashMap<>();
        for (QubesVm vm : vms.byQidOrder()) {
            String mac = vm.get(Attributes.MAC);
            QubesVm other = mac == null ? null : seen.putIfAbsent(mac.toLowerCase(Locale.ROOT), vm);
            if (other != null) {
                findings.add(Finding.note(
                        "duplicate-mac",
                        SafeText.of(vm.name()),
                        new Finding.Place("mac", 0, ""),
                        "it has the MAC address of '" + SafeText.of(other.name()) + "'",
                        "qvm-prefs -s " + SafeText.of(vm.name()) + " mac auto"));
            }
        }
    }

    private void limits() {
        int used = 0;
        for (QubesVm vm : vms.inDocumentOrder()) {
            used += vm.qid() > 0 ? 1 : 0;
        }
        if (used >= ALMOST_ALL_QIDS) {
            findings.add(Finding.note(
                    "few-qids",
                    "store",
                    Finding.Place.NONE,
                    used + " of " + QubesVm.MAX_ID + " qids are taken",
                    "remove VMs that are not needed"));
        }
        int size = store.bytes().length;
        if (size > StoreFile.MAX_BYTES / 2) {
            findings.add(Finding.note(
                    "large-store",
                    "store",
                    Finding.Place.NONE,
                    "it has " + size + " bytes, and more than " + StoreFile.MAX_BYTES + " are refused",
                    "look for attributes that other programs put there"));
        }
    }
}
