package org.qubestools.cli.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.listing.DiskFigures;
import org.qubestools.cli.listing.VmCells;
import org.qubestools.cli.listing.VmField;
import org.qubestools.cli.listing.VmField.Column;
import org.qubestools.cli.listing.VmOrder;
import org.qubestools.cli.listing.VmSorting;
import org.qubestools.cli.listing.VmValues;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.output.Table;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;

/** One listing: which VMs, in which order, with which cells, in which form. */
final class LsRun {
    private static final long CPU_INTERVAL_MILLIS = 1000;

    private final ParsedArguments args;
    private final ToolContext ctx;
    private final Session session;
    private final StoreSnapshot store;
    private final List<VmField> fields;
    private final List<String> vmNames;
    private final List<String> missing = new ArrayList<>();
    private final Statuses statuses;

    LsRun(ParsedArguments args, ToolContext ctx, Session session, StoreSnapshot store) {
        this.args = args;
        this.ctx = ctx;
        this.session = session;
        this.store = store;
        this.statuses = new Statuses(session);
        this.vmNames = new ArrayList<>(args.operands());
        List<String> rawFields = LsTool.rawFields(args, store.vms(), vmNames);
        this.fields = args.has(LsTool.RAW_LIST) ? List.of(Column.NAME_RAW) : LsTool.fields(args, rawFields);
    }

    int run() {
        if (!args.has(LsTool.RAW_LIST)) {
            Reports.problems(ctx, store.problems());
        }
        List<VmOrder.Branch> rows = rows();
        List<VmView> views = views(rows);
        VmField sorting = sorting();
        VmCells cells = cells(views, sorting);
        if (sorting != null) {
            rows = sorted(views, sorting, cells);
            views = views(rows);
        }
        if (ctx.isJson()) {
            json(views, cells);
        } else if (args.has(LsTool.RAW_LIST) || args.has(LsTool.RAW_DATA)) {
            raw(views, cells);
        } else {
            table(rows, views, cells);
        }
        if (!missing.isEmpty()) {
            ctx.out().flush();
            throw LsTool.missing(missing);
        }
        return ExitCode.OK;
    }

    private List<VmOrder.Branch> rows() {
        Set<QubesVm> chosen = chosen();
        VmFilters filters = new VmFilters(args, session, store, statuses, ctx);
        List<VmOrder.Branch> rows = new ArrayList<>();
        for (VmOrder.Branch row : ordered()) {
            if (chosen.contains(row.vm()) && filters.accept(row.vm())) {
                rows.add(row);
            }
        }
        return rows;
    }

    private List<VmOrder.Branch> ordered() {
        if (args.has(LsTool.TREE)) {
            return VmOrder.networkTree(store.vms());
        }
        boolean byQid = !vmNames.isEmpty() || args.has(LsTool.RAW_LIST);
        return flat(byQid ? store.vms().byQidOrder() : VmOrder.grouped(store.vms()));
    }

    private static List<VmOrder.Branch> flat(List<QubesVm> order) {
        List<VmOrder.Branch> rows = new ArrayList<>();
        for (QubesVm vm : order) {
            rows.add(new VmOrder.Branch(vm, 0));
        }
        return rows;
    }

    private List<VmView> views(List<VmOrder.Branch> rows) {
        List<VmView> views = new ArrayList<>();
        for (VmOrder.Branch row : rows) {
            views.add(session.view(store, store.vms(), row.vm()));
        }
        return views;
    }

    /** What the rows are sorted by, if they are. */
    private @Nullable VmField sorting() {
        boolean sorts = args.value(LsTool.SORT).isPresent() || args.has(LsTool.REVERSE);
        return sorts && !args.has(LsTool.TREE)
                ? VmSorting.field(args.value(LsTool.SORT).orElse("qid"))
                : null;
    }

    /** By the very cells that are shown. */
    private List<VmOrder.Branch> sorted(List<VmView> views, VmField field, VmCells cells) {
        return flat(VmSorting.sort(views, field, cells, args.has(LsTool.IGNORE_CASE), args.has(LsTool.REVERSE)));
    }

    private Set<QubesVm> chosen() {
        Set<QubesVm> chosen = vmNames.isEmpty()
                ? new LinkedHashSet<>(store.vms().inDocumentOrder())
                : LsTool.named(store.vms(), vmNames, missing);
        return chosen;
    }

    private VmCells cells(List<VmView> views, @Nullable VmField sorting) {
        List<VmField> needed = new ArrayList<>(fields);
        if (sorting != null) {
            needed.add(sorting);
        }
        return cells(views, needed);
    }

    private VmCells cells(List<VmView> views, List<VmField> shown) {
        boolean disk = false;
        for (VmField field : shown) {
            disk |= field instanceof Column column && column.needsDisk();
        }
        VmStatuses now = LsTool.needsVmm(shown) ? statuses.get() : VmStatuses.unknown(session.config());
        VmStatuses earlier = now;
        double seconds = 0;
        if (shown.contains(Column.CPU) && now.isKnown()) {
            long start = ctx.clock().millis();
            pause();
            now = statuses.again();
            seconds = (ctx.clock().millis() - start) / 1000.0;
        }
        DiskFigures figures = disk ? DiskFigures.measure(views, shown, session.config()) : DiskFigures.none();
        for (Map.Entry<String, String> absent :
                disk ? figures.missing(views).entrySet() : Set.<Map.Entry<String, String>>of()) {
            ctx.warn("VM '" + absent.getKey() + "' has no " + absent.getValue());
        }
        return new VmCells(now, figures, ctx, earlier, seconds);
    }

    private static void pause() {
        try {
            Thread.sleep(CPU_INTERVAL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void raw(List<VmView> views, VmCells cells) {
        for (VmView view : views) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < fields.size(); i++) {
                line.append(i > 0 ? "|" : "").append(cells.cell(fields.get(i), view));
            }
            ctx.println(line.toString());
        }
    }

    private void table(List<VmOrder.Branch> rows, List<VmView> views, VmCells cells) {
        List<String> headers = new ArrayList<>();
        for (VmField field : fields) {
            headers.add(field.id());
        }
        Table table = Table.of(headers);
        for (int i = 0; i < views.size(); i++) {
            List<String> line = new ArrayList<>();
            for (VmField field : fields) {
                String cell = cells.cell(field, views.get(i));
                int depth = field == Column.NAME ? rows.get(i).depth() : 0;
                line.add(depth == 0 ? cell : "  ".repeat(depth - 1) + "\u2514\u2500" + cell);
            }
            table.row(line);
        }
        if (args.has(LsTool.TREE)) {
            table.firstToTheLeft();
        }
        table.writeTo(ctx.out());
    }

    private void json(List<VmView> views, VmCells cells) {
        List<Object> vms = new ArrayList<>();
        for (VmView view : views) {
            Map<String, Object> vm = new LinkedHashMap<>();
            for (VmField field : fields) {
                vm.put(field.id().replace(' ', '_').replace('-', '_').replace('/', '_'), value(field, view, cells));
            }
            vms.add(vm);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("type", "vms");
        result.put("vms", vms);
        ctx.json(result);
    }

    private @Nullable Object value(VmField field, VmView view, VmCells cells) {
        return VmValues.of(field, view, cells);
    }

    /** Asked for once, and only if somebody wants to know. No lambda: the first one of a run costs milliseconds. */
    private static final class Statuses implements Supplier<VmStatuses> {
        private final Session session;
        private @Nullable VmStatuses known;

        Statuses(Session session) {
            this.session = session;
        }

        @Override
        public VmStatuses get() {
            return known == null ? again() : known;
        }

        VmStatuses again() {
            VmStatuses now = session.statuses();
            known = now;
            return now;
        }
    }
}
