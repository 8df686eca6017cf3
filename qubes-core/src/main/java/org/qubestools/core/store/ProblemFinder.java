package org.qubestools.core.store;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.MalformedValue;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.ProblemCode;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.SecondDom0;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.model.VmName;
import org.qubestools.core.model.VmReference;

/** Finds everything of section 15 of the store format that is wrong with a store that could be loaded. */
final class ProblemFinder {
    private final StoreDocument document;
    private final VmCollection vms;
    private final Pools pools;
    private final ProblemReport report;
    private final Map<String, QubesVm> uuids = new HashMap<>();
    private final Map<Integer, QubesVm> netids = new HashMap<>();
    /** The last VM with nothing to tell but who it is: what the next one has in common with it needs no second look. */
    private @Nullable QubesVm lastGood;

    private boolean badUuid;

    private ProblemFinder(StoreDocument document, Pools pools) {
        this.document = document;
        this.vms = document.vms();
        this.pools = pools;
        this.report = new ProblemReport(document);
    }

    static List<Problem> find(StoreDocument document, Pools pools) {
        ProblemFinder finder = new ProblemFinder(document, pools);
        for (QubesVm vm : finder.vms.inDocumentOrder()) {
            finder.identity(vm);
            finder.inside(vm);
        }
        finder.loops();
        finder.globals();
        for (UnknownElement element : document.unknown()) {
            finder.report.add(new Problem(
                    ProblemCode.UNKNOWN_CLASS,
                    SafeText.of(element.name()),
                    "",
                    document.text().line(element.offset()),
                    "<" + SafeText.of(element.element()) + "> is no kind of VM; it is left alone"));
        }
        return finder.report.problems();
    }

    private void identity(QubesVm vm) {
        if (vm.vmClass() == VmClass.ADMIN) {
            if (SecondDom0.is(vms, vm)) {
                List<String> more = SecondDom0.saysMore(vms, vm);
                String differs =
                        more.isEmpty() ? "" : ", and this one differs in " + SafeText.of(String.join(", ", more));
                String text = "there is more than one dom0; the first one counts" + differs;
                report.add(ProblemCode.DUPLICATE_QID, vm, "", text);
            }
            return;
        }
        if (vm.qid() == QubesVm.NO_QID) {
            report.add(ProblemCode.BAD_QID, vm, "qid", "its qid is not a number from 1 to 253");
        } else if (vms.isDuplicateQid(vm)) {
            report.add(ProblemCode.DUPLICATE_QID, vm, "qid", "another VM has the qid " + vm.qid() + " too");
        }
        String reason = VmName.reasonAgainst(vm.name());
        if (reason != null) {
            report.add(ProblemCode.BAD_NAME, vm, "name", "its name is not usable: " + reason);
        }
        if (vms.isDuplicateName(vm)) {
            report.add(ProblemCode.DUPLICATE_NAME, vm, "name", "another VM has the same name");
        }
    }

    private void inside(QubesVm vm) {
        int found = report.size();
        boolean likeLast = values(vm);
        if (!likeLast) {
            needs(vm);
        }
        boolean good = report.size() == found;
        duplicates(vm);
        boolean goodReferences = likeLast || references(vm);
        lastGood = good && goodReferences ? vm : lastGood;
    }

    /**
     * Looks at the values.
     *
     * @return true if all but those that say who it is are the same as in {@link #lastGood}
     */
    private boolean values(QubesVm vm) {
        AttributeMap attributes = vm.attributes();
        AttributeMap good = lastGood != null
                        && lastGood.vmClass() == vm.vmClass()
                        && lastGood.attributes().sharesNames(attributes)
                ? lastGood.attributes()
                : null;
        boolean likeLast = good != null;
        badUuid = false;
        int i = good == null ? 0 : attributes.nextDifference(good, 0);
        while (i < attributes.size()) {
            Attribute<?> attribute = attributes.attribute(i);
            if (attribute != null && attribute.belongsTo(vm.vmClass())) {
                value(vm, attribute, attributes.value(i));
                likeLast &= saysWhoItIs(attribute);
            }
            i = good == null ? i + 1 : attributes.nextDifference(good, i + 1);
        }
        return likeLast;
    }

    /** True for what no other VM, and nothing but {@link #identity} and {@link #duplicates}, asks for. */
    private static boolean saysWhoItIs(Attribute<?> attribute) {
        return attribute == Attributes.QID
                || attribute == Attributes.NAME
                || attribute == Attributes.UUID
                || attribute == Attributes.DIR_PATH
                || attribute == Attributes.CONF_FILE;
    }

    private void value(QubesVm vm, Attribute<?> attribute, String text) {
        try {
            attribute.check(vm.vmClass(), text);
        } catch (MalformedValue e) {
            badUuid |= e.code() == ProblemCode.BAD_UUID;
            String shown = "'" + SafeText.of(text) + "' is not usable: " + e.getMessage() + "; the default counts";
            report.add(e.code(), vm, attribute.xmlName(), shown);
        }
    }

    private void needs(QubesVm vm) {
        if (vm.vmClass() == VmClass.DISPOSABLE && !vm.has(Attributes.DISPID)) {
            report.add(ProblemCode.BAD_NUMBER, vm, "dispid", "it has no dispid, so no address");
        }
        String pool = vm.getOr(Attributes.POOL_NAME, Pools.DEFAULT);
        if (!pool.equals(Pools.DEFAULT) && vm.vmClass() != VmClass.ADMIN && pools.directory(pool) == null) {
            report.add(ProblemCode.UNKNOWN_POOL, vm, "pool_name", "there is no pool '" + SafeText.of(pool) + "'");
        }
    }

    private void duplicates(QubesVm vm) {
        String uuid = badUuid ? null : vm.attributes().get("uuid");
        QubesVm other = uuid == null || uuid.equalsIgnoreCase("none") ? null : uuids.putIfAbsent(lowerHex(uuid), vm);
        if (other != null) {
            report.addPair(ProblemCode.DUPLICATE_UUID, other, vm, "uuid", "have the same UUID");
        }
        boolean network = vm.vmClass() == VmClass.NET || vm.vmClass() == VmClass.PROXY;
        Integer netid = network ? vms.netid(vm) : null;
        QubesVm twin = netid == null ? null : netids.putIfAbsent(netid, vm);
        if (twin != null) {
            report.addPair(ProblemCode.DUPLICATE_NETID, twin, vm, "netid", "have the same netid");
        }
    }

    /** Lower case, without a look at the rules of all the world's scripts. */
    private static String lowerHex(String uuid) {
        for (byte b : uuid.getBytes(StandardCharsets.ISO_8859_1)) {
            if (b >= 'A' && b <= 'F') {
                return uuid.toLowerCase(Locale.ROOT);
            }
        }
        return uuid;
    }

    /**
     * Looks at the VMs that it names.
     *
     * @return true if they are what any VM may name
     */
    private boolean references(QubesVm vm) {
        int found = report.size();
        boolean usual = hasUsualTemplate(vm);
        if (!usual) {
            templateOf(vm);
        }
        boolean own =
                vm.vmClass().hasNetvm() && (vm.vmClass() == VmClass.PROXY || !vm.is(Attributes.USES_DEFAULT_NETVM));
        if (own) {
            netvmOf(vm, "netvm_qid", vm.get(Attributes.NETVM), vms.netvm(vm));
        }
        if (!vm.is(Attributes.USES_DEFAULT_DISPVM_NETVM)) {
            netvmOf(vm, "dispvm_netvm", vm.get(Attributes.DISPVM_NETVM), vms.dispvmNetvm(vm));
        }
        return usual && report.size() == found;
    }

    private boolean hasUsualTemplate(QubesVm vm) {
        VmReference stored = vms.storedTemplate(vm);
        QubesVm target = stored.vm();
        return target == null
                ? stored.isNone() && vm.vmClass() != VmClass.DISPOSABLE
                : target.vmClass() == vm.vmClass().templateClass()
                        && vms.storedTemplate(target).isNone();
    }

    private void templateOf(QubesVm vm) {
        VmReference stored = vms.storedTemplate(vm);
        QubesVm target = stored.vm();
        if (target == null) {
            report.add(ProblemCode.TEMPLATE_MISSING, vm, "template_qid", "its template is not in the store");
        } else if (isOnLoop(vm, false)) {
            report.add(ProblemCode.TEMPLATE_LOOP, vm, "template_qid", "it is a template of itself");
        } else if (vms.template(vm).isBroken()) {
            report.add(ProblemCode.TEMPLATE_WRONG_KIND, vm, "template_qid", "its template is of the wrong kind");
        }
    }

    private void netvmOf(QubesVm vm, String attribute, @Nullable String text, VmReference netvm) {
        if (!netvm.isBroken()) {
            return;
        }
        if (vms.reference(text).vm() == null) {
            report.add(ProblemCode.NETVM_MISSING, vm, attribute, "its NetVM is not in the store");
        } else {
            report.add(ProblemCode.NETVM_WRONG_KIND, vm, attribute, "the VM named as its NetVM gives no network");
        }
    }

    private void loops() {
        for (QubesVm vm : vms.inDocumentOrder()) {
            if (vm.vmClass() == VmClass.PROXY && isOnLoop(vm, true)) {
                report.add(ProblemCode.NETVM_LOOP, vm, "netvm_qid", "following its NetVMs leads back to it");
            }
        }
    }

    private boolean isOnLoop(QubesVm start, boolean ofNetvms) {
        Set<QubesVm> seen = new HashSet<>();
        QubesVm at = next(start, ofNetvms);
        while (at != null && at != start && seen.add(at)) {
            at = next(at, ofNetvms);
        }
        return at == start;
    }

    private @Nullable QubesVm next(QubesVm vm, boolean netvm) {
        return (netvm ? vms.netvm(vm) : vms.storedTemplate(vm)).vm();
    }

    private void globals() {
        for (Globals.Repair repair : vms.globals().repairs()) {
            QubesVm instead = vms.globals().vm(repair.key());
            report.add(new Problem(
                    repair.code(),
                    repair.key().xmlName(),
                    repair.key().xmlName(),
                    document.text().line(document.root().start()),
                    "'" + SafeText.of(repair.stored()) + "' is not usable; "
                            + (instead == null ? "none" : "'" + ProblemReport.about(instead) + "'") + " counts"));
        }
    }
}
