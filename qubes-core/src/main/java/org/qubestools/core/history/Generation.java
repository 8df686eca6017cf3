package org.qubestools.core.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.io.FlatJson;
import org.qubestools.core.io.JsonText;
import org.qubestools.core.model.StoreDifference;
import org.qubestools.core.model.StoreDifference.AttributeChange;
import org.qubestools.core.model.StoreDifference.VmChange;

/**
 * What is recorded of one change of the store.
 *
 * @param number from 1 on
 * @param time of the save, or when a foreign change was seen; seconds since 1970
 * @param author of the change; not known of a foreign one
 * @param foreign true if the store was changed by something else than these tools
 * @param before {@link ContentMark} of the store before the change; empty if not known
 * @param after the same behind it
 * @param globals attributes of the root element that changed
 * @param vms VMs that changed
 */
public record Generation(
        int number,
        long time,
        Author author,
        boolean foreign,
        String before,
        String after,
        List<String> globals,
        List<VmNote> vms) {
    private static final int MAX_NUMBER_DIGITS = 18;

    /**
     * One VM that changed.
     *
     * @param change added, removed or changed
     * @param name before the change, of an added VM its first
     * @param attributes that changed; empty for an added or removed VM
     */
    public record VmNote(String change, int qid, String name, List<String> attributes) {
        public VmNote {
            attributes = List.copyOf(attributes);
        }
    }

    public Generation {
        globals = List.copyOf(globals);
        vms = List.copyOf(vms);
    }

    static List<String> globalsOf(StoreDifference difference) {
        return names(difference.globals());
    }

    static List<VmNote> vmsOf(StoreDifference difference) {
        List<VmNote> notes = new ArrayList<>();
        for (VmChange vm : difference.vms()) {
            List<String> attributes =
                    vm.kind() == StoreDifference.Kind.CHANGED ? names(vm.attributes()) : List.<String>of();
            notes.add(new VmNote(vm.kind().name().toLowerCase(Locale.ROOT), vm.qid(), vm.name(), attributes));
        }
        return notes;
    }

    private static List<String> names(List<AttributeChange> changes) {
        List<String> names = new ArrayList<>();
        for (AttributeChange change : changes) {
            names.add(change.attribute());
        }
        return names;
    }

    /** The text of the record: JSON on one line. */
    String json() {
        Map<String, @Nullable Object> record = new LinkedHashMap<>();
        record.put("generation", number);
        record.put("time", time);
        record.put("user", author.user());
        record.put("command", author.command());
        record.put("foreign", foreign);
        record.put("before", before);
        record.put("after", after);
        record.put("globals", globals);
        List<Object> list = new ArrayList<>();
        for (VmNote vm : vms) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("change", vm.change());
            entry.put("qid", vm.qid());
            entry.put("name", vm.name());
            entry.put("attributes", vm.attributes());
            list.add(entry);
        }
        record.put("vms", list);
        return JsonText.of(record) + "\n";
    }

    /**
     * The record of this number from its text.
     *
     * @throws FlatJson.Malformed if it is none
     */
    static Generation read(int number, String untrusted) throws FlatJson.Malformed {
        Map<?, ?> record = map(FlatJson.readTree(untrusted));
        List<VmNote> vms = new ArrayList<>();
        for (Object element : list(record.get("vms"))) {
            Map<?, ?> vm = map(element);
            vms.add(new VmNote(
                    text(vm.get("change")),
                    (int) number(vm.get("qid")),
                    text(vm.get("name")),
                    texts(vm.get("attributes"))));
        }
        return new Generation(
                number,
                number(record.get("time")),
                new Author(texts(record.get("command")), text(record.get("user"))),
                "true".equals(record.get("foreign")),
                text(record.get("before")),
                text(record.get("after")),
                texts(record.get("globals")),
                vms);
    }

    private static Map<?, ?> map(@Nullable Object value) throws FlatJson.Malformed {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new FlatJson.Malformed("an object is missing");
    }

    private static List<?> list(@Nullable Object value) throws FlatJson.Malformed {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new FlatJson.Malformed("a list is missing");
    }

    private static List<String> texts(@Nullable Object value) throws FlatJson.Malformed {
        List<String> texts = new ArrayList<>();
        for (Object element : list(value)) {
            texts.add(text(element));
        }
        return texts;
    }

    private static String text(@Nullable Object value) throws FlatJson.Malformed {
        if (value instanceof String text) {
            return text;
        }
        throw new FlatJson.Malformed("a text is missing");
    }

    private static long number(@Nullable Object value) throws FlatJson.Malformed {
        String text = text(value);
        boolean digits = !text.isEmpty() && text.length() <= MAX_NUMBER_DIGITS;
        for (int i = text.startsWith("-") ? 1 : 0; i < text.length(); i++) {
            digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        if (!digits || text.equals("-")) {
            throw new FlatJson.Malformed("a number is missing");
        }
        return Long.parseLong(text);
    }
}
