package org.qubestools.devices;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.qubestools.core.error.QubesException;

/**
 * The exception of this module: a {@link QubesException} that also tells the kind of the error and whom it concerns.
 *
 * <p>The message is one line for the user. Untrusted text in it has passed {@link org.qubestools.core.io.SafeText}.
 */
public final class DeviceException extends QubesException {
    private static final long serialVersionUID = 1L;

    private final DeviceError error;
    private final @Nullable String vm;
    private final @Nullable String device;
    private final @Nullable String frontend;
    private final @Nullable Integer libvirtCode;

    /** An error that concerns no VM and no device but what the message says. */
    public DeviceException(DeviceError error, String message, String hint) {
        this(new Builder(error, message).hint(hint));
    }

    private DeviceException(Builder facts) {
        super(facts.error.kind(), facts.message, facts.hint, facts.cause);
        this.error = facts.error;
        this.vm = facts.vm;
        this.device = facts.device;
        this.frontend = facts.frontend;
        this.libvirtCode = facts.libvirtCode;
    }

    /** Begins an exception with this message; {@link Builder#build} makes it. */
    public static Builder of(DeviceError error, String message) {
        return new Builder(error, message);
    }

    public DeviceError error() {
        return error;
    }

    /** Name of the VM that is in the way or in the wrong state. */
    public Optional<String> vm() {
        return Optional.ofNullable(vm);
    }

    /** The device, as {@code backend:device}, or what was given in its place. */
    public Optional<String> device() {
        return Optional.ofNullable(device);
    }

    /** The frontend name that is concerned, such as {@code xvdi}. */
    public Optional<String> frontend() {
        return Optional.ofNullable(frontend);
    }

    /** The number of libvirt's error; only with {@link DeviceError#LIBVIRT}. */
    public OptionalInt libvirtCode() {
        return libvirtCode == null ? OptionalInt.empty() : OptionalInt.of(libvirtCode);
    }

    /** Collects the facts of one exception. */
    public static final class Builder {
        private final DeviceError error;
        private final String message;
        private @Nullable String hint;
        private @Nullable String vm;
        private @Nullable String device;
        private @Nullable String frontend;
        private @Nullable Integer libvirtCode;
        private @Nullable Throwable cause;

        private Builder(DeviceError error, String message) {
            this.error = Objects.requireNonNull(error);
            this.message = Objects.requireNonNull(message);
        }

        /** What the user can do about it, as a phrase that continues the message. */
        public Builder hint(String phrase) {
            this.hint = phrase;
            return this;
        }

        public Builder vm(String name) {
            this.vm = name;
            return this;
        }

        public Builder device(String name) {
            this.device = name;
            return this;
        }

        public Builder frontend(String name) {
            this.frontend = name;
            return this;
        }

        public Builder libvirtCode(int code) {
            this.libvirtCode = code;
            return this;
        }

        public Builder cause(Throwable failure) {
            this.cause = failure;
            return this;
        }

        public DeviceException build() {
            return new DeviceException(this);
        }
    }
}
