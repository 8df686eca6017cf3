package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.FileLayer;
import org.qubestools.core.io.IoReason;
import org.qubestools.core.io.Ownership;
import org.qubestools.core.io.RealPaths;
import org.qubestools.core.io.UndoStack;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;
import org.qubestools.core.vmm.TemplateRoot;

/** Makes the images that a VM gets at its start. What was not there before is removed again if the start fails. */
public final class StartImages {
    private static final int MODE = 0660;
    private static final long MIB = 1024L * 1024;
    private static final long ROOT_MIB = 10240;
    private static final long VOLATILE_BYTES = (ROOT_MIB + 1024 + 512) * MIB;
    private static final long PRIVATE_BYTES = 2048 * MIB;

    private final RealPaths paths;
    private final VolatileImages volatiles;
    private final FileLayer layer;
    private final Ownership ownership;

    public StartImages(RealPaths paths, VolatileImages volatiles, FileLayer layer, Ownership ownership) {
        this.paths = paths;
        this.volatiles = volatiles;
        this.layer = layer;
        this.ownership = ownership;
    }

    private interface Making {
        void make() throws IOException;
    }

    /**
     * Makes all that this VM needs; a DisposableVM is booted.
     *
     * @param undo gets what removes it again
     * @param warnings hears what is not as it should be
     */
    public void prepare(VmView view, TemplateRoot root, UndoStack undo, Consumer<String> warnings) {
        if (root == TemplateRoot.NOTHING) {
            return;
        }
        privateImage(view, undo, warnings);
        boolean hasTemplate = view.vms().template(view.vm()).vm() != null;
        if (root == TemplateRoot.OVERLAY && hasTemplate) {
            overlay(view, undo);
        }
        if (root == TemplateRoot.SNAPSHOT_SCRIPT) {
            rootCow(view, undo);
        }
        if (!view.vm().vmClass().isHvm()) {
            volatileImage(view, hasTemplate, undo);
        } else if (hasTemplate && root == TemplateRoot.SNAPSHOT_SCRIPT) {
            volatileOfHvm(view, undo);
        }
    }

    private void privateImage(VmView view, UndoStack undo, Consumer<String> warnings) {
        String image = view.files().privateImage();
        if (view.vm().vmClass() == VmClass.DISPOSABLE) {
            ownPrivateImage(image, view.files().ownPrivateImage(), undo);
            return;
        }
        if (image == null || Files.exists(paths.real(image))) {
            return;
        }
        warnings.accept("VM '" + view.vm().name() + "' had no private image; an empty one is made: " + image);
        sparse(image, PRIVATE_BYTES, undo);
    }

    /** A copy of the image of the VM that a DisposableVM is made from. */
    private void ownPrivateImage(@Nullable String origin, @Nullable String own, UndoStack undo) {
        if (own == null) {
            return;
        }
        if (origin == null || !Files.exists(paths.real(origin))) {
            sparse(own, PRIVATE_BYTES, undo);
        } else {
            anew(own, undo, () -> layer.copyFile(paths.real(origin), paths.real(own)));
        }
    }

    private void overlay(VmView view, UndoStack undo) {
        Path template = paths.real(String.valueOf(view.files().rootImage()));
        String file = String.valueOf(view.files().rootOverlay());
        anew(file, undo, () -> QcowOverlay.create(layer, paths.real(file), template, Files.size(template)));
    }

    private void rootCow(VmView view, UndoStack undo) {
        String cow = view.files().rootCowImage();
        if (cow != null && !Files.exists(paths.real(cow))) {
            sparse(cow, rootSize(view), undo);
        }
    }

    private void volatileImage(VmView view, boolean hasTemplate, UndoStack undo) {
        boolean disposable = view.vm().vmClass() == VmClass.DISPOSABLE;
        String image =
                disposable ? view.files().ownVolatileImage() : view.files().volatileImage();
        if (image == null || (!hasTemplate && Files.exists(paths.real(image)))) {
            return;
        }
        anew(image, undo, () -> {
            if (!volatiles.make(paths.real(image), ROOT_MIB)) {
                layer.createSparseFile(paths.real(image), VOLATILE_BYTES);
            }
        });
    }

    /** Holds what an HVM writes to its template's root; a debugged one keeps that while the template is as it was. */
    private void volatileOfHvm(VmView view, UndoStack undo) {
        String image = view.files().volatileImage();
        boolean keep = view.vm().is(Attributes.DEBUG) && isNewerThanRoot(view, image);
        if (image != null && !keep) {
            long size = rootSize(view);
            anew(image, undo, () -> layer.createSparseFile(paths.real(image), size));
        }
    }

    private boolean isNewerThanRoot(VmView view, @Nullable String image) {
        if (image == null || !Files.exists(paths.real(image))) {
            return false;
        }
        Path root = paths.real(String.valueOf(view.files().rootImage()));
        try {
            return Files.getLastModifiedTime(paths.real(image)).compareTo(Files.getLastModifiedTime(root)) >= 0;
        } catch (IOException e) {
            throw failed("look at", image, e);
        }
    }

    private long rootSize(VmView view) {
        QubesVm template = view.vms().template(view.vm()).vm();
        String root = view.files().rootImage();
        String shown = root == null ? "the root image of " + (template == null ? view.vm() : template) : root;
        try {
            return Files.size(paths.real(shown));
        } catch (IOException e) {
            throw failed("look at", shown, e);
        }
    }

    private void sparse(String file, long bytes, UndoStack undo) {
        anew(file, undo, () -> layer.createSparseFile(paths.real(file), bytes));
    }

    /** Replaces a file; what a failure leaves of it is removed. */
    private void anew(String file, UndoStack undo, Making making) {
        Path path = paths.real(file);
        boolean existed = Files.exists(path);
        try {
            if (existed) {
                layer.delete(path);
            }
            boolean done = false;
            try {
                making.make();
                ownership.giveTo(layer, path);
                layer.setMode(path, MODE);
                done = true;
            } finally {
                if (!done) {
                    remove(path);
                }
            }
        } catch (IOException e) {
            throw failed("make", file, e);
        }
        if (!existed) {
            undo.push("file " + file, () -> remove(path));
        }
    }

    private void remove(Path path) throws IOException {
        if (Files.exists(path)) {
            layer.delete(path);
        }
    }

    private static QubesException failed(String step, String file, IOException cause) {
        return new QubesException(
                ErrorKind.FAILED,
                "cannot " + step + " " + file + ": " + IoReason.of(cause),
                IoReason.advice(cause),
                cause);
    }
}
