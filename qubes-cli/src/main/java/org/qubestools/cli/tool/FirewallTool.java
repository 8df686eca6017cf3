package org.qubestools.cli.tool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.InputFiles;
import org.qubestools.cli.frame.RootRule;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.JsonInput;
import org.qubestools.core.EditOutcome;
import org.qubestools.core.edit.SetFirewall;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.FirewallEdit;
import org.qubestools.core.storage.FirewallFile;
import org.qubestools.core.storage.FirewallRuleText;
import org.qubestools.core.storage.ServiceNames;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-firewall}: lists and changes the firewall rules of a VM. */
public final class FirewallTool implements Tool {
    private static final Opt<Boolean> LIST = Opt.flag("-l", "--list").help("list the rules (default)");
    private static final Opt<Boolean> ADD = Opt.flag("-a", "--add").help("add a rule");
    private static final Opt<Boolean> DEL =
            Opt.flag("-d", "--del").help("remove a rule, given by its number or as it was added");
    private static final Opt<String> POLICY =
            Opt.text("allow|deny", "-P", "--policy").help("what no rule names may pass, or not");
    private static final Opt<String> ICMP =
            Opt.text("allow|deny", "-i", "--icmp").help("whether ICMP may pass");
    private static final Opt<String> DNS =
            Opt.text("allow|deny", "-D", "--dns").help("whether name servers may be asked");
    private static final Opt<String> UPDATES = Opt.text("allow|deny", "-Y", "--yum-proxy")
            .help("whether the proxy for updates may be used; the service yum-proxy-setup follows");
    private static final Opt<Boolean> RELOAD =
            Opt.flag("-r", "--reload").help("tell the ProxyVM of a running VM its rules anew");
    private static final Opt<Boolean> NUMERIC = Opt.flag("-n", "--numeric").help("show ports as numbers");
    private static final Opt<Integer> BEFORE =
            Opt.number("NUMBER", 1, Integer.MAX_VALUE, "--before").help("add the rule before the one of this number");
    private static final Opt<Boolean> RESET =
            Opt.flag("--reset").added().help("remove all rules and settings: the defaults count");
    private static final Opt<Boolean> RAW = Opt.flag("--raw").help("list only the rules, each as -a takes it");
    private static final Opt<Boolean> EXPORT = Opt.flag("--export").help("print all of it as JSON");
    private static final Opt<String> IMPORT =
            Opt.file("FILE", "--import").help("take all of it from what --export printed; '-' is standard input");
    private static final List<String> WORDS = List.of("list", "add", "del", "reset");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-firewall", "list and change the firewall rules of a VM")
                .operands("VM [" + String.join("|", WORDS) + "] [NUMBER ...|RULE ...]", 1, ToolSpec.ANY)
                .options(LIST, ADD, DEL, POLICY, ICMP, DNS, UPDATES, RELOAD, NUMERIC)
                .options(BEFORE, RESET, RAW, EXPORT, IMPORT)
                .onlyOneOf(LIST, ADD, DEL, RESET, EXPORT, IMPORT)
                .refusesRoot()
                .changesStore()
                .forBatches()
                .note("A rule is ADDRESS[/BITS] PROTO PORTS, where PROTO is tcp or udp and PORTS a number, two with a"
                        + " dash between them or the name of a service; or ADDRESS[/BITS] any. Several rules in one call"
                        + " are one operand each, in quotes.")
                .note(
                        "The rules are exceptions from the policy. One may have a time at which it expires, from its file or by"
                                + " --import, and goes at the next change after that. The ProxyVM"
                                + " of a running VM is told of a change at once, and within a minute of rules that expire,"
                                + " by --reload in the timer qubes-reload-firewall@VM of systemd.")
                .example("qvm-firewall work", "the rules of work")
                .example("qvm-firewall work -P deny -D allow", "nothing may pass but questions to name servers")
                .example("qvm-firewall work -a example.org tcp https", "but also this")
                .example("qvm-firewall work add 'example.org tcp 80' '10.0.0.0/8 any'", "and these two")
                .example("qvm-firewall work -d 2", "remove the second rule");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) throws IOException {
        List<String> rest = args.operands().subList(1, args.operands().size());
        String option = option(args);
        boolean isWord = option.isEmpty() && !rest.isEmpty() && WORDS.contains(rest.get(0));
        String action = isWord ? rest.get(0) : option.isEmpty() ? "list" : option;
        List<String> rules = isWord ? rest.subList(1, rest.size()) : rest;
        checkUsage(args, action, rules);
        RootRule.check(ctx, args.has(CommonOptions.FORCE_ROOT));
        try (Session session = Session.open(args, ctx)) {
            List<FirewallEdit> edits = flags(args);
            switch (action) {
                case "add", "del" -> edits.addAll(ruleEdits(action, rules, args, session));
                case "import" -> edits.add(0, new FirewallEdit.Replace(imported(args, ctx)));
                default -> {
                    // Flags alone, or nothing to be changed.
                }
            }
            if (edits.isEmpty() && !action.equals("reset")) {
                return list(args, action, session, ctx);
            }
            return change(new SetFirewall(args.operand(0), edits), session, args, ctx);
        }
    }

    private static String option(ParsedArguments args) {
        Map<Opt<?>, String> actions =
                Map.of(LIST, "list", ADD, "add", DEL, "del", RESET, "reset", EXPORT, "export", IMPORT, "import");
        for (Map.Entry<Opt<?>, String> action : actions.entrySet()) {
            if (args.has(action.getKey())) {
                return action.getValue();
            }
        }
        return "";
    }

    private static void checkUsage(ParsedArguments args, String action, List<String> rules) {
        boolean takesRules = action.equals("add") || action.equals("del");
        if (takesRules ? rules.isEmpty() : !rules.isEmpty()) {
            throw Usage.error(takesRules ? "a rule expected" : "nothing expected after the VM");
        }
        if (args.has(BEFORE) && !action.equals("add")) {
            throw Usage.error("--before goes with --add");
        }
        boolean asked = args.has(LIST) || args.has(RAW) || action.equals("export") || action.equals("reset");
        boolean sets = args.has(POLICY) || args.has(ICMP) || args.has(DNS) || args.has(UPDATES);
        if (sets && asked) {
            throw Usage.error("nothing can be set in the same call");
        }
        if (args.has(RELOAD) && args.has(CommonOptions.DRY_RUN)) {
            throw Usage.error("--reload changes nothing that --dry-run could show");
        }
    }

    private static List<FirewallEdit> flags(ParsedArguments args) {
        List<FirewallEdit> edits = new ArrayList<>();
        args.value(POLICY).ifPresent(word -> edits.add(new FirewallEdit.Policy(allowed(POLICY, word))));
        args.value(ICMP).ifPresent(word -> edits.add(new FirewallEdit.Icmp(allowed(ICMP, word))));
        args.value(DNS).ifPresent(word -> edits.add(new FirewallEdit.Dns(allowed(DNS, word))));
        args.value(UPDATES).ifPresent(word -> edits.add(new FirewallEdit.Updates(allowed(UPDATES, word))));
        return edits;
    }

    private static boolean allowed(Opt<String> option, String word) {
        if (!word.equals("allow") && !word.equals("deny")) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "option " + option.longestName() + " takes 'allow' or 'deny', not '" + SafeText.of(word) + "'");
        }
        return word.equals("allow");
    }

    private static List<FirewallEdit> ruleEdits(
            String action, List<String> words, ParsedArguments args, Session session) {
        boolean numbers = words.stream().allMatch(FirewallTool::isNumber);
        if (action.equals("del") && numbers) {
            Set<Integer> all = new LinkedHashSet<>();
            words.forEach(word -> all.add(Integer.parseInt(word)));
            return List.of(new FirewallEdit.DeleteNumbers(all));
        }
        ServiceNames names = ServiceNames.of(session.config());
        List<FirewallEdit> edits = new ArrayList<>();
        int position = args.value(BEFORE).orElse(0);
        for (List<String> rule : rules(words)) {
            edits.add(
                    action.equals("del")
                            ? new FirewallEdit.Delete(rule, names)
                            : new FirewallEdit.Add(
                                    FirewallRuleText.parse(rule, names), position == 0 ? 0 : position + edits.size()));
        }
        return edits;
    }

    private static boolean isNumber(String word) {
        return !word.isEmpty() && word.length() < 10 && word.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** One rule, or one for each operand if the first one has blanks in it. */
    private static List<List<String>> rules(List<String> operands) {
        if (!operands.get(0).strip().contains(" ")) {
            return List.of(operands);
        }
        List<List<String>> rules = new ArrayList<>();
        for (String operand : operands) {
            rules.add(List.of(operand.strip().split(" +", -1)));
        }
        return rules;
    }

    private static Firewall imported(ParsedArguments args, ToolContext ctx) {
        String name = args.value(IMPORT).orElseThrow();
        try (InputStream in = InputFiles.open(name, ctx)) {
            return FirewallJson.read(in.readNBytes(JsonInput.MAX_SIZE + 1));
        } catch (IOException e) {
            throw new QubesException(
                    ErrorKind.FAILED, SafeText.of(name) + ": it cannot be read: " + IoReason.of(e), null, e);
        }
    }

    private static int change(SetFirewall change, Session session, ParsedArguments args, ToolContext ctx) {
        boolean dryRun = args.has(CommonOptions.DRY_RUN);
        EditOutcome outcome = session.qubes().edit(List.of(change), dryRun);
        Reports.outcome(ctx, outcome, dryRun);
        if (!dryRun) {
            session.afterSave(saved -> LiveChanges.firewall(saved, ctx, args.operand(0)));
        }
        return ExitCode.OK;
    }

    private static int list(ParsedArguments args, String action, Session session, ToolContext ctx) {
        StoreSnapshot store = session.qubes().load();
        Reports.problems(ctx, store.problems());
        if (args.has(RELOAD)) { // also of a VM that is gone, whose timer ends then
            session.afterSave(saved -> LiveChanges.reload(saved, ctx, args.operand(0)));
        }
        QubesVm vm = store.vms().require(args.operand(0));
        if (args.has(RELOAD) && !args.has(LIST)) {
            return ExitCode.OK;
        }
        VmView view = session.view(store, store.vms(), vm);
        Path file = session.config().real(FirewallFile.pathOf(view));
        boolean stored = session.qubes().files().exists(file);
        Firewall firewall = FirewallFile.read(
                session.qubes().files(), session.config(), view, ctx.clock().instant());
        if (ctx.isJson() || action.equals("export")) {
            ctx.json(FirewallJson.write(vm.name(), stored, firewall));
        } else if (args.has(RAW)) {
            firewall.rules().forEach(rule -> ctx.println(FirewallRuleText.of(rule)));
        } else {
            if (!stored) {
                ctx.println("INFO: This VM has no firewall rules set, below defaults are listed");
            }
            ServiceNames names = args.has(NUMERIC) ? ServiceNames.NONE : ServiceNames.of(session.config());
            FirewallListing.print(firewall, names, ctx);
        }
        return ExitCode.OK;
    }
}
