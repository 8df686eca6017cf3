package org.qubestools.cli.qubesdb;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qubestools.cli.frame.ExitCode;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.option.Opt;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.cli.option.Usage;
import org.qubestools.cli.output.Json;
import org.qubestools.qubesdb.Message;
import org.qubestools.qubesdb.MessageCodec;
import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.QubesDbClient;
import org.qubestools.qubesdb.QubesDbClient.Answer;
import org.qubestools.qubesdb.QubesDbException;
import org.qubestools.qubesdb.QubesDbOptions;
import org.qubestools.qubesdb.QubesDbRefusedException;
import org.qubestools.qubesdb.SafePath;

/** One run of a command: the connection, what it prints, and which paths failed. */
final class DbRun implements AutoCloseable {
    /** Release whose codes {@code --compat} asks for. */
    private static final int RELEASE_3 = 3;

    private static final int MISSING = 2;

    private final ParsedArguments args;
    private final ToolContext ctx;
    private final DbOutput output;
    private final QubesDbClient client;
    private boolean failed;
    private boolean missed;

    /** Connects to nothing yet. */
    DbRun(ParsedArguments args, ToolContext ctx) {
        this.args = args;
        this.ctx = ctx;
        this.output = new DbOutput(ctx, args.has(DbOptions.RAW));
        QubesDbOptions options = QubesDbOptions.of(SocketFolder.of(ctx)).repeating(true, true);
        String domain = args.value(DbOptions.DOMAIN).orElse(null);
        this.client = domain == null ? QubesDbClient.local(options) : ofDomain(domain, options);
    }

    private static QubesDbClient ofDomain(String untrustedDomain, QubesDbOptions options) {
        try {
            return QubesDbClient.of(untrustedDomain, options);
        } catch (IllegalArgumentException e) {
            throw Usage.error("option '-d': " + e.getMessage());
        }
    }

    /** Runs the command and returns the exit code. */
    int carryOut(DbCommand command) throws InterruptedException {
        try {
            client.connect();
        } catch (QubesDbException e) {
            fail("disconnected", String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        }
        command.run(this);
        if (failed) {
            return ExitCode.FAILED;
        }
        boolean asOfRelease3 = args.value(DbOptions.COMPAT).orElse(0) == RELEASE_3;
        return !missed ? ExitCode.OK : asOfRelease3 ? ExitCode.FAILED : MISSING;
    }

    boolean has(Opt<Boolean> option) {
        return args.has(option);
    }

    @Nullable
    String value(Opt<String> option) {
        return args.value(option).orElse(null);
    }

    List<String> operands() {
        return args.operands();
    }

    QubesDbClient client() {
        return client;
    }

    DbOutput output() {
        return output;
    }

    ToolContext ctx() {
        return ctx;
    }

    // ---- requests

    /** The path of a word, as characters up to 255; null, and the word has failed, if nothing is to be sent for it. */
    @Nullable
    String sendable(String untrustedWord) {
        byte[] bytes = Words.bytes(untrustedWord);
        String path = Words.latin(bytes);
        if (!path.startsWith("/")) {
            fail("invalid-value", SafePath.of(path) + ": a path begins with '/'");
            return null;
        }
        if (bytes.length > MessageCodec.MAX_PATH) {
            fail(
                    "invalid-value",
                    SafePath.of(path) + ": a path has at most " + MessageCodec.MAX_PATH + " bytes, this one "
                            + bytes.length);
            return null;
        }
        return path;
    }

    /** Asks the daemon; null if that failed, which has been said then. */
    @Nullable
    Answer ask(MessageType type, String path, byte... data) throws InterruptedException {
        try {
            return client.exchange(Message.of(type, path, data));
        } catch (QubesDbException e) {
            fail(path, e);
            return null;
        }
    }

    /** Removes all keys; false if that failed, which has been said then. */
    boolean clear() throws InterruptedException {
        try {
            client.clear();
            return true;
        } catch (QubesDbException e) {
            fail("/", e);
            return false;
        }
    }

    // ---- what fails

    /** A path failed by this exception. */
    void fail(String path, QubesDbException reason) {
        boolean refused = reason instanceof QubesDbRefusedException;
        String text = String.valueOf(reason.getMessage());
        fail(refused ? "refused" : "disconnected", refused ? text : SafePath.of(path) + ": " + text);
    }

    /** A key is missing, where that is a failure. */
    void miss(String path) {
        missed = true;
        say("no-such-key", SafePath.of(path) + ": no such key", MISSING);
    }

    /** Something failed; goes on after that. {@code kind} as in docs/json.md. */
    void fail(String kind, String message) {
        failed = true;
        say(kind, message, ExitCode.FAILED);
    }

    private void say(String kind, String message, int code) {
        if (has(DbOptions.QUIET)) {
            return;
        }
        if (!ctx.isJson()) {
            ctx.note(message);
            return;
        }
        try (Json line = Json.line(ctx.err())) {
            line.beginObject().field("type", "error").field("kind", kind).field("message", message);
            line.field("hint", (String) null).field("exit", code).end();
        }
    }

    /** Says something about the connection that is no failure. */
    void note(String message) {
        if (!has(DbOptions.QUIET)) {
            ctx.note(message);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
