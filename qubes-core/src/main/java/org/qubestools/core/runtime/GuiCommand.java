package org.qubestools.core.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Label;
import org.qubestools.core.model.VmView;
import org.qubestools.core.runtime.Programs.Command;
import org.qubestools.core.runtime.QubesDaemons.Surroundings;
import org.qubestools.core.runtime.SessionDaemons.GuiMode;

/** The command lines of the GUI daemon. */
final class GuiCommand {
    private static final Duration QUESTION_LIMIT = Duration.ofSeconds(10);
    private static final String OWNER = "SI:localuser:";

    private final Surroundings around;
    private final String daemon;

    GuiCommand(Surroundings around) {
        this.around = around;
        this.daemon = HostProgram.GUI_DAEMON.in(around.settings());
    }

    /** The daemon for the agent in a VM. */
    Command of(VmView vm, int domainId, List<String> extra, GuiMode mode) {
        List<String> words = new ArrayList<>(List.of(daemon, "-d", String.valueOf(domainId)));
        addLooks(words, vm);
        if (mode == GuiMode.INVISIBLE) {
            words.add("-I");
        }
        words.addAll(extra);
        addLoudness(words, vm, mode);
        addDecorations(words, vm);
        return Command.of(words).after(around.user().prefix());
    }

    /** The daemon for the screen that the stub domain of an HVM emulates. */
    Command ofStub(VmView vm, int stubId, int domainId, GuiMode mode) {
        List<String> words =
                new ArrayList<>(List.of(daemon, "-d", String.valueOf(stubId), "-t", String.valueOf(domainId)));
        addLooks(words, vm);
        addLoudness(words, vm, mode);
        return Command.of(words).after(around.user().prefix());
    }

    private static void addLooks(List<String> words, VmView vm) {
        Label label = vm.facts().label();
        words.addAll(List.of("-N", vm.vm().name()));
        words.addAll(List.of("-c", String.format(Locale.ROOT, "0x%06x", label.color())));
        words.addAll(List.of("-i", vm.files().iconTarget()));
        words.addAll(List.of("-l", String.valueOf(label.index())));
    }

    private static void addLoudness(List<String> words, VmView vm, GuiMode mode) {
        if (vm.vm().is(Attributes.DEBUG)) {
            words.addAll(List.of("-v", "-v"));
        } else if (mode != GuiMode.VERBOSE) {
            words.add("-q");
        }
    }

    /** KDE draws the borders of windows itself: in the colours of the label, with the VM's name in the title. */
    private void addDecorations(List<String> words, VmView vm) {
        String session = ask(HostProgram.XPROP, "-root", "-notype", "KDE_SESSION_VERSION");
        if (!session.strip().equals("KDE_SESSION_VERSION = 5")) {
            return;
        }
        words.add("-T");
        String home = around.user().home(ownerOfDisplay());
        if (home != null) {
            words.addAll(List.of(
                    "-p",
                    "_KDE_NET_WM_COLOR_SCHEME=s:" + home + "/.local/share/qubes-kde/"
                            + vm.facts().label().text() + ".colors"));
        }
    }

    /** The user, other than root, who owns the X display; null if that is not known. */
    private @Nullable String ownerOfDisplay() {
        String owner = null;
        for (String line : ask(HostProgram.XHOST).split("\n", -1)) {
            if (line.startsWith(OWNER) && !line.equals(OWNER + "root")) {
                owner = line.substring(OWNER.length()).strip();
            }
        }
        return owner;
    }

    /** What a program of the X session prints; nothing if it is not there or fails: then there is no such session. */
    private String ask(HostProgram program, String... arguments) {
        List<String> words = new ArrayList<>(List.of(program.in(around.settings())));
        words.addAll(List.of(arguments));
        try {
            return around.programs()
                    .run(Command.of(words).within(QUESTION_LIMIT))
                    .untrustedOutput();
        } catch (QubesException e) {
            return "";
        }
    }

    /** The process of the GUI daemon that runs for a domain; null if there is none. */
    @Nullable
    Long pidOfDaemon(int domainId) {
        Path mark = around.paths().real("/var/run/qubes/guid-running." + domainId);
        try {
            String text = Files.readString(mark, StandardCharsets.ISO_8859_1).strip();
            return text.matches("[1-9][0-9]{0,9}") ? Long.valueOf(text) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
