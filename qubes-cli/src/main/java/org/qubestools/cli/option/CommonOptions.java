package org.qubestools.cli.option;

/** The options that tools share; which of them a tool has is said by its {@link ToolSpec}. */
public final class CommonOptions {
    public static final Opt<Boolean> HELP = Opt.flag("-h", "--help").help("show this help and exit");
    /** Where {@code -h} is the original's usage text. */
    public static final Opt<Boolean> LONG_HELP = Opt.flag("--help").help("show this help and exit");

    public static final Opt<Boolean> VERSION = Opt.flag("--version").added().help("show the version and exit");
    public static final Opt<Boolean> JSON =
            Opt.flag("--json").added().help("print results, warnings and errors as JSON (see docs/json.md)");
    public static final Opt<Boolean> VERBOSE =
            Opt.flag("--verbose").added().help("say more on standard error; internal errors with a stack trace");
    public static final Opt<Boolean> QUIET =
            Opt.flag("-q", "--quiet").help("no progress notes; errors are still shown");
    public static final Opt<Boolean> OFFLINE =
            Opt.flag("--offline-mode").help("do not contact the running system; every VM counts as halted");
    public static final Opt<String> ROOT =
            Opt.file("DIR", "--root").added().help("look up every fixed path below DIR (default: QUBES_ROOT or /)");
    public static final Opt<String> CONNECT =
            Opt.text("URI", "--connect").added().help("libvirt connection (default: QUBES_LIBVIRT_URI or the host's)");
    public static final Opt<Integer> LOCK_TIMEOUT = Opt.number("SECONDS", 0, Integer.MAX_VALUE, "--lock-timeout")
            .added()
            .help("give up when the store stays locked that long (default: wait)");
    public static final Opt<Boolean> DRY_RUN =
            Opt.flag("--dry-run").added().help("check everything, show what would change, change nothing");
    public static final Opt<Boolean> FORCE_ROOT = Opt.flag("--force-root").help("run even as root");

    private CommonOptions() {}
}
