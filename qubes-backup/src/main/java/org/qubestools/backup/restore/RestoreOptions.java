package org.qubestools.backup.restore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Pools;

/**
 * What the user wants of a restore. Names are of VMs in the backup unless said otherwise; one that no VM has does no
 * harm.
 *
 * @param names VMs to restore, {@code dom0} for the home; empty for all
 * @param excludes VMs to leave out, even if they are among {@code names}
 * @param skipBroken leave out VMs whose template or netvm is missing
 * @param ignoreMissing use the host's defaults for a missing template or netvm; goes before {@code skipBroken}
 * @param skipConflicting leave out VMs whose name is taken on the host
 * @param renameConflicting give a free name to VMs whose name is taken on the host
 * @param renames new names of VMs; they go before {@code prefix}
 * @param prefix put before the names of all other VMs; empty for none
 * @param templates templates to use in place of others; the replacing one may be on the host
 * @param netvms the same for netvms; {@code none} and {@code default} may replace one
 * @param skipDom0Home leave out the home of the dom0 user
 * @param ignoreUsernameMismatch restore the home although it belongs to a user of another name
 * @param verifyOnly nothing will be changed, so the host's VMs do not matter
 * @param paranoid take over only properties that cannot harm
 * @param pool storage pool of the new VMs
 */
public record RestoreOptions(
        List<String> names,
        List<String> excludes,
        boolean skipBroken,
        boolean ignoreMissing,
        boolean skipConflicting,
        boolean renameConflicting,
        Map<String, String> renames,
        String prefix,
        Map<String, String> templates,
        Map<String, String> netvms,
        boolean skipDom0Home,
        boolean ignoreUsernameMismatch,
        boolean verifyOnly,
        boolean paranoid,
        String pool) {
    /** In place of a netvm: no network. */
    public static final String NO_NETVM = "none";

    /** In place of a netvm: the default one of the host. */
    public static final String DEFAULT_NETVM = "default";

    public RestoreOptions {
        names = List.copyOf(names);
        excludes = List.copyOf(excludes);
        renames = Map.copyOf(renames);
        templates = Map.copyOf(templates);
        netvms = Map.copyOf(netvms);
    }

    /** Everything in the backup, with no answer to any conflict. */
    public static RestoreOptions all() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; each may be given in any order. */
    public static final class Builder {
        private final List<String> names = new ArrayList<>();
        private final List<String> excludes = new ArrayList<>();
        private final Map<String, String> renames = new HashMap<>();
        private final Map<String, String> templates = new HashMap<>();
        private final Map<String, String> netvms = new HashMap<>();
        private boolean skipBroken;
        private boolean ignoreMissing;
        private boolean skipConflicting;
        private boolean renameConflicting;
        private boolean skipDom0Home;
        private boolean ignoreUsernameMismatch;
        private boolean verifyOnly;
        private boolean paranoid;
        private String prefix = "";
        private String pool = Pools.DEFAULT;

        private Builder() {}

        public Builder names(List<String> wanted) {
            names.addAll(wanted);
            return this;
        }

        public Builder excludes(List<String> unwanted) {
            excludes.addAll(unwanted);
            return this;
        }

        public Builder skipBroken(boolean on) {
            skipBroken = on;
            return this;
        }

        public Builder ignoreMissing(boolean on) {
            ignoreMissing = on;
            return this;
        }

        public Builder skipConflicting(boolean on) {
            skipConflicting = on;
            return this;
        }

        public Builder renameConflicting(boolean on) {
            renameConflicting = on;
            return this;
        }

        /** Takes {@code OLD:NEW}; USAGE if it is not of that form or OLD has another new name already. */
        public Builder rename(String untrustedPair) {
            put(renames, "new name", untrustedPair);
            return this;
        }

        public Builder prefix(String untrustedText) {
            prefix = untrustedText;
            return this;
        }

        /** Takes {@code OLD:NEW}; USAGE if it is not of that form or OLD is replaced by another one already. */
        public Builder mapTemplate(String untrustedPair) {
            put(templates, "template", untrustedPair);
            return this;
        }

        /** As {@link #mapTemplate}; NEW may be {@code none} or {@code default}. */
        public Builder mapNetvm(String untrustedPair) {
            put(netvms, "netvm", untrustedPair);
            return this;
        }

        public Builder skipDom0Home(boolean on) {
            skipDom0Home = on;
            return this;
        }

        public Builder ignoreUsernameMismatch(boolean on) {
            ignoreUsernameMismatch = on;
            return this;
        }

        public Builder verifyOnly(boolean on) {
            verifyOnly = on;
            return this;
        }

        public Builder paranoid(boolean on) {
            paranoid = on;
            return this;
        }

        public Builder pool(String untrustedName) {
            pool = untrustedName;
            return this;
        }

        private static void put(Map<String, String> pairs, String what, String untrusted) {
            // The last colon: what stands before it must match exactly, so a name with a colon can be told apart.
            int colon = untrusted.lastIndexOf(':');
            if (colon <= 0 || colon == untrusted.length() - 1) {
                throw new QubesException(
                        ErrorKind.USAGE,
                        what + " to put in place of another: '" + SafeText.of(untrusted) + "' is not OLD:NEW",
                        "separate the two names by ':' or '='");
            }
            String old = untrusted.substring(0, colon);
            String now = untrusted.substring(colon + 1);
            String before = pairs.putIfAbsent(old, now);
            if (before != null && !before.equals(now)) {
                throw new QubesException(
                        ErrorKind.USAGE,
                        what + " in place of '" + SafeText.of(old) + "' is given twice, as '" + SafeText.of(before)
                                + "' and as '" + SafeText.of(now) + "'",
                        "give it once");
            }
        }

        public RestoreOptions build() {
            return new RestoreOptions(
                    names,
                    excludes,
                    skipBroken,
                    ignoreMissing,
                    skipConflicting,
                    renameConflicting,
                    renames,
                    prefix,
                    templates,
                    netvms,
                    skipDom0Home,
                    ignoreUsernameMismatch,
                    verifyOnly,
                    paranoid,
                    pool);
        }
    }
}
