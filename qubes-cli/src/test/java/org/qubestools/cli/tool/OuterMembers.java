package org.qubestools.cli.tool;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.qubestools.fixtures.Fixtures;

/**
 * The members of the outer archive of a sample, taken apart and put together by nothing of ours, to be changed on the
 * way. Whoever knows the passphrase can change a chunk of format 2 or 3 so that it stays authentic.
 */
final class OuterMembers {
    private static final String HMAC = ".hmac";
    private static final String PASSPHRASE = "correct horse battery staple";
    private static final int BLOCK = 512;

    private final List<Member> members = new ArrayList<>();

    /** A name and what is stored under it. */
    private static final class Member {
        private final String name;
        private final byte[] content;

        Member(String name, byte[] content) {
            this.name = name;
            this.content = content;
        }
    }

    /** Those of an archive. */
    static OuterMembers of(byte[] archive) {
        OuterMembers made = new OuterMembers();
        int at = 0;
        while (at < archive.length) {
            int size = archive[at] == 0 ? 0 : octal(archive, at + 124);
            if (archive[at] != 0 && archive[at + 156] == '0') {
                made.add(text(archive, at), Arrays.copyOfRange(archive, at + BLOCK, at + BLOCK + size));
            }
            at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
        }
        return made;
    }

    static OuterMembers ofSample(String name) {
        return of(Fixtures.bytes("backups/" + name + ".backup"));
    }

    private static int octal(byte[] archive, int at) {
        return Integer.parseInt(text(archive, at).strip(), 8);
    }

    private static String text(byte[] archive, int at) {
        int end = at;
        while (archive[end] != 0) {
            end++;
        }
        return new String(archive, at, end - at, StandardCharsets.US_ASCII);
    }

    /** Puts one more at the end. */
    OuterMembers add(String name, byte[] content) {
        members.add(new Member(name, content));
        return this;
    }

    List<String> names() {
        return members.stream().map(member -> member.name).toList();
    }

    byte[] content(String name) {
        return members.get(names().indexOf(name)).content.clone();
    }

    /** Without a chunk and what authenticates it. */
    OuterMembers without(String chunk) {
        members.removeIf(member -> member.name.equals(chunk) || member.name.equals(chunk + HMAC));
        return this;
    }

    /** With a chunk and what authenticates it a second time, directly behind the first. */
    OuterMembers doubled(String chunk) {
        int behind = names().indexOf(chunk + HMAC) + 1;
        members.addAll(behind, List.copyOf(members.subList(behind - 2, behind)));
        return this;
    }

    /** With one bit of a member changed; nothing else knows of it. */
    OuterMembers damaged(String name) {
        int index = names().indexOf(name);
        byte[] content = members.get(index).content.clone();
        content[content.length / 2] ^= 1;
        members.set(index, new Member(name, content));
        return this;
    }

    /** With other content in a chunk of format 2 or 3, authentic by this digest of the JDK. */
    OuterMembers sealed(String chunk, String algorithm, UnaryOperator<byte[]> change) {
        byte[] content = change.apply(content(chunk));
        members.set(names().indexOf(chunk), new Member(chunk, content));
        members.set(names().indexOf(chunk + HMAC), new Member(chunk + HMAC, hmac(algorithm, content)));
        return this;
    }

    /** As {@link #sealed} for all chunks. */
    OuterMembers allSealed(String algorithm, UnaryOperator<byte[]> change) {
        names().stream().filter(name -> name.matches(".*\\.\\d+")).forEach(chunk -> sealed(chunk, algorithm, change));
        return this;
    }

    /** Cuts a file of format 3 into chunks of another size. */
    OuterMembers recut(String path, int size) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        List<String> chunks = names().stream()
                .filter(name -> name.matches(java.util.regex.Pattern.quote(path) + "\\.\\d+"))
                .toList();
        int index = names().indexOf(chunks.get(0));
        chunks.forEach(chunk -> whole.writeBytes(content(chunk)));
        chunks.forEach(this::without);
        byte[] stream = whole.toByteArray();
        List<Member> made = new ArrayList<>();
        for (int at = 0; at < stream.length; at += size) {
            byte[] part = Arrays.copyOfRange(stream, at, Math.min(stream.length, at + size));
            String name = String.format("%s.%03d", path, at / size);
            made.add(new Member(name, part));
            made.add(new Member(name + HMAC, hmac("HmacSHA512", part)));
        }
        members.addAll(index, made);
        return this;
    }

    private static byte[] hmac(String algorithm, byte[] content) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(PASSPHRASE.getBytes(StandardCharsets.UTF_8), algorithm));
            String hex = HexFormat.of().formatHex(mac.doFinal(content));
            return ("(stdin)= " + hex + "\n").getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] gzipped(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The archive again. */
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Member member : members) {
            out.writeBytes(header(member.name, '0', Map.of(124, member.content.length), "ustar\00000"));
            out.writeBytes(member.content);
            out.writeBytes(new byte[-member.content.length & (BLOCK - 1)]);
        }
        out.writeBytes(new byte[2 * BLOCK]);
        return out.toByteArray();
    }

    /** A header of tar with numbers of eleven octal digits at these places. */
    static byte[] header(String name, char type, Map<Integer, Integer> numbers, String magic) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name);
        put(block, 100, "0000600");
        numbers.forEach((at, number) -> put(block, at, String.format("%011o", number)));
        block[156] = (byte) type;
        put(block, 257, magic);
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, String.format("%06o\0 ", sum));
        return block;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
