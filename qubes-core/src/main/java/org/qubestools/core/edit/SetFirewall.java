package org.qubestools.core.edit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.storage.Firewall;
import org.qubestools.core.storage.FirewallEdit;
import org.qubestools.core.storage.FirewallFile;

/**
 * Changes the firewall rules of a VM, and the service for updates with them. Rules that have expired are gone then.
 *
 * @param edits in this order, all or none; no edits: the file goes, and the defaults count
 */
public record SetFirewall(String untrustedVm, List<FirewallEdit> edits) implements Change {
    private static final String UPDATES = "yum-proxy-setup";

    public SetFirewall {
        edits = List.copyOf(edits);
    }

    @Override
    public void apply(Draft draft) {
        QubesVm vm = draft.requireChangeable(untrustedVm);
        Path file = draft.real(FirewallFile.pathOf(draft.view(vm)));
        if (edits.isEmpty()) {
            if (draft.planned().exists(file)) {
                draft.files().delete(file);
            }
            setService(draft, vm, null);
            return;
        }
        Firewall firewall = FirewallFile.read(draft.planned(), draft::real, draft.view(vm), draft.now());
        for (FirewallEdit edit : edits) {
            firewall = edit.apply(firewall);
        }
        byte[] text = FirewallFile.text(firewall).getBytes(StandardCharsets.UTF_8);
        draft.files().write(file, text, FirewallFile.MODE);
        setService(draft, vm, firewall.updates() ? Boolean.TRUE : null);
    }

    private static void setService(Draft draft, QubesVm vm, @Nullable Boolean enabled) {
        Map<String, Boolean> services = new LinkedHashMap<>(vm.getOr(Attributes.SERVICES, Map.of()));
        if (enabled == null) {
            services.remove(UPDATES);
        } else {
            services.put(UPDATES, enabled);
        }
        draft.replace(vm.with(Attributes.SERVICES, services));
    }
}
