package org.qubestools.core.edit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.TempName;
import org.qubestools.core.model.QubesVm;

/** Plans how a directory made elsewhere becomes that of a VM. */
final class AdoptedFiles {
    private static final int SUFFIX = 8;

    private AdoptedFiles() {}

    static void plan(Draft draft, QubesVm vm, Path staged) {
        String directory = draft.view(vm).files().directory();
        if (directory == null) {
            throw new QubesException(ErrorKind.INVALID_VALUE, "no directory can be made for VM '" + vm.name() + "'");
        }
        Path real = draft.real(directory);
        if (Files.exists(real, LinkOption.NOFOLLOW_LINKS)) {
            String suffix = ".old-" + TempName.token().substring(0, SUFFIX);
            draft.files().move(real, real.resolveSibling(vm.name() + suffix));
            draft.warn(directory + " was in the way and is " + directory + suffix + " now");
        }
        VmFilePlan.requireParent(draft, real);
        String icon = draft.view(vm).files().iconTarget();
        boolean isTemplate = vm.vmClass().isTemplate();
        draft.files().adopt(staged, real, (tree, layer) -> complete(tree, layer, icon, isTemplate));
    }

    /** May be done again after it was broken off. */
    private static void complete(Path tree, FileLayer layer, String icon, boolean isTemplate) throws IOException {
        Path link = tree.resolve("icon.png");
        if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            layer.delete(link);
        }
        layer.createSymlink(link, icon);
        createIfMissing(tree.resolve("private.img"), layer, VmFilePlan.PRIVATE_SIZE);
        createIfMissing(tree.resolve("volatile.img"), layer, VmFilePlan.VOLATILE_SIZE);
        Path root = tree.resolve("root.img");
        if (isTemplate && Files.isRegularFile(root, LinkOption.NOFOLLOW_LINKS)) {
            createIfMissing(tree.resolve("root-cow.img"), layer, Files.size(root));
        }
    }

    private static void createIfMissing(Path file, FileLayer layer, long size) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            layer.createSparseFile(file, size);
        }
    }
}
