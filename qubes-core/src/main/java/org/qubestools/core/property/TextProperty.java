package org.qubestools.core.property;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.DriveSpec;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.MacAddress;
import org.qubestools.core.model.PciAddress;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmName;
import org.qubestools.core.model.VmView;

/** The properties whose value is a text with a form of its own. */
public final class TextProperty extends SettableProperty {
    /** Which of them. */
    enum Form {
        NAME,
        LABEL,
        MAC,
        PCIDEVS,
        DEFAULT_USER,
        DRIVE,
        TIMEZONE
    }

    private final Form form;

    TextProperty(Form form, String help) {
        super(form.name().toLowerCase(Locale.ROOT), help);
        this.form = form;
    }

    /** Refuses what would not survive a save or would harm a terminal. */
    static void checkCharacters(String property, String untrusted) {
        for (int i = 0; i < untrusted.length(); i++) {
            char c = untrusted.charAt(i);
            boolean bad = c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c >= 0xfffe || isLone(untrusted, i);
            if (bad) {
                throw Refusals.invalid(property, untrusted, "has a control character", "leave it out");
            }
        }
    }

    private static boolean isLone(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return (form != Form.DRIVE && form != Form.TIMEZONE) || vmClass.isHvm();
    }

    private static List<String> pcidevs(QubesVm vm) {
        List<String> addresses = new ArrayList<>(0);
        for (PciAddress address : vm.getOr(Attributes.PCIDEVS, List.of())) {
            addresses.add(address.value());
        }
        return addresses;
    }

    @Override
    public @Nullable Object value(VmView view) {
        QubesVm vm = view.vm();
        return switch (form) {
            case NAME -> vm.name();
            case LABEL -> view.facts().label().text();
            case MAC -> view.facts().mac();
            case PCIDEVS -> pcidevs(vm);
            case DEFAULT_USER -> view.facts().defaultUser();
            case DRIVE -> {
                DriveSpec drive = vm.get(Attributes.DRIVE);
                yield drive == null ? null : drive.toString();
            }
            case TIMEZONE -> vm.get(Attributes.TIMEZONE);
        };
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        return switch (form) {
            case NAME -> view.vm().withText("name", new VmName(untrusted).value());
            case LABEL -> label(view.vm(), untrusted);
            case MAC -> mac(view, untrusted);
            case PCIDEVS -> pcidevs(view.vm(), untrusted);
            case DEFAULT_USER -> defaultUser(view.vm(), untrusted);
            case DRIVE -> drive(view, untrusted);
            case TIMEZONE -> timezone(view.vm(), untrusted);
        };
    }

    private QubesVm label(QubesVm vm, String untrusted) {
        Label label = Label.of(untrusted);
        if (label == null) {
            throw Refusals.invalid(id(), untrusted, "is no label", "use one of " + Label.names());
        }
        return vm.with(Attributes.LABEL, label);
    }

    private QubesVm mac(VmView view, String untrusted) {
        if (untrusted.equalsIgnoreCase("auto")) {
            return view.vm().without(Attributes.MAC);
        }
        if (!MacAddress.isValid(untrusted)) {
            throw Refusals.invalid(id(), untrusted, "is no MAC address", "use 'auto' or six pairs of hex digits");
        }
        return view.vm().with(Attributes.MAC, untrusted);
    }

    private QubesVm pcidevs(QubesVm vm, String untrusted) {
        List<PciAddress> devices = PciAddress.parseUserList(untrusted);
        if (devices == null) {
            throw Refusals.invalid(
                    id(), untrusted, "is no list of PCI addresses", "write it as ['00:19.0', '03:00.0']");
        }
        return vm.with(Attributes.PCIDEVS, devices);
    }

    private QubesVm defaultUser(QubesVm vm, String untrusted) {
        checkCharacters(id(), untrusted);
        if (untrusted.isEmpty()) {
            throw Refusals.invalid(id(), untrusted, "is empty", "name a user of the VM");
        }
        return vm.with(Attributes.DEFAULT_USER, untrusted);
    }

    private QubesVm drive(VmView view, String untrusted) {
        if (untrusted.isEmpty() || untrusted.equalsIgnoreCase("none")) {
            return view.vm().with(Attributes.DRIVE, null);
        }
        DriveSpec drive = DriveSpec.parseUser(untrusted);
        if (drive == null) {
            throw Refusals.invalid(id(), untrusted, "is no drive", "write it as [hd:|cdrom:][VM:]/path");
        }
        if (view.vms().byName(drive.backend()) == null) {
            throw Refusals.invalid(
                    id(), untrusted, "names neither a type nor a VM before its path", "the types are hd and cdrom");
        }
        return view.vm().with(Attributes.DRIVE, drive);
    }

    private QubesVm timezone(QubesVm vm, String untrusted) {
        if (untrusted.strip().equalsIgnoreCase("localtime")) {
            return vm.with(Attributes.TIMEZONE, "localtime");
        }
        Long seconds = NumberProperty.parse(untrusted);
        if (seconds == null) {
            throw Refusals.invalid(
                    id(), untrusted, "is neither 'localtime' nor a number", "give seconds, such as -7200");
        }
        return vm.with(Attributes.TIMEZONE, Long.toString(seconds));
    }

    @Override
    public @Nullable QubesVm reset(VmView view, PropertyContext context) {
        QubesVm vm = view.vm();
        return switch (form) {
            case NAME -> null;
            case LABEL -> vm.with(Attributes.LABEL, vm.vmClass().defaultLabel());
            case MAC -> vm.without(Attributes.MAC);
            case PCIDEVS -> vm.with(Attributes.PCIDEVS, List.of());
            case DEFAULT_USER -> vm.with(Attributes.DEFAULT_USER, "user");
            case DRIVE -> vm.with(Attributes.DRIVE, null);
            case TIMEZONE -> vm.with(Attributes.TIMEZONE, "localtime");
        };
    }

    @Override
    public boolean isDefault(VmView view) {
        QubesVm vm = view.vm();
        return switch (form) {
            case NAME -> false;
            case LABEL -> view.facts().label() == vm.vmClass().defaultLabel();
            case MAC -> vm.get(Attributes.MAC) == null;
            case PCIDEVS -> !view.facts().hasPciDevices();
            case DEFAULT_USER -> "user".equals(vm.get(Attributes.DEFAULT_USER));
            case DRIVE -> vm.get(Attributes.DRIVE) == null;
            case TIMEZONE -> "localtime".equals(vm.get(Attributes.TIMEZONE));
        };
    }

    @Override
    public LiveEffect effect() {
        return switch (form) {
            case NAME -> LiveEffect.NAME;
            case LABEL -> LiveEffect.LABEL;
            default -> LiveEffect.NONE;
        };
    }
}
