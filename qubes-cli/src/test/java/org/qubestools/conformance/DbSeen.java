package org.qubestools.conformance;

import org.qubestools.qubesdb.MessageType;
import org.qubestools.qubesdb.SafePath;

/**
 * What arrives on a connection: a message, its end, or nothing for a while.
 *
 * @param type on the wire, or less than 0 if it is no message
 * @param path up to the NUL
 * @param data in hex
 */
record DbSeen(int type, String path, String data) {
    static final DbSeen END = new DbSeen(-1, "", "");
    static final DbSeen NOTHING = new DbSeen(-2, "", "");

    static DbSeen message(int type, String path, String data) {
        return new DbSeen(type, path, data);
    }

    boolean is(MessageType wanted) {
        return type == wanted.number();
    }

    @Override
    public String toString() {
        if (type < 0) {
            return equals(END) ? "the end" : "nothing";
        }
        String name = MessageType.of(type).map(Enum::name).orElse("type " + type);
        String shown = data.length() > 40 ? data.length() / 2 + " bytes" : data;
        return name + " '" + SafePath.of(path) + "' [" + shown + "]";
    }
}
