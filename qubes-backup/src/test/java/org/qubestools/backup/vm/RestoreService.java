package org.qubestools.backup.vm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.qubestools.core.runtime.FakeQrexecClient;

/**
 * The service {@code qubes.Restore} with the quirks of the original: it compares prefixes, counts a wanted name as found
 * with the first match, stops at the first member that matches none once all were found, and sends each directory once.
 */
final class RestoreService implements FakeQrexecClient.Service {
    private static final int EDQUOT = 122;

    private final Map<String, byte[]> members = new LinkedHashMap<>();
    private final List<String> requests = new ArrayList<>();
    private boolean directoriesAgain;
    private boolean ignoresSlash;

    RestoreService member(String name, String content) {
        return member(name, CopyStream.ascii(content));
    }

    RestoreService member(String name, byte[] content) {
        members.put(name, content);
        return this;
    }

    /** Sends a directory before each of its files. */
    RestoreService directoriesAgain() {
        directoriesAgain = true;
        return this;
    }

    /** Sends vm20 although it was asked for {@code vm2/}. */
    RestoreService ignoringSlashes() {
        ignoresSlash = true;
        return this;
    }

    /** Each call's two lines, joined by a bar. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public int run(InputStream input, OutputStream output, OutputStream errors) throws IOException {
        String location = readLine(input);
        String names = readLine(input);
        requests.add(location + "|" + names);
        CheckedOutputStream sum = new CheckedOutputStream(output, new CRC32());
        try {
            send(List.of((ignoresSlash ? names.replace("/", "") : names).split(" ")), sum);
        } catch (IOException e) {
            return ReceivedAnswer.read(input).error() == EDQUOT ? 0 : 1;
        }
        ReceivedAnswer answer = ReceivedAnswer.read(input);
        boolean good =
                answer.error() == EDQUOT || answer.crc() == sum.getChecksum().getValue();
        errors.write(CopyStream.ascii(good ? "" : "checksum mismatch"));
        return good && (answer.error() == 0 || answer.error() == EDQUOT) ? 0 : 1;
    }

    private void send(List<String> prefixes, OutputStream out) throws IOException {
        Set<String> found = new HashSet<>();
        Set<String> sentDirectories = new HashSet<>();
        for (Map.Entry<String, byte[]> member : members.entrySet()) {
            String name = member.getKey();
            String match =
                    prefixes.stream().filter(name::startsWith).findFirst().orElse("");
            if (!match.isEmpty()) {
                found.add(match);
                CopyStream entries = new CopyStream();
                for (int i = name.indexOf('/'); i >= 0; i = name.indexOf('/', i + 1)) {
                    if (sentDirectories.add(name.substring(0, i)) || directoriesAgain) {
                        entries.directory(name.substring(0, i));
                    }
                }
                out.write(entries.file(name, member.getValue()).bytes());
            } else if (found.size() == prefixes.size()) {
                break;
            }
        }
        out.write(new CopyStream().end().bytes());
        out.flush();
    }

    static String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
