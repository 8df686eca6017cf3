package org.qubestools.core.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

/** A service that runs in a thread of ours, joined by two pipes of the system. */
final class FakeQrexecCall implements QrexecCall {
    private static final int KILLED = 137;
    private static final int ERROR_TAIL = 1024;

    private final Pipe toService;
    private final Pipe fromService;
    private final OutputStream input;
    private final InputStream output;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile int status;

    private FakeQrexecCall(Pipe toService, Pipe fromService) {
        this.toService = toService;
        this.fromService = fromService;
        this.input = Channels.newOutputStream(toService.sink());
        this.output = Channels.newInputStream(fromService.source());
    }

    static FakeQrexecCall start(FakeQrexecClient.Service service) {
        try {
            FakeQrexecCall call = new FakeQrexecCall(Pipe.open(), Pipe.open());
            Thread thread = new Thread(() -> call.serve(service), "fake service");
            thread.setDaemon(true);
            thread.start();
            return call;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isClosed() {
        return closed;
    }

    private void serve(FakeQrexecClient.Service service) {
        try (InputStream in = Channels.newInputStream(toService.source());
                OutputStream out = Channels.newOutputStream(fromService.sink())) {
            status = service.run(in, out, errors);
        } catch (Exception e) { // as a program whose pipes broke, or that crashed
            status = 1;
            errors.writeBytes(e.toString().getBytes(StandardCharsets.UTF_8));
        } finally {
            status = closed ? KILLED : status;
            ended.countDown();
        }
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public void ignoreOutput() {
        Thread thread = new Thread(this::dropOutput, "fake drain");
        thread.setDaemon(true);
        thread.start();
    }

    private void dropOutput() {
        try {
            output.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            assert closed : e;
        }
    }

    @Override
    public int awaitExit() {
        try {
            ended.await();
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException(ErrorKind.CANCELLED, "interrupted while a service was running", null, e);
        }
    }

    @Override
    public String errorText() {
        byte[] all = errors.toByteArray();
        byte[] tail = Arrays.copyOfRange(all, Math.max(0, all.length - ERROR_TAIL), all.length);
        return QrexecText.oneLine(new String(tail, StandardCharsets.UTF_8));
    }

    /** Cuts all pipes, which ends the service; one that does not use them counts as killed all the same. */
    @Override
    public void close() {
        if (ended.getCount() > 0) {
            status = KILLED;
        }
        closed = true;
        try {
            toService.sink().close();
            toService.source().close();
            fromService.sink().close();
            fromService.source().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ended.countDown();
    }
}
