package org.qubestools.core.edit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.SafeText;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.storage.PoolText;
import org.qubestools.core.storage.StorageConf;

/**
 * Adds, moves or removes storage pools in {@code /etc/qubes/storage.conf}. A pool that VMs are in stays as it is: their
 * files would be looked for elsewhere. Nothing of a removed pool is deleted from the disk.
 */
public record ChangePools(Action action, List<String> untrustedPools, String untrustedDirectory) implements Change {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");
    private static final int MODE = 0644;

    /** What happens to a pool. */
    public enum Action {
        ADD,
        MOVE,
        REMOVE
    }

    public ChangePools {
        untrustedPools = List.copyOf(untrustedPools);
    }

    @Override
    public void apply(Draft draft) {
        Path file = draft.real(StorageConf.FILE);
        PoolText before = StorageConf.text(file);
        PoolText after = before;
        for (String pool : untrustedPools) {
            after = switch (action) {
                case ADD -> after.adding(free(draft, pool), directory(draft));
                case MOVE -> after.moving(changeable(draft, pool), directory(draft));
                case REMOVE -> after.removing(changeable(draft, pool));
            };
        }
        if (!after.text().equals(before.text())) {
            Path parent = file.getParent();
            if (parent != null && !Files.isDirectory(parent)) {
                draft.files().directory(parent);
            }
            draft.files().write(file, after.text().getBytes(StandardCharsets.UTF_8), MODE);
        }
    }

    private static String free(Draft draft, String untrusted) {
        if (draft.pools().directory(untrusted) != null) {
            throw new QubesException(
                    ErrorKind.IN_USE, "there is a pool '" + SafeText.of(untrusted) + "' already", null);
        }
        // Python's reader of such files takes a section DEFAULT for something else.
        if (!NAME.matcher(untrusted).matches()
                || untrusted.toLowerCase(Locale.ROOT).equals(Pools.DEFAULT)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(untrusted) + "' cannot be the name of a new pool",
                    "names have up to 64 letters, digits, dots, dashes and underscores, and begin with a letter");
        }
        return untrusted;
    }

    private static String changeable(Draft draft, String untrusted) {
        if (draft.pools().directory(untrusted) == null) {
            throw unknown(untrusted, draft.pools());
        }
        if (untrusted.equals(Pools.DEFAULT)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "pool 'default' stays as it is",
                    "the tools of R3 look for it in " + Pools.DEFAULT_DIRECTORY + " whatever its section says");
        }
        List<String> vms = vmsIn(draft.vms().byQidOrder(), untrusted);
        if (!vms.isEmpty()) {
            throw new QubesException(
                    ErrorKind.IN_USE,
                    "pool '" + SafeText.of(untrusted) + "' is in use by " + String.join(", ", vms),
                    "remove these VMs first, or clone them into another pool");
        }
        return untrusted;
    }

    /** INVALID_VALUE that names the pools that are there. */
    public static QubesException unknown(String untrusted, Pools pools) {
        return new QubesException(
                ErrorKind.INVALID_VALUE,
                "there is no storage pool '" + SafeText.of(untrusted) + "'",
                "pools: " + SafeText.of(String.join(", ", pools.names())));
    }

    /** The names of the VMs whose files are in a pool, in the order given. */
    public static List<String> vmsIn(Iterable<QubesVm> vms, String pool) {
        List<String> names = new ArrayList<>();
        for (QubesVm vm : vms) {
            if (vm.qid() != 0 && vm.getOr(Attributes.POOL_NAME, Pools.DEFAULT).equals(pool)) {
                names.add(SafeText.of(vm.name()));
            }
        }
        return names;
    }

    private String directory(Draft draft) {
        String usable = StorageConf.usable(untrustedDirectory);
        if (usable == null || !isPlain(usable)) {
            throw new QubesException(
                    ErrorKind.INVALID_VALUE,
                    "'" + SafeText.of(untrustedDirectory) + "' cannot be the directory of a pool",
                    "give an absolute path below '/' without '.', '..', '%' and ' ;', in one line");
        }
        Path real = draft.real(usable);
        Path parent = real.getParent();
        if (!Files.isDirectory(real) && parent != null) {
            draft.files().directory(real);
        }
        return usable;
    }

    /** Read back as it is by readers of such files, those of the originals included. */
    private static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean remark = c == ';' && i > 0 && Character.isWhitespace(path.charAt(i - 1));
            if (remark || c == '%' || Character.isISOControl(c)) {
                return false;
            }
        }
        String closed = path + "/";
        return path.equals(path.strip())
                && closed.equals(closed.replace("//", "/").replace("/./", "/"));
    }
}
