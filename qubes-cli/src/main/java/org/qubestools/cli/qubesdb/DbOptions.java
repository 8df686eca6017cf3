package org.qubestools.cli.qubesdb;

import org.qubestools.cli.option.Opt;

/** The options of the commands, those of the original first. */
final class DbOptions {
    static final Opt<String> COMMAND = Opt.text("COMMAND", "-c").help("the command; must come first");
    static final Opt<String> DOMAIN = Opt.text("NAME", "-d").help("database of this domain (default: the local one)");
    static final Opt<Boolean> FULL_PATH = Opt.flag("-f").help("print full paths");
    static final Opt<Boolean> RAW = Opt.flag("-r").help("print values as they are, without escapes");
    static final Opt<Boolean> QUIET = Opt.flag("-q").help("no messages about paths and the connection");
    static final Opt<String> COUNT =
            Opt.text("N", "-n").help("end after N events (default: 1); a negative number: never");
    static final Opt<Boolean> WAIT = Opt.flag("-w").help("wait for a key that is missing");
    static final Opt<Boolean> REMOVE = Opt.flag("-x").help("remove the key after it was read");
    static final Opt<String> DEFAULT =
            Opt.text("VALUE", "-e", "--default").help("print this if the key is missing; for one path");
    static final Opt<Integer> COMPAT =
            Opt.number("3", 3, 4, "--compat").help("exit codes of release 3: 1 for a missing key");
    /** The same words where they mean nothing, which the original takes all the same. */
    private static final String IGNORED = "as of qubesdb-read; without effect here";

    static final Opt<Boolean> NO_WAIT = WAIT.help(IGNORED);
    static final Opt<Boolean> NO_REMOVE = REMOVE.help(IGNORED);
    static final Opt<Integer> NO_COMPAT = COMPAT.help(IGNORED);
    static final Opt<Boolean> USAGE = Opt.flag("-h").help("show this help on standard error");

    private DbOptions() {}
}
