package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.output.Json;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;
import org.qubestools.core.runtime.Happening;
import org.qubestools.core.vmm.DomainEvent;

/** A line of {@code qvm-events}; its keys are described in docs/json.md. */
final class EventLine {
    private EventLine() {}

    static void ready(ToolContext ctx) {
        print(begin("ready", ctx), ctx);
    }

    static void print(Happening happening, ToolContext ctx) {
        print(fields(happening, ctx), ctx);
    }

    private static void print(Map<String, Object> fields, ToolContext ctx) {
        try (Json line = Json.line(ctx.out())) {
            line.element(fields);
        }
    }

    /** Name of the VM that it happened to, or empty. */
    static String vm(Happening happening) {
        if (happening instanceof Happening.OfDomain domain) {
            return domain.event().name();
        }
        if (happening instanceof Happening.OfStoredVm stored) {
            return stored.change().name();
        }
        return happening instanceof Happening.OfKey key ? key.vm() : "";
    }

    private static Map<String, Object> begin(String type, ToolContext ctx) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put("time", ctx.clock().instant().toString());
        return fields;
    }

    private static Map<String, Object> fields(Happening happening, ToolContext ctx) {
        if (happening instanceof Happening.OfDomain domain) {
            return ofDomain(domain.event(), begin("domain", ctx));
        }
        if (happening instanceof Happening.OfStoredVm stored) {
            return ofStore(stored.change(), begin("store", ctx));
        }
        if (happening instanceof Happening.OfGlobal global) {
            Map<String, Object> fields = begin("store", ctx);
            fields.put("event", "changed");
            fields.put("globals", List.of(attribute(global.change())));
            return fields;
        }
        if (happening instanceof Happening.OfKey key) {
            Map<String, Object> fields = begin("qubesdb", ctx);
            fields.put("vm", key.vm());
            fields.put("path", key.untrustedPath().text());
            return fields;
        }
        return ofGap((Happening.Gap) happening, begin("gap", ctx));
    }

    private static Map<String, Object> ofDomain(DomainEvent event, Map<String, Object> fields) {
        fields.put("event", word(event.kind()));
        fields.put("vm", event.name());
        fields.put("uuid", event.uuid());
        fields.put("detail", event.detail());
        return fields;
    }

    private static Map<String, Object> ofStore(VmChange change, Map<String, Object> fields) {
        fields.put("event", word(change.kind()));
        fields.put("vm", change.name());
        fields.put("class", change.vmClass().typeName());
        fields.put("qid", change.qid());
        List<Object> attributes = new ArrayList<>();
        for (AttributeChange attribute : change.attributes()) {
            attributes.add(attribute(attribute));
        }
        fields.put("attributes", attributes);
        return fields;
    }

    private static Map<String, @Nullable Object> attribute(AttributeChange change) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("attribute", change.attribute());
        fields.put("before", change.before());
        fields.put("after", change.after());
        return fields;
    }

    private static Map<String, Object> ofGap(Happening.Gap gap, Map<String, Object> fields) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>(fields);
        result.put("source", gap.source() == null ? null : word(gap.source()));
        result.put("vm", gap.vm());
        result.put("reason", gap.reason());
        return result;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
