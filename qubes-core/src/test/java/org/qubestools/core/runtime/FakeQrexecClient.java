package org.qubestools.core.runtime;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qubestools.core.model.VmName;

/** VMs whose services are lambdas, held to {@link QrexecClientContract}; it keeps the list of all calls. */
public final class FakeQrexecClient implements QrexecClient {
    private static final String ANY = " any command";

    private final Map<String, Service> services = new LinkedHashMap<>();
    private final List<FakeQrexecCall> calls = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** The VM's side of a call; runs in a thread of its own. */
    @FunctionalInterface
    public interface Service {
        /**
         * Does the work and returns the exit status; an exception counts as status 1.
         *
         * @param input what dom0 sends, ends when dom0 closes it
         * @param output what dom0 reads; closed after the service
         * @param errors its error output
         */
        int run(InputStream input, OutputStream output, OutputStream errors) throws Exception;
    }

    /** Adds a service to a VM, or replaces it. */
    public FakeQrexecClient with(String vm, String service, Service work) {
        services.put(vm + " " + service, work);
        return this;
    }

    /** The calls so far, such as {@code work qubes.Backup}. */
    public List<String> calls() {
        return List.copyOf(names);
    }

    /** How many calls nobody closed. */
    public int open() {
        return (int) calls.stream().filter(call -> !call.isClosed()).count();
    }

    @Override
    public QrexecCall service(VmName vm, String service) {
        QrexecText.requireServiceName(service);
        String name = vm + " " + service;
        names.add(name);
        Service work = services.getOrDefault(name, (input, output, errors) -> 127);
        FakeQrexecCall call = FakeQrexecCall.start(work);
        calls.add(call);
        return call;
    }

    /** Gives a VM a command; known by its text, whoever runs it. */
    public FakeQrexecClient withCommand(String vm, String command, Service work) {
        services.put(vm + " command " + command, work);
        return this;
    }

    /** Gives a VM an answer to every command that it was not given by its text. */
    public FakeQrexecClient withAnyCommand(String vm, Service work) {
        services.put(vm + ANY, work);
        return this;
    }

    private Service workOf(QrexecCommand command) {
        Service missing = (input, output, errors) -> 127;
        Service any = services.getOrDefault(command.vm() + ANY, missing);
        return services.getOrDefault(command.vm() + " command " + command.command(), any);
    }

    /** Runs in the caller's thread; a command that the VM does not have ends with 127. */
    @Override
    public int run(QrexecCommand command, CommandStreams streams) {
        names.add(described(command, "run"));
        Service work = workOf(command);
        try {
            return work.run(streams.input(), streams.output(), streams.errors());
        } catch (Exception e) { // as a program that crashed
            return 1;
        }
    }

    @Override
    public void start(QrexecCommand command) {
        names.add(described(command, "start"));
    }

    @Override
    public QrexecCall call(QrexecCommand command) {
        names.add(described(command, "call"));
        Service work = workOf(command);
        FakeQrexecCall call = FakeQrexecCall.start(work);
        calls.add(call);
        return call;
    }

    private static String described(QrexecCommand command, String how) {
        return how + " " + command.vm() + " " + command.user() + ":" + command.command()
                + (command.localCommand() == null ? "" : " -l " + command.localCommand())
                + (command.filtersOutput() ? " -t" : "")
                + (command.filtersErrors() ? " -T" : "");
    }
}
