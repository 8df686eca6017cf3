package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.Columns;
import org.qubestools.core.edit.ChangePools;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.store.StoreSnapshot;

/** {@code qvm-volume}: the private and the root images of VMs, in the words of R4. */
public final class VolumeTool implements Tool {
    private static final Opt<String> POOL = Opt.text("POOL", "-p", "--pool").help("list only volumes of this pool");

    @Override
    public ToolSpec spec() {
        return new ToolSpec("qvm-volume", "list, examine and lengthen images of VMs")
                .operands("[list [VM[:VOLUME] ...]|info VM:VOLUME [PROPERTY]|resize VM:VOLUME SIZE]", 0, ToolSpec.ANY)
                .commands(List.of("list", "info", "resize"))
                .options(POOL, GrowTool.ALLOW_START)
                .changesStore()
                .note("A VOLUME is 'private' or 'root'. 'resize' is qvm-grow-private or qvm-grow-root.")
                .example("qvm-volume list work", "the volumes of a VM")
                .example("qvm-volume info work:private usage", "bytes on disk of one of them")
                .example("qvm-volume resize work:private 4G", "to 4 GiB");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        List<String> operands = args.operands();
        String word = operands.isEmpty() ? "list" : operands.get(0);
        List<String> rest = operands.isEmpty() ? List.of() : operands.subList(1, operands.size());
        boolean lists = List.of("list", "ls", "l").contains(word);
        if (args.has(POOL) && !lists) {
            throw Usage.error("--pool goes with 'list'");
        }
        if (args.has(GrowTool.ALLOW_START) && !word.equals("resize")) {
            throw Usage.error("--allow-start goes with 'resize'");
        }
        if (lists) {
            return list(rest, args, ctx);
        }
        switch (word) {
            case "info", "i" -> {
                if (rest.isEmpty() || rest.size() > 2) {
                    throw Usage.error("VM:VOLUME expected");
                }
                return info(VolumeName.of(rest.get(0)), rest.size() == 2 ? rest.get(1) : null, args, ctx);
            }
            case "resize", "extend" -> {
                if (rest.size() != 2) {
                    throw Usage.error("VM:VOLUME and SIZE expected");
                }
                VolumeName volume = VolumeName.of(rest.get(0));
                return new GrowActions(args, ctx).grow(volume.untrustedVm(), volume.isRoot(), rest.get(1));
            }
            default -> throw Usage.error("'" + SafeText.of(word) + "' is no action; use list, info or resize");
        }
    }

    /** A VM and one of its volumes as a user names them. */
    private record VolumeName(String untrustedVm, @Nullable String volume) {
        /** One of both kinds; a name without a volume is a usage error. */
        static VolumeName of(String untrusted) {
            VolumeName name = maybeWhole(untrusted);
            if (name.volume == null) {
                throw Usage.error("VM:VOLUME expected, not '" + SafeText.of(untrusted) + "'");
            }
            return name;
        }

        static VolumeName maybeWhole(String untrusted) {
            int colon = untrusted.lastIndexOf(':');
            if (colon < 0) {
                return new VolumeName(untrusted, null);
            }
            String volume = untrusted.substring(colon + 1);
            if (!Volume.NAMES.contains(volume)) {
                throw Usage.error("'" + SafeText.of(volume) + "' is no volume here; use root or private");
            }
            return new VolumeName(untrusted.substring(0, colon), volume);
        }

        boolean isRoot() {
            return Volume.ROOT.equals(volume);
        }
    }

    private static int list(List<String> names, ParsedArguments args, ToolContext ctx) {
        List<VolumeName> wanted = new ArrayList<>();
        for (String name : names) {
            wanted.add(VolumeName.maybeWhole(name));
        }
        try (Session session = Session.openOffline(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            String pool = args.value(POOL).orElse(null);
            if (pool != null && store.pools().directory(pool) == null) {
                throw ChangePools.unknown(pool, store.pools());
            }
            for (VolumeName name : wanted) {
                store.vms().require(name.untrustedVm());
            }
            List<Volume> volumes = new ArrayList<>();
            for (QubesVm vm : store.vms().byQidOrder()) {
                VmView view = session.view(store, store.vms(), vm);
                for (Volume volume : Volume.of(view)) {
                    if (isWanted(volume, wanted) && (pool == null || pool.equals(volume.pool()))) {
                        volumes.add(volume);
                    }
                }
            }
            print(Volume.measured(volumes, session.config()), ctx);
            return ExitCode.OK;
        }
    }

    private static boolean isWanted(Volume volume, List<VolumeName> wanted) {
        for (VolumeName name : wanted) {
            boolean kind = name.volume() == null || name.volume().equals(volume.name());
            if (kind && name.untrustedVm().equals(volume.vm())) {
                return true;
            }
        }
        return wanted.isEmpty();
    }

    private static void print(List<Map<String, @Nullable Object>> volumes, ToolContext ctx) {
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "volumes");
            result.put("volumes", volumes);
            ctx.json(result);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("POOL:VOLUME", "VMNAME", "VOLUME_NAME", "REVERT_POSSIBLE"));
        for (Map<String, @Nullable Object> volume : volumes) {
            rows.add(List.of(
                    volume.get("pool") + ":" + volume.get("vid"),
                    String.valueOf(volume.get("vm")),
                    String.valueOf(volume.get("volume")),
                    Boolean.TRUE.equals(volume.get("revert_possible")) ? "Yes" : "No"));
        }
        ctx.out().print(Columns.text(rows));
    }

    private static int info(
            VolumeName name, @Nullable String untrustedProperty, ParsedArguments args, ToolContext ctx) {
        try (Session session = Session.openOffline(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            QubesVm vm = store.vms().require(name.untrustedVm());
            List<Volume> found = new ArrayList<>();
            for (Volume volume : Volume.of(session.view(store, store.vms(), vm))) {
                if (volume.name().equals(name.volume())) {
                    found.add(volume);
                }
            }
            if (found.isEmpty()) {
                throw new QubesException(
                        ErrorKind.INVALID_VALUE,
                        "VM '" + vm.name() + "' has no volume '" + name.volume() + "'",
                        "'qvm-volume list' shows all");
            }
            show(Volume.measured(found, session.config()).get(0), untrustedProperty, ctx);
            return ExitCode.OK;
        }
    }

    private static void show(
            Map<String, @Nullable Object> volume, @Nullable String untrustedProperty, ToolContext ctx) {
        if (untrustedProperty != null && !volume.containsKey(untrustedProperty)) {
            throw new QubesException(
                    ErrorKind.NO_SUCH_PROPERTY,
                    "a volume has no property '" + SafeText.of(untrustedProperty) + "'",
                    "properties: " + String.join(", ", volume.keySet()));
        }
        if (ctx.isJson()) {
            Map<String, @Nullable Object> result = new LinkedHashMap<>();
            result.put("type", "volume");
            result.putAll(volume);
            ctx.json(result);
        } else if (untrustedProperty != null) {
            ctx.println(text(volume.get(untrustedProperty)));
        } else {
            List<List<String>> rows = new ArrayList<>();
            volume.forEach((key, value) -> rows.add(List.of(key, text(value))));
            ctx.out().print(Columns.text(rows));
        }
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Boolean yes) {
            return yes ? "True" : "False";
        }
        return value == null ? "" : SafeText.readable(value.toString());
    }
}
