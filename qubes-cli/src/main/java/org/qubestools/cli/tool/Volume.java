package org.qubestools.cli.tool;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.QubesConfig;
import org.qubestools.core.io.DiskUsage;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmView;

/**
 * One image of a VM as qvm-volume shows it.
 *
 * @param vm name
 * @param name {@code root} or {@code private}
 * @param pool name of the pool that the image is in
 * @param vid path of the image below the directory of the pool; absolute if it is elsewhere
 * @param path of the image, as users know it
 * @param source the volume that this one starts from each time, or null: the root of a template-based VM
 * @param changes where what the image was before its last commit is kept, or null; templates only
 */
record Volume(
        String vm,
        String name,
        String pool,
        String vid,
        String path,
        @Nullable String source,
        @Nullable String changes) {
    static final String ROOT = "root";
    static final String PRIVATE = "private";
    static final List<String> NAMES = List.of(ROOT, PRIVATE);

    /** The volumes of a VM: none of dom0, no private one of a DisposableVM. */
    static List<Volume> of(VmView view) {
        List<Volume> volumes = new ArrayList<>(2);
        QubesVm vm = view.vm();
        String root = view.files().rootImage();
        if (vm.vmClass() != VmClass.ADMIN && root != null) {
            QubesVm template = view.vms().template(vm).vm();
            QubesVm owner = template == null ? vm : template;
            String changes = view.files().rootCowImage();
            volumes.add(of(
                    view,
                    owner,
                    ROOT,
                    root,
                    template == null ? null : template.name() + ":" + ROOT,
                    changes == null ? null : changes + ".old"));
        }
        String own = view.files().privateImage();
        if (own != null && vm.vmClass() != VmClass.DISPOSABLE) {
            volumes.add(of(view, vm, PRIVATE, own, null, null));
        }
        return volumes;
    }

    private static Volume of(
            VmView view, QubesVm owner, String name, String path, @Nullable String source, @Nullable String changes) {
        String pool = owner.getOr(Attributes.POOL_NAME, Pools.DEFAULT);
        String directory = view.pools().directory(pool);
        boolean inside = directory != null && path.startsWith(directory + "/");
        String vid = inside && directory != null ? path.substring(directory.length() + 1) : path;
        return new Volume(view.vm().name(), name, pool, vid, path, source, changes);
    }

    /** What can be said of volumes, by name; their sizes measured in one call. */
    static List<Map<String, @Nullable Object>> measured(List<Volume> volumes, QubesConfig config) {
        List<Path> files = new ArrayList<>();
        for (Volume volume : volumes) {
            files.add(config.real(volume.path));
        }
        Map<Path, DiskUsage> sizes = DiskUsage.ofFiles(files);
        List<Map<String, @Nullable Object>> all = new ArrayList<>();
        for (Volume volume : volumes) {
            all.add(volume.shown(config, sizes.get(config.real(volume.path))));
        }
        return all;
    }

    private Map<String, @Nullable Object> shown(QubesConfig config, @Nullable DiskUsage size) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("vm", vm);
        shown.put("volume", name);
        shown.put("pool", pool);
        shown.put("vid", vid);
        shown.put("path", path);
        shown.put("size", size == null ? null : size.length());
        shown.put("usage", size == null ? null : size.allocated());
        shown.put("source", source);
        shown.put("snap_on_start", source != null);
        shown.put("save_on_stop", source == null);
        shown.put("revert_possible", changes != null && Files.isRegularFile(config.real(changes)));
        return shown;
    }
}
