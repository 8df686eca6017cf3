package org.qubestools.core.edit;

import org.qubestools.core.model.Globals;
import org.qubestools.core.property.GlobalProperties;

/** Sets one global property. */
public record SetGlobal(Globals.Key key, String untrustedValue) implements Change {
    @Override
    public void apply(Draft draft) {
        draft.replaceAll(GlobalProperties.set(draft.vms(), key, untrustedValue, draft));
    }
}
