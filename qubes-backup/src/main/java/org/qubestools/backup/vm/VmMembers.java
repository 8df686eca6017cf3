package org.qubestools.backup.vm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qubestools.backup.archive.DamagedArchive;
import org.qubestools.backup.archive.MemberSource;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.VmName;
import org.qubestools.core.runtime.QrexecCall;
import org.qubestools.core.runtime.QrexecClient;

/**
 * What a VM sends in one call, without what was not asked for.
 *
 * <p>There is no timeout: a VM that stalls is waited for until {@link #close}, which any thread may call.
 */
public final class VmMembers implements MemberSource {
    private static final String SERVICE = "qubes.Restore";

    private final VmName vm;
    private final QrexecCall call;
    private final FileCopyReceiver receiver;
    private final Wanted wanted;
    private final StreamLimit limit;
    private final Set<String> seen = new HashSet<>();
    private long members;
    private long chargedBytes;
    private boolean stopNext;
    private boolean complete;
    private @Nullable QubesException tooMuch;
    private @Nullable String lateFailure;

    private VmMembers(VmName vm, QrexecCall call, Wanted wanted, StreamLimit limit) {
        this.vm = vm;
        this.call = call;
        this.wanted = wanted;
        this.limit = limit;
        this.receiver = new FileCopyReceiver(
                "the backup stream of VM '" + vm + "'", call.output(), call.input(), this::exitOfService);
    }

    /** Starts a call; the caller closes the result. */
    static VmMembers open(QrexecClient qrexec, VmName vm, byte[] location, Wanted wanted, StreamLimit limit) {
        QrexecCall call = qrexec.service(vm, SERVICE);
        OutputStream input = call.input();
        try {
            input.write(location);
            input.write((wanted.request() + "\n").getBytes(StandardCharsets.US_ASCII));
            input.flush();
        } catch (IOException e) {
            // The service did not wait for its input: what it sends, or that it sends nothing, shows at the first read.
            return new VmMembers(vm, call, wanted, limit);
        }
        return new VmMembers(vm, call, wanted, limit);
    }

    /**
     * The next member that was asked for, or null after the last. After the last one it waits for the end of the
     * service, unless that was told to stop early.
     *
     * @throws DamagedArchive if the VM breaks off or breaks the rules of the stream
     * @throws QubesException FAILED if the VM sends nothing at all, CORRUPT_BACKUP if it sends more than the limit,
     *     CANCELLED on interruption
     * @throws IOException after {@link #close}
     */
    @Override
    public @Nullable Member next() throws IOException {
        if (tooMuch != null) {
            throw tooMuch;
        }
        if (complete) {
            return null;
        }
        if (stopNext) {
            receiver.stop();
            complete = true;
            return null;
        }
        Member member = nextWanted();
        if (member == null) {
            complete = true;
            awaitService();
            return null;
        }
        requireFirst(member);
        charge(member);
        stopNext = wanted.lastNames().contains(member.name());
        return member;
    }

    /**
     * What the service reported as its own failure though all data had arrived, as one line; the data are none the worse
     * for it. Known after {@link #next} returned null.
     */
    public Optional<String> lateFailure() {
        return Optional.ofNullable(lateFailure);
    }

    /** Kills the service unless it has ended; from any thread, more than once. */
    @Override
    public void close() {
        receiver.close();
        call.close();
    }

    private @Nullable Member nextWanted() throws IOException {
        try {
            Member member = receiver.next();
            while (member != null && !wanted.includes().test(member.name())) {
                member = receiver.next();
            }
            return member;
        } catch (DamagedArchive e) {
            if (!receiver.isEmpty()) {
                throw e;
            }
            throw new QubesException(
                    ErrorKind.FAILED,
                    String.valueOf(e.getMessage()),
                    "check that the VM runs and that the path or command names a backup there",
                    e);
        }
    }

    private void requireFirst(Member member) throws DamagedArchive {
        if (wanted.once() && !seen.add(member.name())) {
            throw receiver.refuse("holds '" + member.name() + "' twice");
        }
    }

    private void charge(Member member) {
        members++;
        chargedBytes += member.size() - (member.name().endsWith(".hmac") ? 0 : limit.bytesPerChunk());
        if (members > limit.members() || chargedBytes > limit.bytes()) {
            receiver.stop();
            tooMuch = new QubesException(
                    ErrorKind.CORRUPT_BACKUP,
                    "VM '" + vm + "' sends more than this part of the backup may hold, at '" + member.name() + "'",
                    limit.hint());
            throw tooMuch;
        }
    }

    private void awaitService() {
        int status = call.awaitExit();
        if (status != 0) {
            lateFailure = "VM '" + vm + "': after it had sent all, " + SERVICE + " " + ServiceTalk.end(call, status);
        }
    }

    private String exitOfService() {
        return "; " + SERVICE + " " + ServiceTalk.end(call, call.awaitExit());
    }
}
