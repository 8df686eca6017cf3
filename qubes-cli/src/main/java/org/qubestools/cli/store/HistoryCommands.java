package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.DifferenceText;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.cli.output.ShellWords;
import org.qubestools.core.Qubes;
import org.qubestools.core.history.Generation;
import org.qubestools.core.history.Generation.VmNote;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qubes-store history}, {@code show} and {@code diff}: what was changed, when, by whom. */
final class HistoryCommands {
    private HistoryCommands() {}

    /** All changes from the oldest on, or those of one VM. */
    static int history(List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            List<Object> list = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            for (Generation generation : session.qubes().history().all()) {
                if (untrustedWords.isEmpty() || concerns(generation, untrustedWords.get(0))) {
                    list.add(json(generation));
                    text.append(line(generation, ctx)).append('\n');
                }
            }
            if (list.isEmpty() && !untrustedWords.isEmpty()) {
                ctx.note("the history has no change of a VM '" + PropertyText.safe(untrustedWords.get(0)) + "'");
            }
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "history");
                result.put("generations", list);
                ctx.json(result);
            } else {
                ctx.out().print(text);
            }
            return ExitCode.OK;
        }
    }

    private static boolean concerns(Generation generation, String vm) {
        return generation.vms().stream().anyMatch(note -> note.name().equals(vm));
    }

    private static String line(Generation generation, ToolContext ctx) {
        List<String> what = new ArrayList<>(generation.globals());
        for (VmNote vm : generation.vms()) {
            what.add(vm.name()
                    + (vm.change().equals("changed") ? ": " + String.join(" ", vm.attributes()) : " " + vm.change()));
        }
        return String.join(
                        "  ",
                        String.valueOf(generation.number()),
                        when(generation, ctx),
                        who(generation),
                        command(generation))
                + "  [" + PropertyText.safe(String.join(", ", what)) + "]";
    }

    private static String when(Generation generation, ToolContext ctx) {
        return generation.time() == 0 ? "(time unknown)" : PropertyText.time(generation.time(), ctx.zone());
    }

    private static String who(Generation generation) {
        String user = generation.author().user();
        return user.isEmpty() ? "-" : PropertyText.safe(user);
    }

    private static String command(Generation generation) {
        if (generation.foreign()) {
            return "(changed by something else, seen then)";
        }
        List<String> words = generation.author().command();
        return words.isEmpty() ? "(command unknown)" : PropertyText.safe(ShellWords.quoted(words));
    }

    private static Map<String, Object> json(Generation generation) {
        Map<String, Object> entry = head(generation);
        entry.put("globals", generation.globals());
        List<Object> vms = new ArrayList<>();
        for (VmNote vm : generation.vms()) {
            Map<String, Object> note = new LinkedHashMap<>();
            note.put("change", vm.change());
            note.put("qid", (long) vm.qid());
            note.put("name", vm.name());
            note.put("attributes", vm.attributes());
            vms.add(note);
        }
        entry.put("vms", vms);
        return entry;
    }

    private static Map<String, Object> head(Generation generation) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("generation", (long) generation.number());
        entry.put("time", generation.time());
        entry.put("user", generation.author().user());
        entry.put("command", generation.author().command());
        entry.put("foreign", generation.foreign());
        return entry;
    }

    /** One change, with the values. */
    static int show(List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            StoreStates states = new StoreStates(session.qubes());
            Generation generation = states.generation(untrustedWords.get(0));
            StoreDifference difference = difference(states.before(generation), states.after(generation));
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "generation");
                result.putAll(head(generation));
                DifferenceText.putJson(difference, result);
                ctx.json(result);
                return ExitCode.OK;
            }
            ctx.println("change " + generation.number());
            ctx.println("time: " + when(generation, ctx));
            ctx.println("user: " + who(generation));
            ctx.println("command: " + command(generation));
            DifferenceText.lines(difference).forEach(ctx::println);
            return ExitCode.OK;
        }
    }

    /** What differs between two states of the store, or between one and what it is now. */
    static int diff(List<String> untrustedWords, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            Qubes qubes = session.qubes();
            StoreStates states = new StoreStates(qubes);
            StoreSnapshot from = states.named(untrustedWords.get(0));
            StoreSnapshot to = untrustedWords.size() == 1 ? qubes.load() : states.named(untrustedWords.get(1));
            StoreDifference difference = difference(from, to);
            if (ctx.isJson()) {
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("type", "difference");
                result.put("from", untrustedWords.get(0));
                result.put("to", untrustedWords.size() == 1 ? null : untrustedWords.get(1));
                DifferenceText.putJson(difference, result);
                ctx.json(result);
            } else {
                DifferenceText.lines(difference).forEach(ctx::println);
            }
            return ExitCode.OK;
        }
    }

    private static StoreDifference difference(StoreSnapshot from, StoreSnapshot to) {
        return StoreDifference.ofDocuments(from.vms(), to.vms());
    }
}
