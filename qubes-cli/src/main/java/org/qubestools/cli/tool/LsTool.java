package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.listing.FieldSets;
import org.qubestools.cli.listing.VmField;
import org.qubestools.cli.listing.VmField.Column;
import org.qubestools.cli.listing.VmSorting;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.PropertyText;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-ls}: lists VMs. */
public final class LsTool implements Tool {
    static final Opt<Boolean> IDS = Opt.flag("-i", "--ids").help("add qid and xid");
    static final Opt<Boolean> CPU = Opt.flag("-c", "--cpu").help("add the CPU use over one second");
    static final Opt<Boolean> MEM = Opt.flag("-m", "--mem").help("add the memory");
    static final Opt<Boolean> BACKUP = Opt.flag("-b", "--last-backup").help("add the day of the last backup");
    static final Opt<Boolean> NETWORK = Opt.flag("-n", "--network").help("addresses instead of templates");
    static final Opt<Boolean> DISK = Opt.flag("-d", "--disk").help("sizes on disk instead of template and netvm");
    static final Opt<Boolean> KERNEL = Opt.flag("-k", "--kernel").help("add the kernel and its options");
    static final Opt<Boolean> RAW_LIST = Opt.flag("--raw-list").help("only names, one a line");
    static final Opt<String> RAW_DATA =
            Opt.words("FIELD", "--raw-data").help("these fields, or those of --fields, with '|' between");
    static final Opt<Boolean> LIST_FIELDS = Opt.flag("--list-fields").help("list the fields of --raw-data and exit");
    static final Opt<String> FORMAT =
            Opt.choice("NAME", FieldSets.FORMATS, "--format", "-o").help("a named set of columns, see --help-formats");
    static final Opt<String> FIELDS =
            Opt.text("A,B,C", "-O", "--fields").help("these columns: fields or properties, separated by commas");
    static final Opt<Boolean> HELP_COLUMNS = Opt.flag("--help-columns").help("list the columns and exit");
    static final Opt<Boolean> HELP_FORMATS = Opt.flag("--help-formats").help("list the formats and exit");
    static final Opt<Boolean> TREE = Opt.flag("--tree").help("each VM below the one that gives it network");
    static final Opt<String> SORT = Opt.text("COLUMN", "--sort").help("sort by a column; numbers by their value");
    static final Opt<Boolean> REVERSE = Opt.flag("--reverse").help("the other way round");
    static final Opt<Boolean> IGNORE_CASE = Opt.flag("--ignore-case").help("with --sort: a as A");

    @Override
    public ToolSpec spec() {
        return VmFilters.addTo(new ToolSpec("qvm-ls", "list VMs")
                .operands("[VM ...]", 0, ToolSpec.ANY)
                .options(IDS, CPU, MEM, BACKUP, NETWORK, DISK, KERNEL, RAW_LIST, RAW_DATA, LIST_FIELDS)
                .options(FORMAT, FIELDS, HELP_COLUMNS, HELP_FORMATS, TREE, SORT, REVERSE, IGNORE_CASE)
                .readsStore()
                .forBatches()
                .note("Names may have wildcards * ? [...]; dom0 matches none. Without a running system the columns that"
                        + " need it show NA, - or nothing.")
                .example("qvm-ls", "the table of all VMs")
                .example("qvm-ls -n 'sys-*'", "addresses of some")
                .example("qvm-ls --raw-data --fields name-raw,memory", "for scripts")
                .example("qvm-ls --label red --sort memory --reverse", "red VMs, the largest first"));
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        if (args.has(LIST_FIELDS) || args.has(HELP_COLUMNS) || args.has(HELP_FORMATS)) {
            return help(args, ctx);
        }
        checkUsage(args);
        boolean plainList = args.has(RAW_LIST)
                && !ctx.isJson()
                && !VmFilters.any(args)
                && args.operands().isEmpty();
        try (Session session = Session.open(args, ctx)) {
            if (!args.has(RAW_LIST) && !args.has(RAW_DATA) && needsVmm(fields(args, List.of()))) {
                session.qubes().vmm().prepare();
            }
            StoreSnapshot store = session.qubes().load();
            if (plainList && !args.has(SORT) && !args.has(REVERSE)) {
                StringBuilder names = new StringBuilder();
                for (QubesVm vm : store.vms().byQidOrder()) {
                    names.append(PropertyText.nameOf(vm)).append('\n');
                }
                ctx.out().print(names);
                return ExitCode.OK;
            }
            return new LsRun(args, ctx, session, store).run();
        }
    }

    static boolean needsVmm(List<VmField> fields) {
        for (VmField field : fields) {
            if (field instanceof Column column && column.needsVmm()) {
                return true;
            }
        }
        return false;
    }

    /** What is wrong whatever the store holds; words after {@code --raw-data} may be VMs, so they are not looked at. */
    private static void checkUsage(ParsedArguments args) {
        VmFilters.check(args);
        Optional<String> chosen = args.value(FIELDS);
        if (chosen.isPresent()) {
            fields(args, List.of());
        }
        Optional<String> sort = args.value(SORT);
        if (sort.isPresent()) {
            VmSorting.field(sort.get());
        }
    }

    private static int help(ParsedArguments args, ToolContext ctx) {
        LsHelp help = new LsHelp(ctx);
        if (args.has(LIST_FIELDS)) {
            help.fields();
        } else if (args.has(HELP_FORMATS)) {
            help.formats();
        } else {
            help.columns();
        }
        return ExitCode.OK;
    }

    /** The columns that the options ask for. */
    static List<VmField> fields(ParsedArguments args, List<String> rawFields) {
        if (!rawFields.isEmpty()) {
            return named(rawFields);
        }
        Optional<String> chosen = args.value(FIELDS);
        if (chosen.isPresent()) {
            return named(List.of(chosen.get().split(",", -1)));
        }
        Optional<String> format = args.value(FORMAT);
        if (format.isPresent()) {
            List<VmField> fields = FieldSets.ofFormat(format.get());
            return fields == null ? List.of() : fields;
        }
        return byOptions(args);
    }

    private static List<VmField> byOptions(ParsedArguments args) {
        FieldSets set = new FieldSets();
        if (args.has(IDS)) {
            set.add(Column.QID, Column.XID);
        }
        if (args.has(CPU)) {
            set.add(Column.CPU);
        }
        if (args.has(MEM)) {
            set.add(Column.MEM);
        }
        if (args.has(BACKUP)) {
            set.add(Column.LAST_BACKUP);
        }
        if (args.has(NETWORK)) {
            set.remove(Column.TEMPLATE).add(Column.IP, Column.IP_BACK, Column.GATEWAY);
        }
        if (args.has(DISK)) {
            set.remove(Column.TEMPLATE, Column.NETVM)
                    .add(Column.PRIV_CURR, Column.PRIV_MAX, Column.ROOT_CURR, Column.ROOT_MAX, Column.DISK);
        }
        if (args.has(KERNEL)) {
            set.add(Column.KERNEL, Column.KERNELOPTS);
        }
        return set.fields();
    }

    private static List<VmField> named(List<String> untrustedNames) {
        List<VmField> fields = new ArrayList<>();
        for (String name : untrustedNames) {
            VmField field = VmField.named(name.strip());
            if (field == null) {
                throw Usage.error(
                        "there is no field '" + SafeText.of(name) + "'", "'qvm-ls --help-columns' lists them");
            }
            fields.add(field);
        }
        return fields;
    }

    /** Words after {@code --raw-data} that are no field but a VM are VMs, as R3.2's own parser could not tell. */
    static List<String> rawFields(ParsedArguments args, VmCollection vms, List<String> vmNames) {
        List<String> fields = new ArrayList<>();
        for (String word : args.values(RAW_DATA)) {
            if (VmField.named(word) == null && vms.hasName(word)) {
                vmNames.add(word);
            } else {
                fields.add(word);
            }
        }
        return fields;
    }

    /** The VMs that the operands name; those that do not exist are told and remembered. */
    static Set<QubesVm> named(VmCollection vms, List<String> operands, List<String> missing) {
        Set<QubesVm> found = new LinkedHashSet<>();
        for (String operand : operands) {
            List<QubesVm> matching = VmNames.matching(vms, operand);
            if (matching.isEmpty()) {
                missing.add(SafeText.of(operand));
            }
            found.addAll(matching);
        }
        return found;
    }

    static QubesException missing(List<String> names) {
        return new QubesException(
                ErrorKind.NO_SUCH_VM,
                "no VM has the name '" + String.join("' or '", names) + "'",
                "the others are shown; 'qvm-ls --raw-list' shows all names");
    }
}
