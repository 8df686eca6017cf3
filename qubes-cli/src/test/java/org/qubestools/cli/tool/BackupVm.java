package org.qubestools.cli.tool;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.qubestools.cli.ServiceHost;

/** A VM with the two backup services, as the original agents speak: it stores one backup and sends parts of it. */
final class BackupVm {
    private static final int BLOCK = 512;
    private static final int EDQUOT = 122;
    private static final int REGULAR = 0100600;

    private final List<String> lines = new ArrayList<>();
    private byte[] stored = new byte[0];
    private boolean ignoresSlash;
    private int exit;
    private String words = "";

    BackupVm(ServiceHost host, String name) {
        host.vms().with(name, "qubes.Backup", this::backup).with(name, "qubes.Restore", this::restore);
    }

    /** Ends every call with this status and these words, after all data. */
    BackupVm failing(int status, String text) {
        exit = status;
        words = text;
        return this;
    }

    /** Sends vm20 too when it is asked for {@code vm2/}. */
    BackupVm ignoringSlashes() {
        ignoresSlash = true;
        return this;
    }

    BackupVm holding(byte[] backup) {
        stored = backup.clone();
        return this;
    }

    byte[] stored() {
        return stored.clone();
    }

    /** The lines of text that the services were given. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    private int backup(InputStream input, OutputStream output, OutputStream errors) throws IOException {
        lines.add(line(input));
        output.write(new byte[100_000]); // progress
        stored = input.readAllBytes();
        errors.write(words.getBytes(StandardCharsets.UTF_8));
        return exit;
    }

    int restore(InputStream input, OutputStream output, OutputStream errors) throws IOException {
        lines.add(line(input));
        String names = line(input);
        lines.add(names);
        CheckedOutputStream sum = new CheckedOutputStream(output, new CRC32());
        try {
            send(List.of((ignoresSlash ? names.replace("/", "") : names).split(" ")), sum);
        } catch (IOException e) {
            return answer(input).getInt(0) == EDQUOT ? 0 : 1;
        }
        ByteBuffer answer = answer(input);
        boolean good = answer.getInt(0) == EDQUOT
                || (answer.getInt(0) == 0
                        && answer.getLong(8) == sum.getChecksum().getValue());
        errors.write(words.getBytes(StandardCharsets.UTF_8));
        return good ? exit : 1;
    }

    private void send(List<String> prefixes, OutputStream out) throws IOException {
        Set<String> found = new HashSet<>();
        int at = 0;
        while (at < stored.length) {
            if (stored[at] == 0) { // each member is an archive of its own
                at += BLOCK;
                continue;
            }
            String name = text(at, 100);
            int size = Integer.parseInt(text(at + 124, 11).strip(), 8);
            String match =
                    prefixes.stream().filter(name::startsWith).findFirst().orElse("");
            if (!match.isEmpty()) {
                found.add(match);
                entry(out, name, size);
                out.write(stored, at + BLOCK, size);
            } else if (found.size() == prefixes.size()) {
                break;
            }
            at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
        }
        out.write(new byte[32]);
        out.flush();
    }

    /** The start of a regular file in the stream of file copy. */
    static void entry(OutputStream out, String name, long size) throws IOException {
        byte[] bytes = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        out.write(header.putInt(bytes.length).putInt(REGULAR).putLong(size).array());
        out.write(bytes);
    }

    private String text(int at, int most) {
        int end = at;
        while (end < at + most && stored[end] != 0) {
            end++;
        }
        return new String(stored, at, end - at, StandardCharsets.US_ASCII);
    }

    private static ByteBuffer answer(InputStream in) throws IOException {
        byte[] fixed = new DataInputStream(in).readNBytes(20);
        if (fixed.length < 20) {
            throw new IOException("no answer");
        }
        ByteBuffer answer = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN);
        in.readNBytes(answer.getInt(16));
        return answer;
    }

    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
