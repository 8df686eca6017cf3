package org.qubestools.cli.tool;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a store after the changes that a test expects; everything else is as it was, byte for byte. */
record ExpectedStore(String text) {
    /** A store as it is. */
    static ExpectedStore of(String text) {
        return new ExpectedStore(text);
    }

    static ExpectedStore small() {
        return new ExpectedStore(StoreTree.smallStore());
    }

    /** The store with one attribute of one VM changed. */
    ExpectedStore with(String vm, String attribute, String value) {
        return replacing("(<[^>]* name=\"" + vm + "\"[^>]*>)", attribute, value);
    }

    /** The store with one attribute of its root changed. */
    ExpectedStore withGlobal(String attribute, String value) {
        return replacing("(<QubesVmCollection[^>]*>)", attribute, value);
    }

    /** The store with an attribute added at the end of a VM's. */
    ExpectedStore withNew(String vm, String attribute, String value) {
        String element = element(vm);
        String longer = element.replaceFirst("/>$", " " + attribute + "=\"" + Matcher.quoteReplacement(value) + "\"/>");
        return new ExpectedStore(text.replace(element, longer));
    }

    /** The store without a VM and the white space before it. */
    ExpectedStore without(String vm) {
        return new ExpectedStore(text.replace("\n  " + element(vm), ""));
    }

    /** The element of a VM. */
    String element(String vm) {
        return found("(<[^>]* name=\"" + vm + "\"[^>]*>)").group(1);
    }

    /** The value of an attribute of a VM; fails if it is absent. */
    String value(String vm, String attribute) {
        Matcher matcher = Pattern.compile(" " + attribute + "=\"([^\"]*)\"").matcher(element(vm));
        if (!matcher.find()) {
            throw new AssertionError("no attribute " + attribute + " of " + vm);
        }
        return matcher.group(1);
    }

    private ExpectedStore replacing(String elementPattern, String attribute, String value) {
        String element = found(elementPattern).group(1);
        Matcher matcher =
                Pattern.compile("(?<= " + attribute + "=\")[^\"]*(?=\")").matcher(element);
        if (!matcher.find()) {
            throw new AssertionError("no attribute " + attribute + " in " + element);
        }
        String changed = matcher.replaceFirst(Matcher.quoteReplacement(value));
        return new ExpectedStore(text.replace(element, changed));
    }

    private Matcher found(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("not in the store: " + pattern);
        }
        return matcher;
    }
}
