package org.qubestools.backup.build;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An outer archive, member by member. */
public final class OuterTar {
    private static final int RECORD = 10240;

    private final List<Member> members = new ArrayList<>();

    /** A name and the bytes of its member. */
    public static final class Member {
        private final String name;
        private final byte[] content;

        public Member(String name, byte[] content) {
            this.name = name;
            this.content = content;
        }

        public String name() {
            return name;
        }

        public byte[] content() {
            return content;
        }

        public Member named(String other) {
            return new Member(other, content);
        }

        /** With its pax header and padded to a full record, as the originals write it. */
        public byte[] bytes() {
            byte[] pax = InnerTar.records("mtime", "1448000000.5", "atime", "1448000000.25");
            InnerTar tar = new InnerTar()
                    .raw(TarHeader.ustar("./PaxHeaders.77/" + name).type('x').size(pax.length))
                    .data(pax)
                    .raw(TarHeader.ustar(name).size(content.length))
                    .data(content);
            int length = tar.open().length;
            return Arrays.copyOf(tar.open(), (length + RECORD - 1) / RECORD * RECORD);
        }

        /** Header and content, padded to a block and nothing more. */
        public byte[] bare() {
            return new InnerTar()
                    .raw(TarHeader.ustar(name).size(content.length))
                    .data(content)
                    .open();
        }
    }

    public OuterTar() {}

    public OuterTar(List<Member> members) {
        this.members.addAll(members);
    }

    public OuterTar add(String name, byte[] content) {
        return add(new Member(name, content));
    }

    public OuterTar add(Member member) {
        members.add(member);
        return this;
    }

    /** The list itself, for changes. */
    public List<Member> members() {
        return members;
    }

    public int indexOf(String name) {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("no member " + name);
    }

    public OuterTar without(String name) {
        members.remove(indexOf(name));
        return this;
    }

    public OuterTar renamed(String from, String to) {
        int index = indexOf(from);
        members.set(index, members.get(index).named(to));
        return this;
    }

    public OuterTar replaced(String name, byte[] content) {
        members.set(indexOf(name), new Member(name, content));
        return this;
    }

    public OuterTar before(String name, Member added) {
        members.add(indexOf(name), added);
        return this;
    }

    /** Flips the last bit of this byte of a member, counted from its end if negative. */
    public OuterTar flipped(String name, int at) {
        byte[] content = members.get(indexOf(name)).content().clone();
        content[at < 0 ? content.length + at : at] ^= 1;
        return replaced(name, content);
    }

    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        members.forEach(member -> out.writeBytes(member.bytes()));
        return out.toByteArray();
    }

    /** Members follow each other directly; two zero blocks at the end. */
    public byte[] bare() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        members.forEach(member -> out.writeBytes(member.bare()));
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }
}
