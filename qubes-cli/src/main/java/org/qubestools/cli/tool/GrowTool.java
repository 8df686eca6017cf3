package org.qubestools.cli.tool;

import org.qubestools.cli.frame.Tool;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.ToolSpec;

/** {@code qvm-grow-private} and {@code qvm-grow-root}: lengthen an image of a halted VM. */
public final class GrowTool implements Tool {
    static final Opt<Boolean> ALLOW_START =
            Opt.flag("--allow-start").help("start the VM to enlarge the file system too, then shut it down");

    private final boolean root;

    private GrowTool(boolean root) {
        this.root = root;
    }

    public static GrowTool ofPrivate() {
        return new GrowTool(false);
    }

    public static GrowTool ofRoot() {
        return new GrowTool(true);
    }

    @Override
    public ToolSpec spec() {
        ToolSpec spec = root
                ? new ToolSpec("qvm-grow-root", "lengthen the root image of a template, an HVM or a standalone VM")
                        .options(ALLOW_START)
                        .example("qvm-grow-root fedora-23 20G", "to 20 GiB")
                        .note(
                                "The VM must be halted. The file system inside is enlarged with --allow-start only, not that of an HVM; "
                                        + "else do it from within, at the next start.")
                : new ToolSpec("qvm-grow-private", "lengthen the private image of a VM")
                        .example("qvm-grow-private work 4G", "to 4 GiB")
                        .note(
                                "A running VM sees the new size at once, and its file system is enlarged (resize2fs); a halted one does "
                                        + "that itself at its next start. An HVM must be halted.");
        return spec.operands("VM SIZE", 2, 2)
                .changesStore()
                .note("SIZE is in bytes, or has a unit: K, M, G or T, powers of 1024. Images are never made smaller.");
    }

    @Override
    public int run(ParsedArguments args, ToolContext ctx) {
        return new GrowActions(args, ctx).grow(args.operand(0), root, args.operand(1));
    }
}
