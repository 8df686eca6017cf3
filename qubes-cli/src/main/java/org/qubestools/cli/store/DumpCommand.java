package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.InputFiles;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Problem;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qubes-store dump}: everything that a store says, as it says it. */
final class DumpCommand {
    private DumpCommand() {}

    static int run(List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            StoreSnapshot store = untrustedWords.isEmpty()
                    ? session.qubes().load()
                    : session.qubes().readCopy(InputFiles.path(untrustedWords.get(0)));
            if (ctx.isJson()) {
                ctx.json(json(store));
            } else {
                ctx.out().print(text(store));
            }
            return ExitCode.OK;
        }
    }

    private static Map<String, Object> json(StoreSnapshot store) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "store");
        result.put("globals", attributes(store.vms().rootAttributes()));
        List<Object> vms = new ArrayList<>();
        for (QubesVm vm : store.vms().byQidOrder()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("class", vm.vmClass().typeName());
            entry.put("qid", (long) vm.qid());
            entry.put("name", vm.name());
            entry.put("attributes", attributes(vm.attributes()));
            vms.add(entry);
        }
        result.put("vms", vms);
        List<Object> problems = new ArrayList<>();
        for (Problem problem : store.problems()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("code", problem.code().text());
            entry.put("about", problem.about());
            entry.put("attribute", problem.attribute());
            entry.put("line", (long) problem.line());
            entry.put("text", problem.text());
            problems.add(entry);
        }
        result.put("problems", problems);
        return result;
    }

    private static Map<String, Object> attributes(AttributeMap attributes) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int i = 0; i < attributes.size(); i++) {
            all.put(attributes.name(i), attributes.value(i));
        }
        return all;
    }

    private static String text(StoreSnapshot store) {
        StringBuilder text = new StringBuilder("globals\n");
        lines(store.vms().rootAttributes(), text);
        for (QubesVm vm : store.vms().byQidOrder()) {
            text.append(vm.vmClass().typeName()).append(' ').append(PropertyText.nameOf(vm));
            text.append(" (qid ").append(vm.qid()).append(")\n");
            lines(vm.attributes(), text);
        }
        return text.toString();
    }

    private static void lines(AttributeMap attributes, StringBuilder text) {
        for (int i = 0; i < attributes.size(); i++) {
            text.append("  ").append(PropertyText.safe(attributes.name(i))).append(": ");
            text.append(PropertyText.safe(attributes.value(i))).append('\n');
        }
    }
}
