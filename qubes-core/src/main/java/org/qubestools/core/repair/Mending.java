package org.qubestools.core.repair;

import java.util.List;
import org.qubestools.core.edit.MendStore.LinkEdit;
import org.qubestools.core.edit.MendStore.SecondDom0Removal;
import org.qubestools.core.edit.MendStore.TextEdit;
import org.qubestools.core.io.SafeText;

/**
 * A safe change for one problem: it gives nobody more than counts already or counted before the damage, and takes no
 * file away.
 *
 * @param code of the problem
 * @param about as in the {@link Finding}
 * @param text what is done, one clause, safe to print
 */
public record Mending(
        String code,
        String about,
        String text,
        List<TextEdit> texts,
        List<LinkEdit> links,
        List<SecondDom0Removal> removals,
        List<AccessEdit> access) {
    public Mending {
        texts = List.copyOf(texts);
        links = List.copyOf(links);
        removals = List.copyOf(removals);
        access = List.copyOf(access);
    }

    /** True if this is the change for that finding. */
    public boolean mends(Finding finding) {
        if (!code.equals(finding.code()) || !about.equals(finding.about())) {
            return false;
        }
        return access.isEmpty()
                ? texts.isEmpty()
                        || texts.get(0).attribute().equals(finding.place().attribute())
                : SafeText.of(access.get(0).path()).equals(finding.place().path());
    }

    static Mending ofTexts(String code, String about, String text, List<TextEdit> edits) {
        return new Mending(code, about, text, edits, List.of(), List.of(), List.of());
    }

    static Mending ofSecondDom0(String code, String about, String text, SecondDom0Removal removal) {
        return new Mending(code, about, text, List.of(), List.of(), List.of(removal), List.of());
    }

    static Mending ofLink(String code, String about, String text, LinkEdit link) {
        return new Mending(code, about, text, List.of(), List.of(link), List.of(), List.of());
    }

    static Mending ofAccess(Finding finding, AccessEdit change) {
        return new Mending(
                finding.code(), finding.about(), change.describe(), List.of(), List.of(), List.of(), List.of(change));
    }
}
