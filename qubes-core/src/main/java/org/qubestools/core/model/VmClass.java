package org.qubestools.core.model;

import org.jspecify.annotations.Nullable;

/**
 * The eight kinds of VM that a store knows, with what follows from the kind alone.
 *
 * <p>Source: element names and defaults as R1 to R3.2 wrote them.
 */
public enum VmClass {
    ADMIN("QubesAdminVm", "AdminVM", 10, "servicevms", 300, Label.BLACK),
    TEMPLATE("QubesTemplateVm", "TemplateVM", 50, "vm-templates", 400, Label.BLACK),
    TEMPLATE_HVM("QubesTemplateHVm", "TemplateHVM", 50, "vm-templates", 512, Label.BLACK),
    NET("QubesNetVm", "NetVM", 70, "servicevms", 300, Label.RED),
    PROXY("QubesProxyVm", "ProxyVM", 70, "servicevms", 300, Label.RED),
    APP("QubesAppVm", "AppVM", 100, "appvms", 400, Label.RED),
    HVM("QubesHVm", "HVM", 100, "appvms", 512, Label.RED),
    DISPOSABLE("QubesDisposableVm", "DisposableVM", 120, "appvms", 400, Label.RED);

    private static final VmClass[] ALL = values();

    private final String element;
    private final String typeName;
    private final int loadOrder;
    private final String subdirectory;
    private final int defaultMemory;
    private final Label defaultLabel;

    VmClass(
            String element,
            String typeName,
            int loadOrder,
            String subdirectory,
            int defaultMemory,
            Label defaultLabel) {
        this.element = element;
        this.typeName = typeName;
        this.loadOrder = loadOrder;
        this.subdirectory = subdirectory;
        this.defaultMemory = defaultMemory;
        this.defaultLabel = defaultLabel;
    }

    /** The class whose XML element has this local name, or null. */
    public static @Nullable VmClass ofElement(String element) {
        for (VmClass candidate : ALL) {
            if (candidate.element.equals(element)) {
                return candidate;
            }
        }
        return null;
    }

    /** The class a user names, in any case ("AppVM", "hvm"), or null. */
    public static @Nullable VmClass ofTypeName(String typeName) {
        for (VmClass candidate : ALL) {
            if (candidate.typeName.equalsIgnoreCase(typeName)) {
                return candidate;
            }
        }
        return null;
    }

    public String element() {
        return element;
    }

    /** The word shown to users, such as {@code AppVM}. */
    public String typeName() {
        return typeName;
    }

    /** {@code an AppVM}, {@code a NetVM}: for messages. */
    public String withArticle() {
        return (this == ADMIN || this == APP || this == HVM ? "an " : "a ") + typeName;
    }

    /** Classes with a lower number are loaded first; it decides who gets the lowest free netid. */
    public int loadOrder() {
        return loadOrder;
    }

    /** The directory below a pool that holds the directories of VMs of this class. */
    public String subdirectory() {
        return subdirectory;
    }

    /** Initial memory in MiB. */
    public int defaultMemory() {
        return defaultMemory;
    }

    public Label defaultLabel() {
        return defaultLabel;
    }

    public boolean isTemplate() {
        return this == TEMPLATE || this == TEMPLATE_HVM;
    }

    /** HVM or TemplateHVM: no kernel, no maxmem of its own. */
    public boolean isHvm() {
        return this == HVM || this == TEMPLATE_HVM;
    }

    /** AppVM or HVM, without the templates. */
    public boolean isAppVmLike() {
        return this == APP || this == HVM;
    }

    /** Other VMs may have one of this class as their netvm; such a VM has a netid. */
    public boolean givesNetwork() {
        return this == NET || this == PROXY || this == ADMIN;
    }

    /** It can have a netvm. */
    public boolean hasNetvm() {
        return this != NET && this != ADMIN;
    }

    /** Its netvm can follow the global default. */
    public boolean hasDefaultNetvm() {
        return !givesNetwork();
    }

    /** It has the four kernel properties. */
    public boolean hasKernel() {
        return !isHvm() && this != ADMIN;
    }

    /** The kind of template that VMs of this class may have; null if they never have one. */
    public @Nullable VmClass templateClass() {
        return switch (this) {
            case APP, NET, PROXY, DISPOSABLE -> TEMPLATE;
            case HVM -> TEMPLATE_HVM;
            case ADMIN, TEMPLATE, TEMPLATE_HVM -> null;
        };
    }
}
