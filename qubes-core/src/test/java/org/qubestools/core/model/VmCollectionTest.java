package org.qubestools.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

final class VmCollectionTest {
    private final List<QubesVm> stored = new ArrayList<>();

    private NewVm made(VmClass vmClass, String name, int qid) {
        return new NewVm(vmClass, name, qid, 0, Pools.DEFAULT);
    }

    private QubesVm add(NewVm made) {
        QubesVm vm = QubesVm.stored(stored.size(), made.vmClass(), made.attributes());
        stored.add(vm);
        return vm;
    }

    private QubesVm add(VmClass vmClass, String name, int qid) {
        return add(made(vmClass, name, qid));
    }

    private VmCollection vms() {
        return VmCollection.of(AttributeMap.EMPTY, stored);
    }

    private static AttributeMap attributes(String... namesAndValues) {
        String[] names = new String[namesAndValues.length / 2];
        String[] values = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = namesAndValues[2 * i];
            values[i] = namesAndValues[2 * i + 1];
        }
        return AttributeMap.of(names, values, names.length);
    }

    @Test
    void aVmIsFoundByItsQidOnlyIfNoOtherHasIt() {
        QubesVm last = add(VmClass.APP, "last", 253);
        QubesVm twin = add(VmClass.APP, "twin", 7);
        add(VmClass.APP, "other", 7);
        VmCollection vms = vms();

        assertThat(vms.byQid(253)).isSameAs(last);
        assertThat(vms.byQid(0)).isSameAs(vms.dom0());
        for (int nobody : new int[] {-1, 1, 7, 254}) {
            assertThat(vms.byQid(nobody)).as("%d", nobody).isNull();
        }
        assertThat(vms.isDuplicateQid(twin)).isTrue();
        assertThat(vms.isDuplicateQid(last)).isFalse();
    }

    @Test
    void aSecondDom0TakesNothingFromTheFirst() {
        QubesVm first = add(VmClass.ADMIN, "dom0", 0);
        add(VmClass.ADMIN, "dom0", 0);
        VmCollection vms = vms();

        assertThat(vms.dom0()).isSameAs(first);
        assertThat(vms.byQid(0)).isSameAs(first);
        assertThat(vms.require("dom0")).isSameAs(first);
        assertThat(vms.inDocumentOrder()).as("none is made up").hasSize(2);
    }

    @Test
    void aNameThatTwoVmsHaveIsThereButNamesNone() {
        QubesVm work = add(VmClass.APP, "work", 2);
        QubesVm twin = add(VmClass.APP, "twin", 3);
        add(VmClass.HVM, "twin", 4);
        VmCollection vms = vms();

        assertThat(vms.require("work")).isSameAs(work);
        assertThat(vms.hasName("work")).isTrue();
        assertThat(vms.hasName("twin")).isTrue();
        assertThat(vms.hasName("Work")).isFalse();
        assertThat(vms.byName("twin")).isNull();
        assertThat(vms.isDuplicateName(twin)).isTrue();
        assertThat(vms.isDuplicateName(work)).isFalse();
        assertThatThrownBy(() -> vms.require("twin")).hasMessage("more than one VM has the name 'twin'");
        assertThatThrownBy(() -> vms.require("nobody")).hasMessage("no VM has the name 'nobody'");
    }

    @Test
    void byQidTheUnusableOnesComeLast() {
        add(VmClass.APP, "unusable", 254);
        add(VmClass.APP, "five", 5);
        add(VmClass.APP, "zero", 0);
        add(VmClass.APP, "one", 1);

        assertThat(vms().byQidOrder())
                .extracting(QubesVm::name)
                .containsExactly("dom0", "one", "five", "unusable", "zero");
    }

    @Test
    void theNetvmIsTheOwnOneOrTheDefaultAndMustGiveNetwork() {
        QubesVm net = add(VmClass.NET, "net", 1);
        QubesVm proxy = add(made(VmClass.PROXY, "proxy", 2).set(Attributes.NETVM, "1"));
        QubesVm app = add(VmClass.APP, "app", 3);
        QubesVm own = add(made(VmClass.APP, "own", 4)
                .set(Attributes.USES_DEFAULT_NETVM, false)
                .set(Attributes.NETVM, "1"));
        QubesVm wrong = add(made(VmClass.APP, "wrong", 5)
                .set(Attributes.USES_DEFAULT_NETVM, false)
                .set(Attributes.NETVM, "3"));
        VmCollection vms = VmCollection.of(attributes("default_netvm", "2"), stored);

        assertThat(vms.netvm(net)).isEqualTo(VmReference.NONE);
        assertThat(vms.netvm(vms.dom0())).isEqualTo(VmReference.NONE);
        assertThat(vms.netvm(proxy).vm()).isSameAs(net);
        assertThat(vms.netvm(app).vm()).isSameAs(proxy);
        assertThat(vms.netvm(own).vm()).isSameAs(net);
        assertThat(vms.netvm(wrong)).isEqualTo(VmReference.broken("3"));
        assertThat(vms.connectedTo(net)).containsExactly(proxy, own);
        assertThat(vms.connectedTo(proxy)).containsExactly(app);
        assertThat(vms.chainMeets(app, net)).isTrue();
        assertThat(vms.chainMeets(own, proxy)).isFalse();
        assertThat(vms().netvm(app)).as("without a default").isEqualTo(VmReference.NONE);
    }

    @Test
    void disposablesOfAVmHaveItsNetvmOrOneOfTheirOwn() {
        QubesVm net = add(VmClass.NET, "net", 1);
        QubesVm other = add(VmClass.NET, "other", 2);
        QubesVm app = add(VmClass.APP, "app", 3);
        QubesVm own = add(made(VmClass.APP, "own", 4)
                .set(Attributes.USES_DEFAULT_DISPVM_NETVM, false)
                .set(Attributes.DISPVM_NETVM, "2"));
        QubesVm none = add(made(VmClass.APP, "none", 5).set(Attributes.USES_DEFAULT_DISPVM_NETVM, false));
        QubesVm wrong = add(made(VmClass.APP, "wrong", 6)
                .set(Attributes.USES_DEFAULT_DISPVM_NETVM, false)
                .set(Attributes.DISPVM_NETVM, "3"));
        VmCollection vms = VmCollection.of(attributes("default_netvm", "1"), stored);

        assertThat(vms.dispvmNetvm(app).vm()).isSameAs(net);
        assertThat(vms.dispvmNetvm(own).vm()).isSameAs(other);
        assertThat(vms.dispvmNetvm(none).isNone()).isTrue();
        assertThat(vms.dispvmNetvm(wrong).isBroken()).isTrue();
    }

    @Test
    void aTemplateIsOfTheKindThatTheClassNeeds() {
        QubesVm template = add(VmClass.TEMPLATE, "template", 1);
        add(VmClass.TEMPLATE_HVM, "hvm-template", 2);
        QubesVm based = add(new NewVm(VmClass.APP, "based", 4, 1, Pools.DEFAULT));
        QubesVm net = add(new NewVm(VmClass.NET, "net", 3, 1, Pools.DEFAULT));
        QubesVm wrong = add(new NewVm(VmClass.APP, "wrong", 5, 2, Pools.DEFAULT));
        QubesVm missing = add(new NewVm(VmClass.APP, "missing", 6, 99, Pools.DEFAULT));
        VmCollection vms = vms();

        assertThat(vms.template(based).vm()).isSameAs(template);
        assertThat(vms.template(wrong)).isEqualTo(VmReference.broken("2"));
        assertThat(vms.storedTemplate(wrong).vm()).isNotNull();
        assertThat(vms.template(missing)).isEqualTo(VmReference.broken("99"));
        assertThat(vms.template(template).isNone()).isTrue();
        assertThat(vms.basedOn(template)).as("by qid").containsExactly(net, based);
    }

    @Test
    void theLowestFreeIdsAreGivenOut() {
        add(VmClass.APP, "app", 1);
        QubesVm second = add(VmClass.PROXY, "second", 4);
        QubesVm three = add(made(VmClass.NET, "three", 2).set(Attributes.NETID, 1L));
        QubesVm first = add(new NewVm(VmClass.NET, "based", 5, 1, Pools.DEFAULT));
        VmCollection vms = vms();

        assertThat(vms.nextQid()).isEqualTo(3);
        assertThat(vms.netid(three)).isEqualTo(1);
        assertThat(vms.netid(second)).as("without a template first").isEqualTo(2);
        assertThat(vms.netid(first)).isEqualTo(3);
        assertThat(vms.nextNetid()).isEqualTo(4);
        assertThat(vms.netid(vms.dom0())).isZero();
        assertThat(vms.netid(stored.get(0))).isNull();
    }

    @Test
    void id253IsTheLastThatIsGivenOut() {
        for (int i = 1; i < 253; i++) {
            add(made(VmClass.NET, "net" + i, i).set(Attributes.NETID, (long) i));
        }
        assertThat(vms().nextQid()).isEqualTo(253);
        assertThat(vms().nextNetid()).isEqualTo(253);

        add(made(VmClass.NET, "last", 253).set(Attributes.NETID, 253L));
        VmCollection full = vms();

        assertThatThrownBy(full::nextQid)
                .hasMessage("every qid from 1 to 253 is taken")
                .isInstanceOfSatisfying(
                        QubesException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.IN_USE));
        assertThatThrownBy(full::nextNetid).hasMessage("every netid from 1 to 253 is taken");
    }

    @Test
    void theNewestIsTheOneAddedLast() {
        add(VmClass.APP, "app", 1);

        VmCollection more =
                vms().adding(VmClass.HVM, made(VmClass.HVM, "hvm", 2).attributes());

        assertThat(more.newest().name()).isEqualTo("hvm");
        assertThat(more.removing(more.newest()).inDocumentOrder())
                .extracting(QubesVm::name)
                .containsExactly("app", "dom0");
        assertThat(more.findKey(more.newest().key() + 1)).isNull();
        assertThat(more.findKey(Integer.MIN_VALUE)).isNull();
        assertThat(more.findKey(more.dom0().key())).isSameAs(more.dom0());
    }

    @ParameterizedTest
    @ValueSource(strings = {"None", "none", "NONE"})
    void aGlobalThatIsNoneAlreadyStaysAsItIsSpelt(String text) {
        VmCollection vms = VmCollection.of(attributes("clockvm", text), stored);

        assertThat(vms.withGlobal(Globals.Key.CLOCKVM, null)).isSameAs(vms);
        assertThat(vms.withGlobalText(Globals.Key.CLOCKVM, "3").rootAttributes().get("clockvm"))
                .isEqualTo("3");
    }

    @Test
    void aGlobalIsSetAndTakenBack() {
        QubesVm net = add(VmClass.NET, "net", 3);
        VmCollection set = vms().withGlobal(Globals.Key.CLOCKVM, net);

        assertThat(set.rootAttributes().get("clockvm")).isEqualTo("3");
        assertThat(set.withGlobal(Globals.Key.CLOCKVM, net)).isSameAs(set);
        assertThat(set.withGlobal(Globals.Key.CLOCKVM, null).rootAttributes().get("clockvm"))
                .isEqualTo("None");
    }

    @Test
    void addressesFollowFromTheIds() {
        QubesVm net = add(made(VmClass.NET, "net", 1).set(Attributes.NETID, 9L));
        QubesVm app = add(VmClass.APP, "app", 252);
        QubesVm last = add(VmClass.APP, "last", 253);
        VmCollection vms = VmCollection.of(attributes("default_netvm", "1"), stored);

        assertThat(new VmAddresses(vms, app).ip()).isEqualTo("10.137.9.254");
        assertThat(new VmAddresses(vms, last).ip()).isEqualTo("10.137.9.2");
        assertThat(new VmAddresses(vms, app).usedGateway()).isEqualTo("10.137.9.1");
        assertThat(new VmAddresses(vms, app).gateway()).isNull();
        assertThat(new VmAddresses(vms, app).network()).isNull();
        assertThat(new VmAddresses(vms, app).netmask()).isEqualTo("255.255.255.0");
        assertThat(new VmAddresses(vms, app).secondaryDns()).isEqualTo("10.137.9.254");
        assertThat(new VmAddresses(vms, net).ip()).isNull();
        assertThat(new VmAddresses(vms, net).gateway()).isEqualTo("10.137.9.1");
        assertThat(new VmAddresses(vms, net).network()).isEqualTo("10.137.9.0");
        assertThat(new VmAddresses(vms, vms.dom0()).ip()).isEqualTo("10.137.0.2");
        assertThat(new VmAddresses(vms(), app).netmask()).as("without a netvm").isNull();
        assertThat(VmAddresses.ofDispid(3, 253)).isEqualTo("10.138.3.254");
        assertThat(VmAddresses.ofDispid(3, 254)).isEqualTo("10.138.3.1");
    }
}
