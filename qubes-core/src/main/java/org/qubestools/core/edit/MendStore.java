package org.qubestools.core.edit;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.Attribute;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.SecondDom0;

/**
 * Puts other texts in the place of unusable ones, and links in the place of wrong ones, and takes out a second dom0 that
 * says nothing of its own. It is for repairs, which know
 * that the new text means what counts already or what counted before the damage: no property is checked, no hook is
 * told, and it is allowed while problems forbid other changes.
 */
public record MendStore(List<TextEdit> texts, List<LinkEdit> links, List<SecondDom0Removal> removals)
        implements Change {
    /** {@link TextEdit#key} of the root element, which no VM has. */
    public static final int GLOBALS = -2;

    /**
     * One attribute that gets another text.
     *
     * @param key of the VM, or {@link #GLOBALS}
     * @param name of the VM, for messages
     * @param before what stands there now, null for nothing; if it is something else the edit is refused
     * @param after null to take the attribute out, which only attributes of the format can be
     */
    public record TextEdit(
            int key,
            String name,
            String attribute,
            @Nullable String before,
            @Nullable String after) {}

    /**
     * One symbolic link that is made or replaced.
     *
     * @param path as users know it
     */
    public record LinkEdit(String path, String target) {}

    /**
     * A second element for dom0 that goes. No other VM is ever taken out by a repair.
     *
     * @param key of the element
     */
    public record SecondDom0Removal(int key) {}

    public MendStore {
        texts = List.copyOf(texts);
        links = List.copyOf(links);
        removals = List.copyOf(removals);
    }

    @Override
    public boolean mendsStore() {
        return true;
    }

    @Override
    public void apply(Draft draft) {
        for (TextEdit edit : texts) {
            if (edit.key() == GLOBALS) {
                global(draft, edit);
            } else {
                vm(draft, edit);
            }
        }
        for (SecondDom0Removal removal : removals) {
            remove(draft, removal.key());
        }
        for (LinkEdit link : links) {
            Path real = draft.real(link.path());
            draft.files().link(real, link.target());
        }
    }

    private static void global(Draft draft, TextEdit edit) {
        Globals.Key key = Globals.Key.of(edit.attribute());
        if (key == null || edit.after() == null) {
            throw new IllegalArgumentException("no global that could get this text: " + edit.attribute());
        }
        requireSame(edit, draft.vms().rootAttributes().get(key.xmlName()));
        draft.replaceAll(draft.vms().withGlobalText(key, edit.after()));
    }

    private static void vm(Draft draft, TextEdit edit) {
        QubesVm vm = draft.vms().findKey(edit.key());
        requireSame(edit, vm == null ? null : vm.attributes().get(edit.attribute()));
        if (vm != null) {
            draft.replaceAll(draft.vms().with(changed(vm, edit.attribute(), edit.after())));
        }
    }

    private static void remove(Draft draft, int key) {
        QubesVm vm = draft.vms().findKey(key);
        if (vm == null
                || !SecondDom0.is(draft.vms(), vm)
                || !SecondDom0.saysMore(draft.vms(), vm).isEmpty()) {
            throw changedMeanwhile("at the second dom0");
        }
        draft.remove(vm);
    }

    private static QubesException changedMeanwhile(String where) {
        return new QubesException(
                ErrorKind.WRONG_STATE, "the store was changed since it was examined, " + where, "run it again");
    }

    /** The VM with this text, or without the attribute. */
    public static QubesVm changed(QubesVm vm, String attribute, @Nullable String text) {
        if (text != null) {
            return vm.withText(attribute, text);
        }
        Attribute<?> known = Attributes.named(attribute);
        if (known == null) {
            throw new IllegalArgumentException("no attribute of the format: " + attribute);
        }
        return vm.without(known);
    }

    private static void requireSame(TextEdit edit, @Nullable String now) {
        if (!Objects.equals(now, edit.before())) {
            throw changedMeanwhile("at '" + edit.name() + "', " + edit.attribute());
        }
    }
}
