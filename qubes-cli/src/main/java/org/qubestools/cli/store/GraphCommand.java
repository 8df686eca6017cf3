package org.qubestools.cli.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.frame.ToolReport;
import org.qubestools.cli.graph.GraphBuilder;
import org.qubestools.cli.graph.GraphText;
import org.qubestools.cli.graph.Grouping;
import org.qubestools.cli.graph.HtmlWriter;
import org.qubestools.cli.graph.SvgWriter;
import org.qubestools.cli.graph.VmGraph;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.runtime.VmStatuses;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.devices.BlockDevice;
import org.qubestools.devices.BlockDevices;
import org.qubestools.devices.BlockListing;
import org.qubestools.devices.HostRoots;
import org.qubestools.devices.RunningDevices;

/** {@code qubes-store graph}: the VMs and what ties them together, as text or as a picture. */
final class GraphCommand {
    static final Opt<String> FORMAT = Opt.choice("FORMAT", List.of("tree", "dot", "svg", "mermaid", "html"), "--format")
            .help("graph: tree, dot, svg, mermaid or html (default: tree); not with --json");
    static final Opt<String> BY = Opt.choice("WHAT", Grouping.WORDS, "--by")
            .help("graph: what ties VMs together: netvm, template or device (default: netvm)");

    private GraphCommand() {}

    static int run(ParsedArguments args, ToolContext ctx) {
        Grouping grouping = Objects.requireNonNull(Grouping.of(args.value(BY).orElse(Grouping.NETVM.word())));
        try (Session session = Session.open(args, ctx)) {
            StoreSnapshot store = session.qubes().load();
            VmStatuses statuses = session.statuses();
            GraphBuilder builder =
                    new GraphBuilder(store.vms(), vm -> session.view(store, store.vms(), vm), statuses, ctx);
            VmGraph graph = grouping == Grouping.DEVICE
                    ? builder.devices(statuses.isKnown() ? attached(session, store, ctx) : List.of())
                    : builder.vms(grouping);
            if (ctx.isJson()) {
                ctx.json(GraphText.values(graph));
            } else {
                ctx.out().print(text(graph, args.value(FORMAT).orElse("tree"), ctx.environment()));
            }
            return ExitCode.OK;
        }
    }

    private static String text(VmGraph graph, String format, Map<String, String> environment) {
        return switch (format) {
            case "dot" -> GraphText.dot(graph);
            case "svg" -> SvgWriter.document(graph);
            case "mermaid" -> GraphText.mermaid(graph);
            case "html" -> HtmlWriter.page(graph);
            default -> GraphText.tree(graph, isUtf8(environment));
        };
    }

    /** What setlocale(3) would find for the type of characters; a launcher, which sets another one, tells the caller's. */
    private static boolean isUtf8(Map<String, String> environment) {
        String callers = environment.get("QUBES_LOCALE");
        if (callers != null) {
            return isUtf8(callers);
        }
        for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return isUtf8(value);
            }
        }
        return false;
    }

    private static boolean isUtf8(String locale) {
        String upper = locale.toUpperCase(Locale.ROOT);
        return upper.contains("UTF-8") || upper.contains("UTF8");
    }

    /** Block devices of running VMs; who cannot tell them is told of, the rest of the graph is there all the same. */
    private static List<GraphBuilder.Device> attached(Session session, StoreSnapshot store, ToolContext ctx) {
        List<GraphBuilder.Device> found = new ArrayList<>();
        try (RunningSystem system = session.running(store, ToolReport.notes(ctx))) {
            BlockListing listing = BlockDevices.of(
                            new RunningDevices(system),
                            HostRoots.below(ctx.host().kernelTree()),
                            ctx.host().waitTime())
                    .list(false);
            for (String complaint : listing.complaints()) {
                ctx.warn(complaint);
            }
            for (BlockListing.Listed listed : listing.devices()) {
                BlockDevice device = listed.device();
                String holder = listed.attachment().isPresent()
                        ? listed.attachment().get().vm()
                        : "";
                found.add(
                        new GraphBuilder.Device(device.backend(), "disk", device.name(), device.description(), holder));
            }
        } catch (QubesException e) {
            if (e.kind() == ErrorKind.CANCELLED) {
                throw e;
            }
            ctx.warn("block devices are left out: " + e.getMessage());
        }
        return found;
    }
}
