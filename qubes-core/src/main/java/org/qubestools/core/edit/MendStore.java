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

/**
 * Puts other texts in the place of unusable ones, and links in the place of wrong ones. It is for repairs, which know
 * that the new text means what counts already or what counted before the damage: no property is checked, no hook is
 * told, and it is allowed while problems forbid other changes.
 */
public record MendStore(List<TextEdit> texts, List<LinkEdit> links) implements Change {
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

    public MendStore {
        texts = List.copyOf(texts);
        links = List.copyOf(links);
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
            throw new QubesException(
                    ErrorKind.WRONG_STATE,
                    "the store was changed since it was examined, at '" + edit.name() + "', " + edit.attribute(),
                    "run it again");
        }
    }
}
