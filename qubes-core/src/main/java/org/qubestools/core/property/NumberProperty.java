package org.qubestools.core.property;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/** A property that is a whole number. */
public final class NumberProperty extends SettableProperty {
    /** What a value must not exceed while the host is known. */
    enum Limit {
        NONE,
        HOST_MEMORY,
        HOST_CPUS
    }

    private static final int MAX_DIGITS = 18;

    private final Attribute<Long> attribute;
    private final long least;
    private final Limit limit;

    NumberProperty(String name, Attribute<Long> attribute, long least, Limit limit, String help) {
        super(name, help);
        this.attribute = attribute;
        this.least = least;
        this.limit = limit;
    }

    /** The number of a user's text with blanks around it and a sign; null if it is none, or has over 18 digits. */
    public static @Nullable Long parse(String untrusted) {
        String text = untrusted.strip();
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        if (digits.isEmpty() || digits.length() > MAX_DIGITS) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return null;
            }
        }
        long value = Long.parseLong(digits);
        return text.startsWith("-") ? -value : value;
    }

    @Override
    public boolean belongsTo(VmClass vmClass) {
        return attribute.belongsTo(vmClass) || (attribute == Attributes.VCPUS || attribute == Attributes.MAXMEM);
    }

    @Override
    public @Nullable Object value(VmView view) {
        return switch (id()) {
            case "memory" -> view.facts().memory();
            case "maxmem" -> view.facts().maxmem();
            case "vcpus" -> view.facts().vcpus();
            default -> view.vm().get(attribute);
        };
    }

    @Override
    public QubesVm set(VmView view, String untrusted, PropertyContext context) {
        if (!attribute.belongsTo(view.vm().vmClass())) {
            throw Refusals.invalid(id(), untrusted, "cannot be set: an HVM has no maxmem of its own", "set memory");
        }
        Long value = parse(untrusted);
        if (value == null) {
            throw Refusals.invalid(id(), untrusted, "is not a whole number", "write it in digits");
        }
        if (value < least) {
            throw Refusals.invalid(id(), untrusted, "is less than " + least, "give " + least + " or more");
        }
        checkHost(value, untrusted, context);
        QubesVm changed = view.vm().with(attribute, value);
        tell(view, changed, value, context);
        return changed;
    }

    private void checkHost(long value, String untrusted, PropertyContext context) {
        Optional<HostInfo> host = limit == Limit.NONE ? Optional.empty() : context.host();
        if (host.isEmpty()) {
            return;
        }
        long most = limit == Limit.HOST_CPUS ? host.get().cpus() : host.get().memoryMib();
        if (value > most) {
            String what = limit == Limit.HOST_CPUS ? " CPUs" : " MiB of memory";
            throw Refusals.invalid(id(), untrusted, "is more than the host has", "it has " + most + what);
        }
    }

    private void tell(VmView view, QubesVm changed, long value, PropertyContext context) {
        if (attribute == Attributes.VCPUS) {
            context.note("setting vcpus of '" + changed.name() + "' to " + value);
        }
        if (attribute == Attributes.MAXMEM && value < view.facts().memory()) {
            context.warn("maxmem of '" + changed.name() + "' is below its memory, "
                    + view.facts().memory() + " MiB; it starts with " + value + " MiB");
        }
    }

    @Override
    public @Nullable QubesVm reset(VmView view, PropertyContext context) {
        if (attribute == Attributes.MAXMEM) {
            return view.vm().without(attribute);
        }
        Long byDefault = view.vm().without(attribute).get(attribute);
        return byDefault == null ? null : view.vm().with(attribute, byDefault);
    }

    @Override
    public boolean isDefault(VmView view) {
        Long byDefault = view.vm().without(attribute).get(attribute);
        Long stored = view.vm().get(attribute);
        return byDefault == null ? stored == null : byDefault.equals(stored);
    }
}
