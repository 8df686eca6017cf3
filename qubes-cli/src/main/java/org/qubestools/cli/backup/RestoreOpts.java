package org.qubestools.cli.backup;

import java.util.List;
import org.qubestools.backup.restore.RestoreOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.model.Pools;

/** The options of {@code qvm-backup-restore} that decide what becomes of each VM. */
public final class RestoreOpts {
    public static final Opt<Boolean> VERIFY_ONLY =
            Opt.flag("--verify-only").help("prove that everything could be restored, write nothing");
    public static final Opt<Boolean> SKIP_BROKEN =
            Opt.flag("--skip-broken").help("leave out VMs whose template or netvm is missing");
    public static final Opt<Boolean> IGNORE_MISSING =
            Opt.flag("--ignore-missing").help("use the defaults in place of a missing template or netvm");
    public static final Opt<Boolean> SKIP_CONFLICTING =
            Opt.flag("--skip-conflicting").help("leave out VMs whose name is taken on this host");
    public static final Opt<Boolean> RENAME_CONFLICTING =
            Opt.flag("--rename-conflicting").help("put a number behind names that are taken on this host");
    public static final Opt<String> RENAME =
            Opt.text("OLD=NEW", "--rename").repeatable().help("restore the VM OLD under the name NEW");
    public static final Opt<String> PREFIX =
            Opt.text("TEXT", "--prefix").help("put TEXT before the names of all VMs but those of --rename");
    public static final Opt<String> MAP_TEMPLATE = Opt.text("OLD:NEW", "--replace-template", "--map-template")
            .repeatable()
            .help("VMs based on OLD get the template NEW");
    public static final Opt<String> MAP_NETVM = Opt.text("OLD:NEW", "--map-netvm")
            .added()
            .repeatable()
            .help("VMs that use the netvm OLD get NEW, or none, or default");
    public static final Opt<String> EXCLUDE =
            Opt.text("VM", "-x", "--exclude").repeatable().help("leave out VM");
    public static final Opt<Boolean> SKIP_HOME =
            Opt.flag("--skip-dom0-home").help("leave out the home of the dom0 user");
    public static final Opt<Boolean> IGNORE_USER =
            Opt.flag("--ignore-username-mismatch").help("restore the home although it is of a user of another name");
    public static final Opt<String> HOME_TO =
            Opt.file("DIR", "--home-to").help("put the home into the new directory DIR, touch nothing in the real one");
    public static final Opt<Boolean> PARANOID = Opt.flag("--paranoid-mode", "--plan-b")
            .added()
            .help("for a backup from a system that may be compromised: only what is harmless");
    public static final Opt<String> POOL =
            Opt.text("NAME", "--target-pool").help("storage pool of the VMs (default: default)");
    public static final Opt<Boolean> IGNORE_SIZE =
            Opt.flag("--ignore-size-limit").added().help("go on if the backup holds far more data than it says");
    public static final Opt<Boolean> DEBUG =
            Opt.flag("--debug").help("taken for the sake of old scripts, see --verbose");

    private RestoreOpts() {}

    /** What the user wants of the VMs in the backup; {@code names} restrict it. */
    static RestoreOptions of(ParsedArguments args, List<String> names) {
        RestoreOptions.Builder options = RestoreOptions.builder()
                .names(names)
                .excludes(args.values(EXCLUDE))
                .skipBroken(args.has(SKIP_BROKEN))
                .ignoreMissing(args.has(IGNORE_MISSING))
                .skipConflicting(args.has(SKIP_CONFLICTING))
                .renameConflicting(args.has(RENAME_CONFLICTING))
                .prefix(args.value(PREFIX).orElse(""))
                .skipDom0Home(args.has(SKIP_HOME))
                .ignoreUsernameMismatch(args.has(IGNORE_USER) || args.has(HOME_TO))
                .verifyOnly(args.has(VERIFY_ONLY))
                .paranoid(args.has(PARANOID))
                .pool(args.value(POOL).orElse(Pools.DEFAULT));
        args.values(RENAME).forEach(pair -> options.rename(withColon(pair)));
        args.values(MAP_TEMPLATE).forEach(pair -> options.mapTemplate(withColon(pair)));
        args.values(MAP_NETVM).forEach(pair -> options.mapNetvm(withColon(pair)));
        return options.build();
    }

    /** Either sign may part the two names, neither is ever in one. */
    private static String withColon(String untrustedPair) {
        int equals = untrustedPair.lastIndexOf('=');
        return equals < 0 || untrustedPair.indexOf(':') >= 0
                ? untrustedPair
                : untrustedPair.substring(0, equals) + ":" + untrustedPair.substring(equals + 1);
    }
}
