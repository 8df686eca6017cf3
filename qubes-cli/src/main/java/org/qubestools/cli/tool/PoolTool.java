package org.qubestools.cli.tool;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.CommonOptions;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.Columns;
import org.qubestools.core.edit.ChangePools;
import org.qubestools.core.edit.ChangePools.Action;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.storage.StorageConf;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-pool}: the places where the files of VMs are. */
public final class PoolTool implements Tool {
    private static final String DIR_PATH = "dir_path";
    private static final String DRIVER = "xen";

    private static final Opt<String> OPTION = Opt.text("NAME=VALUE", "-o", "--option")
            .help("for add and set: dir_path=DIR, the directory of the pool")
            .repeatable();

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-pool", "list, add, move and remove storage pools")
                .operands("[list|info POOL|add POOL [xen]|set POOL|remove POOL ...]", 0, ToolSpec.ANY)
                .commands(List.of("list", "info", "add", "set", "remove"))
                .options(OPTION)
                .changesStore()
                .note(
                        "Pools are kept in /etc/qubes/storage.conf; tools of R3.1 and R3.2 know them too. A pool that VMs "
                                + "are in is neither moved nor removed. No file of a removed pool is deleted.")
                .example("qvm-pool", "list the pools")
                .example("qvm-pool add ssd -o dir_path=/var/lib/qubes-ssd", "one more")
                .example("qvm-pool remove ssd", "forget it again");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        List<String> operands = args.operands();
        String word = operands.isEmpty() ? "list" : operands.get(0);
        int count = Math.max(0, operands.size() - 1);
        switch (word) {
            case "list", "ls", "l" -> require(count == 0, "'list' takes no pool");
            case "info", "i" -> require(count == 1, "one pool expected");
            case "add", "a" -> require(count == 1 || count == 2, "one new pool expected");
            case "set", "s" -> require(count == 1, "one pool expected");
            case "remove", "rm", "r" -> require(count >= 1, "a pool expected");
            default ->
                throw Usage.error("'" + SafeText.of(word) + "' is no action; use list, info, add, set or remove");
        }
        boolean changes = !(word.startsWith("l") || word.startsWith("i"));
        boolean directs = word.startsWith("a") || word.startsWith("s");
        require(directs || !args.has(OPTION), "--option goes with add and set");
        require(!word.startsWith("a") || count < 2 || operands.get(2).equals(DRIVER), "the only driver is xen");
        String directory = directs ? directory(args) : "";
        try (Session session = Session.openOffline(args, ctx)) {
            if (changes) {
                Action action = word.startsWith("a") ? Action.ADD : directs ? Action.MOVE : Action.REMOVE;
                List<String> pools = action == Action.REMOVE ? operands.subList(1, count + 1) : operands.subList(1, 2);
                ChangePools change = new ChangePools(action, pools, directory);
                boolean dryRun = args.has(CommonOptions.DRY_RUN);
                Reports.outcome(ctx, session.qubes().edit(List.of(change), dryRun), dryRun);
            } else {
                StoreSnapshot store = session.qubes().load();
                Reports.problems(ctx, store.problems());
                show(store, session, ctx, word.startsWith("l") ? null : operands.get(1));
            }
            return ExitCode.OK;
        }
    }

    private static void require(boolean right, String message) {
        if (!right) {
            throw Usage.error(message);
        }
    }

    private static String directory(ParsedArguments args) {
        String directory = null;
        for (String option : args.values(OPTION)) {
            int equals = option.indexOf('=');
            String name = equals < 0 ? option : option.substring(0, equals);
            require(equals > 0 && name.equals(DIR_PATH), "the only option of a pool is dir_path=DIR");
            directory = option.substring(equals + 1);
        }
        if (directory == null) {
            throw Usage.error("say where the pool is with --option dir_path=DIR");
        }
        return directory;
    }

    private static void show(StoreSnapshot store, Session session, ToolContext ctx, @Nullable String only) {
        Map<String, String> drivers =
                StorageConf.text(session.config().real(StorageConf.FILE)).drivers();
        List<Map<String, @Nullable Object>> pools = new ArrayList<>();
        for (String name : store.pools().names()) {
            if (only == null || only.equals(name)) {
                String directory = String.valueOf(store.pools().directory(name));
                Map<String, @Nullable Object> pool = new LinkedHashMap<>();
                pool.put("name", name);
                pool.put("driver", drivers.getOrDefault(name, DRIVER));
                pool.put(DIR_PATH, directory);
                pool.put("vms", ChangePools.vmsIn(store.vms().byQidOrder(), name));
                if (only != null) {
                    room(session.config().real(directory), pool);
                }
                pools.add(pool);
            }
        }
        if (only != null) {
            info(ctx, pools, only, store);
        } else {
            for (String name : drivers.keySet()) {
                if (store.pools().directory(name) == null) {
                    ctx.warn("pool '" + SafeText.of(name) + "' has no directory that could be used, and is left out");
                }
            }
            list(ctx, pools);
        }
    }

    /** How much the file system of the pool holds and has left, in bytes; null while there is no such directory. */
    private static void room(Path directory, Map<String, @Nullable Object> pool) {
        Long size = null;
        Long free = null;
        try {
            if (Files.isDirectory(directory)) {
                FileStore store = Files.getFileStore(directory);
                size = store.getTotalSpace();
                free = store.getUsableSpace();
            }
        } catch (IOException e) {
            // Not known then: the directory may have gone this moment.
            size = null;
        }
        pool.put("size", size);
        pool.put("free", free);
    }

    private static void list(ToolContext ctx, List<Map<String, @Nullable Object>> pools) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "pools");
            result.put("pools", pools);
            ctx.json(result);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("NAME", "DRIVER", "DIR_PATH"));
        for (Map<String, @Nullable Object> pool : pools) {
            rows.add(List.of(
                    String.valueOf(pool.get("name")),
                    String.valueOf(pool.get("driver")),
                    String.valueOf(pool.get(DIR_PATH))));
        }
        ctx.out().print(Columns.text(rows));
    }

    private static void info(
            ToolContext ctx, List<Map<String, @Nullable Object>> pools, String untrustedName, StoreSnapshot store) {
        if (pools.isEmpty()) {
            throw ChangePools.unknown(untrustedName, store.pools());
        }
        Map<String, @Nullable Object> pool = pools.get(0);
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "pool");
            result.putAll(pool);
            ctx.json(result);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        pool.forEach((name, value) -> rows.add(List.of(name, text(value))));
        ctx.out().print(Columns.text(rows));
    }

    private static String text(@Nullable Object value) {
        if (value instanceof List<?> list) {
            List<String> words = new ArrayList<>();
            list.forEach(word -> words.add(String.valueOf(word)));
            return String.join(" ", words);
        }
        return value == null ? "-" : value.toString();
    }
}
