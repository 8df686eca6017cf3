package org.qubestools.cli.option;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a tool takes and how its help reads: name, purpose, options, operands, examples. Filled once by the tool, then
 * only read. Parsing works on it directly; {@link PicocliModel} turns it into a picocli {@code CommandSpec} for the
 * help text, manual page and completion.
 */
public final class ToolSpec {
    /** As the largest number of operands: no limit. */
    public static final int ANY = Integer.MAX_VALUE;

    /**
     * A command line with its meaning.
     *
     * @param commandLine as one would type it
     * @param meaning a phrase
     */
    public record Example(String commandLine, String meaning) {}

    /**
     * A subcommand of the tool.
     *
     * @param synopsis its name and arguments
     * @param meaning a phrase
     */
    public record Command(String synopsis, String meaning) {}

    /**
     * An exit code with a meaning of its own.
     *
     * @param code the status of the process
     * @param meaning a phrase
     */
    public record Code(int code, String meaning) {}

    private final String name;
    private final String purpose;
    private final List<Opt<?>> ownOptions = new ArrayList<>();
    private final List<Opt<?>> commonOptions = new ArrayList<>();
    private final List<List<Opt<?>>> exclusive = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Example> examples = new ArrayList<>();
    private final List<Code> codes = new ArrayList<>();
    private final List<Command> explained = new ArrayList<>();
    private List<String> commands = List.of();
    private String operandSynopsis = "";
    private int minOperands;
    private int maxOperands;
    private int dashOperandsFrom = ANY;
    private @Nullable Opt<Boolean> usage;
    private boolean forBatches;
    private boolean usesStore = true;

    /**
     * A tool without operands that has the options every tool has.
     *
     * @param purpose one line, a phrase without a full stop
     */
    public ToolSpec(String name, String purpose) {
        this.name = Objects.requireNonNull(name);
        this.purpose = Objects.requireNonNull(purpose);
        Collections.addAll(commonOptions, CommonOptions.JSON, CommonOptions.OFFLINE, CommonOptions.ROOT);
        Collections.addAll(commonOptions, CommonOptions.CONNECT, CommonOptions.VERBOSE);
        Collections.addAll(commonOptions, CommonOptions.VERSION, CommonOptions.HELP);
    }

    /** Options of this tool, in the order of the help text; also {@code QUIET} where the tool has it. */
    public ToolSpec options(Opt<?>... own) {
        Collections.addAll(ownOptions, own);
        return this;
    }

    /** How the operands read in the usage line and how many there may be; others are usage errors. */
    public ToolSpec operands(String synopsis, int min, int max) {
        operandSynopsis = synopsis;
        minOperands = min;
        maxOperands = max;
        return this;
    }

    /** The first operand is one of these words, the others may be files: for the completion, nothing is checked. */
    public ToolSpec commands(List<String> words) {
        commands = words;
        return this;
    }

    /** A row of the list of subcommands in the help text; that these are there is said by {@link #commands(List)}. */
    public ToolSpec command(String synopsis, String meaning) {
        explained.add(new Command(synopsis, meaning));
        return this;
    }

    /** Of these options a caller may give only one; more are a usage error. */
    public ToolSpec onlyOneOf(Opt<?>... options) {
        exclusive.add(List.of(options));
        return this;
    }

    /** The tool has nothing to do with a store, nor with libvirt: takes the options and the exit codes for these away. */
    public ToolSpec withoutStore() {
        usesStore = false;
        commonOptions.removeAll(List.of(CommonOptions.OFFLINE, CommonOptions.ROOT, CommonOptions.CONNECT));
        return this;
    }

    /** Whether the exit codes of the store are among those of the tool. */
    public boolean usesStore() {
        return usesStore && !isLikeGetopt();
    }

    /** The tool reads the store: adds the lock timeout. */
    public ToolSpec readsStore() {
        commonOptions.add(0, CommonOptions.LOCK_TIMEOUT);
        return this;
    }

    /** The tool changes the store or files: adds the lock timeout and the dry run. */
    public ToolSpec changesStore() {
        return readsStore().dryRuns();
    }

    /** The tool can tell what it would do instead of doing it: adds the dry run. */
    public ToolSpec dryRuns() {
        commonOptions.add(0, CommonOptions.DRY_RUN);
        return this;
    }

    /**
     * The tool may be a line of a batch: it reaches the store through one session, and whatever it does beside an edit it
     * leaves to {@code Session.afterSave}.
     */
    public ToolSpec forBatches() {
        forBatches = true;
        return this;
    }

    /** Whether {@link #forBatches} was said. */
    public boolean isForBatches() {
        return forBatches;
    }

    /** The tool works on the running system, and cannot do without: adds the codes for that. */
    public ToolSpec needsSystem() {
        return exitCode(14, "this needs the running system, and offline mode is on")
                .exitCode(15, "no connection to libvirt or QubesDB");
    }

    /** The tool refuses root: adds {@code --force-root}. The tool itself asks the root rule, after its usage checks. */
    public ToolSpec refusesRoot() {
        commonOptions.add(0, CommonOptions.FORCE_ROOT);
        return this;
    }

    /**
     * From operand {@code index} on (0 is the first) a word with a dash that is no option of this tool is an operand:
     * {@code qvm-prefs -s vm timezone -7200}.
     */
    public ToolSpec negativeValueFrom(int index) {
        dashOperandsFrom = index;
        return this;
    }

    /**
     * The tool follows an original that has GNU's getopt: wrong use is 1, words are any bytes (those that are no UTF-8 as
     * U+DC80 to U+DCFF), the store and its options are none of its business.
     *
     * @param usageOption asks for the help on standard error; ends the reading as {@code --help} does
     */
    public ToolSpec likeGetopt(Opt<Boolean> usageOption) {
        usage = usageOption;
        ownOptions.add(usageOption);
        commonOptions.clear();
        Collections.addAll(commonOptions, CommonOptions.JSON, CommonOptions.VERBOSE, CommonOptions.VERSION);
        commonOptions.add(CommonOptions.LONG_HELP);
        return this;
    }

    /** Whether {@link #likeGetopt} was said. */
    public boolean isLikeGetopt() {
        return usage != null;
    }

    /** Whether what follows this option is not read. */
    boolean endsReading(Opt<?> option) {
        return option == CommonOptions.HELP
                || option == CommonOptions.LONG_HELP
                || option == CommonOptions.VERSION
                || option == usage;
    }

    /** A paragraph of the help text below the purpose. */
    public ToolSpec note(String paragraph) {
        notes.add(paragraph);
        return this;
    }

    public ToolSpec example(String commandLine, String meaning) {
        examples.add(new Example(commandLine, meaning));
        return this;
    }

    /** An exit code whose meaning differs from or adds to the common table. */
    public ToolSpec exitCode(int code, String meaning) {
        codes.add(new Code(code, meaning));
        return this;
    }

    public String name() {
        return name;
    }

    public String purpose() {
        return purpose;
    }

    public List<Opt<?>> ownOptions() {
        return Collections.unmodifiableList(ownOptions);
    }

    public List<Opt<?>> commonOptions() {
        return Collections.unmodifiableList(commonOptions);
    }

    public List<List<Opt<?>>> exclusiveGroups() {
        return Collections.unmodifiableList(exclusive);
    }

    public String operandSynopsis() {
        return operandSynopsis;
    }

    /** Words that the first operand can be; empty if it is no command. */
    public List<String> commands() {
        return commands;
    }

    /** The subcommands that the help text lists. */
    public List<Command> explainedCommands() {
        return Collections.unmodifiableList(explained);
    }

    public int minOperands() {
        return minOperands;
    }

    public int maxOperands() {
        return maxOperands;
    }

    public int dashOperandsFrom() {
        return dashOperandsFrom;
    }

    public List<String> notes() {
        return Collections.unmodifiableList(notes);
    }

    public List<Example> examples() {
        return Collections.unmodifiableList(examples);
    }

    public List<Code> exitCodes() {
        return Collections.unmodifiableList(codes);
    }
}
