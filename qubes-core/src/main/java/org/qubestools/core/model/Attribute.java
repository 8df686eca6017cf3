package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;

/**
 * A typed attribute of a VM's element: its XML name, its type, its default, the classes that have it.
 *
 * @param <T> type of the value
 */
public final class Attribute<T> {
    /**
     * What an absent or unusable text stands for.
     *
     * @param <T> type of the value
     */
    interface DefaultRule<T> {
        @Nullable
        T of(QubesVm vm);
    }

    /** Which classes an attribute belongs to; elsewhere it is kept, and means nothing. */
    enum Scope {
        /** Every class, dom0 included. */
        ALL,
        /** Every class but dom0, whose own value is fixed. */
        NOT_ADMIN,
        KERNEL,
        NETWORK,
        NETVM,
        DEFAULT_NETVM,
        HVM,
        /** All but the HVM classes and dom0. */
        MAXMEM,
        DISPOSABLE
    }

    private final String xmlName;
    private final ValueType<T> type;
    private final Scope scope;
    private final DefaultRule<T> defaultRule;

    Attribute(String xmlName, ValueType<T> type, Scope scope, DefaultRule<T> defaultRule) {
        this.xmlName = xmlName;
        this.type = type;
        this.scope = scope;
        this.defaultRule = defaultRule;
    }

    public String xmlName() {
        return xmlName;
    }

    public boolean belongsTo(VmClass vmClass) {
        return switch (scope) {
            case ALL -> true;
            case NOT_ADMIN -> vmClass != VmClass.ADMIN;
            case KERNEL -> vmClass.hasKernel();
            case NETWORK -> vmClass == VmClass.NET || vmClass == VmClass.PROXY;
            case NETVM -> vmClass.hasNetvm();
            case DEFAULT_NETVM -> vmClass.hasDefaultNetvm();
            case HVM -> vmClass.isHvm();
            case MAXMEM -> !vmClass.isHvm() && vmClass != VmClass.ADMIN;
            case DISPOSABLE -> vmClass == VmClass.DISPOSABLE;
        };
    }

    /** Throws if the text is not one of this type for VMs of this class; accepts every null word. */
    public void check(VmClass vmClass, String text) throws MalformedValue {
        parse(vmClass, text);
    }

    private @Nullable T parse(VmClass vmClass, String text) throws MalformedValue {
        return vmClass == VmClass.ADMIN ? type.parseOfAdmin(text) : type.parse(text);
    }

    /** The value that the stored text stands for, or the default. */
    @Nullable
    T read(QubesVm vm) {
        String text = vm.attributes().get(xmlName);
        T value = null;
        if (text != null) {
            try {
                value = parse(vm.vmClass(), text);
            } catch (MalformedValue e) {
                value = null; // reported by whoever looks for problems; here the default counts
            }
        }
        return value == null ? defaultRule.of(vm) : value;
    }

    public String format(@Nullable T value) {
        return type.format(value);
    }
}
