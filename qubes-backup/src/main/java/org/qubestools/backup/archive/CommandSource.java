package org.qubestools.backup.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.PipedProcess;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.io.Subprocess;

/** The archive that a command of the user's prints; a status other than 0 is told as a rejection, or with the damage. */
public final class CommandSource implements MemberSource {
    private static final int BROKEN_PIPE = 128 + 13;

    private final String command;
    private final PipedProcess process;
    private final MemberSource members;
    private final Consumer<String> rejections;
    private boolean ended;

    /** Starts the command in a shell, as the user typed it. See {@link OuterTarReader} for the consumers. */
    public CommandSource(String command, Consumer<String> rejections, Consumer<String> warnings) {
        this.command = command;
        this.rejections = rejections;
        this.process = Subprocess.of("/bin/sh", "-c", command).startPiped();
        this.members = ArchiveFile.ofStream(process.output(), rejections, warnings);
    }

    @Override
    public void select(List<String> directories, long bytes) {
        members.select(directories, bytes);
    }

    @Override
    public void expect(Predicate<String> names) {
        members.expect(names);
    }

    @Override
    public @Nullable Member next() throws IOException {
        Member member = members.next();
        if (member == null && !ended) {
            ended = true;
            process.output().transferTo(OutputStream.nullOutputStream());
            failure().ifPresent(rejections);
        }
        return member;
    }

    /** A command that failed cuts the archive; its own words say more than that. */
    @Override
    public Optional<String> lastWords() {
        try {
            process.output().close();
        } catch (IOException e) {
            return Optional.of("closing the pipe failed: " + IoReason.of(e));
        }
        return failure();
    }

    /** Waits for the end; what was said if that was no good one. Being stopped by us is no failure. */
    private Optional<String> failure() {
        int status = process.awaitExit();
        if (status == 0 || (!ended && status == BROKEN_PIPE)) {
            return Optional.empty();
        }
        String said = process.untrustedErrors().strip();
        return Optional.of("the command '" + SafeText.of(command) + "' failed with status " + status
                + (said.isEmpty() ? "" : ": " + SafeText.of(said)));
    }

    @Override
    public void close() {
        process.close();
    }
}
