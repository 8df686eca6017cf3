package org.qubestools.core.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One VM as stored: its class and the texts of its attributes, read through typed {@link Attribute}s; immutable.
 *
 * <p>It keeps the text of every attribute, also of those that it does not understand, so that a save can leave them
 * alone. What follows from other VMs (its network, its template's values) is {@link VmFacts}' business.
 */
public final class QubesVm {
    /** The highest qid and netid that a VM may have. */
    public static final int MAX_ID = 253;

    /** {@link #qid()} of a VM whose stored qid is unusable. */
    public static final int NO_QID = -1;

    private final int key;
    private final VmClass vmClass;
    private final AttributeMap attributes;
    private final @Nullable String storedName;
    private final int qid;

    QubesVm(int key, VmClass vmClass, AttributeMap attributes) {
        this.key = key;
        this.vmClass = vmClass;
        this.attributes = attributes;
        this.storedName = attributes.get("name");
        this.qid = vmClass == VmClass.ADMIN ? 0 : parseQid(attributes.get("qid"));
    }

    /**
     * A VM of a document.
     *
     * @param key number of its element in the document, from 0; its identity through all changes
     */
    public static QubesVm stored(int key, VmClass vmClass, AttributeMap attributes) {
        return new QubesVm(key, vmClass, attributes);
    }

    private static int parseQid(@Nullable String text) {
        int qid = idOf(text);
        return qid == 0 ? NO_QID : qid;
    }

    /** The number 0..253 that this text spells in digits, else {@link #NO_QID}. */
    public static int idOf(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 18) {
            return NO_QID;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return NO_QID;
            }
            value = value * 10 + digit;
        }
        return value <= MAX_ID ? (int) value : NO_QID;
    }

    /** Stays the same through all changes of this VM; unique in its collection. */
    public int key() {
        return key;
    }

    public VmClass vmClass() {
        return vmClass;
    }

    public AttributeMap attributes() {
        return attributes;
    }

    /** 0 for dom0, 1..253, or {@link #NO_QID}; others may have the same, see {@link VmCollection#byQid}. */
    public int qid() {
        return qid;
    }

    /** The name as stored, which may be a bad one; {@code dom0} for dom0, the default name of a DisposableVM. */
    public String name() {
        if (vmClass == VmClass.ADMIN) {
            return "dom0";
        }
        if (storedName == null && vmClass == VmClass.DISPOSABLE) {
            Long dispid = get(Attributes.DISPID);
            return dispid == null ? "" : "disp" + dispid;
        }
        return storedName == null ? "" : storedName;
    }

    /** True if paths and references may be made from the name. */
    public boolean hasGoodName() {
        return vmClass == VmClass.ADMIN || VmName.reasonAgainst(name()) == null;
    }

    /** The value of the attribute, or its default. */
    public <T> @Nullable T get(Attribute<T> attribute) {
        return attribute.read(this);
    }

    public boolean is(Attribute<Boolean> attribute) {
        return Boolean.TRUE.equals(get(attribute));
    }

    /** The value of an attribute that has a default for every VM. */
    public <T> T getOr(Attribute<T> attribute, T otherwise) {
        T value = get(attribute);
        return value == null ? otherwise : value;
    }

    /** True if the attribute is written in the element, usable or not. */
    public boolean has(Attribute<?> attribute) {
        return attributes.has(attribute.xmlName());
    }

    /** The same VM with one value set; a stored text that already means this value stays as it is spelt. */
    public <T> QubesVm with(Attribute<T> attribute, @Nullable T value) {
        if (has(attribute) && !isMalformed(attribute) && Objects.equals(get(attribute), value)) {
            return this;
        }
        return withText(attribute.xmlName(), attribute.format(value));
    }

    private boolean isMalformed(Attribute<?> attribute) {
        try {
            attribute.check(vmClass, Objects.requireNonNullElse(attributes.get(attribute.xmlName()), ""));
            return false;
        } catch (MalformedValue e) {
            return true;
        }
    }

    public QubesVm withText(String xmlName, String text) {
        return text.equals(attributes.get(xmlName)) ? this : new QubesVm(key, vmClass, attributes.with(xmlName, text));
    }

    /** The VM without the attribute of this name in the file. */
    public QubesVm withoutText(String xmlName) {
        return attributes.has(xmlName) ? new QubesVm(key, vmClass, attributes.without(xmlName)) : this;
    }

    public QubesVm without(Attribute<?> attribute) {
        return has(attribute) ? new QubesVm(key, vmClass, attributes.without(attribute.xmlName())) : this;
    }

    @Override
    public String toString() {
        return vmClass.typeName() + " " + name();
    }
}
