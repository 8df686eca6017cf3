package org.qubestools.core.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.io.WaitTime;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmView;
import org.qubestools.core.storage.VolatileImages;
import org.qubestools.core.vmm.VmmTraits;
import org.qubestools.qubesdb.InMemoryQubesDb;
import org.qubestools.qubesdb.QubesDb;

/**
 * All that a host has beside its VMM, in memory: it keeps one list of all that is done, in the words of the fixture of
 * start orders, fails where it is told to, and knows what is still open. Safe for several threads, once it is set up.
 */
public final class FakeServices
        implements MemoryManager, DomainDatabases, XenStore, SessionDaemons, Programs, VolatileImages {
    private final List<String> steps;
    private final Set<String> failing = new ConcurrentSkipListSet<>();
    private final Map<String, String> xenStore = new TreeMap<>();
    private final Map<String, InMemoryQubesDb.Domain> databases = new ConcurrentHashMap<>();
    private final Set<String> running = new ConcurrentSkipListSet<>();
    private final Map<String, List<String>> answers = new ConcurrentSkipListMap<>();
    private final Map<String, String> written = new ConcurrentSkipListMap<>();
    private boolean hooks;
    private boolean outliving;
    private final AtomicInteger grants = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    /** Adds to this list, in which others may write too. */
    private final Map<String, Deque<Outcome>> outcomes = new LinkedHashMap<>();

    public FakeServices(List<String> steps) {
        this.steps = steps;
    }

    /** Without systemd. */
    public HostServices services() {
        return services(
                VmmTraits.XEN,
                new HostServices.Surroundings(
                        path -> Path.of("/no-such-root" + path),
                        true,
                        Map.of(),
                        Map.of(),
                        WaitTime.SYSTEM,
                        warning -> {}));
    }

    /** On a host of which the files are real. */
    public HostServices services(VmmTraits traits, HostServices.Surroundings around) {
        Hooks ours = new Hooks() {
            @Override
            public void at(HookPoint point, VmView vm, List<String> arguments) {
                hook(point, vm);
            }
        };
        return new HostServices(this, this, this, this, this, this, ours, FirewallTimers.of(traits, around, this));
    }

    /** What was done so far. */
    public List<String> steps() {
        return List.copyOf(steps);
    }

    /** Fails at this step, each time. */
    public FakeServices failingAt(String step) {
        failing.add(step);
        return this;
    }

    /** Requests for memory that nobody gave back. */
    public int openGrants() {
        return grants.get();
    }

    /** Connections to databases that nobody closed. */
    public int openConnections() {
        return connections.get();
    }

    /** Names of the VMs whose QubesDB daemon runs. */
    public Set<String> runningDatabases() {
        return Set.copyOf(running);
    }

    /** Content of a VM's database; as a client of its own that is not counted. */
    public QubesDb contentOf(String vm) {
        return database(vm).client();
    }

    /** The VM writes a value once somebody has written another key. */
    public FakeServices answering(String vm, String key, String answerKey, String answer) {
        answers.put(vm + " " + key, List.of(answerKey, answer));
        return this;
    }

    /** The last text that we wrote to a key; also after the daemon ended. */
    public String writtenTo(String vm, String key) {
        return written.getOrDefault(vm + " " + key, "");
    }

    private void wrote(String vm, Object key, Object value) {
        written.put(vm + " " + key, String.valueOf(value));
        List<String> answer = answers.get(vm + " " + key);
        if (answer != null) {
            database(vm).with(answer.get(0), answer.get(1));
        }
    }

    /** Ends a VM's daemon behind everybody's back. */
    public void loseDatabase(String vm) {
        running.remove(vm);
        database(vm).stop();
    }

    /** Starts it again behind everybody's back. */
    public void bringBackDatabase(String vm) {
        running.add(vm);
        database(vm).start();
    }

    private InMemoryQubesDb.Domain database(String vm) {
        return databases.computeIfAbsent(vm, InMemoryQubesDb.Domain::new);
    }

    private void record(String step) {
        steps.add(step);
        if (failing.contains(step)) {
            throw new QubesException(ErrorKind.FAILED, "the fake fails at: " + step);
        }
    }

    @Override
    public Grant request(long bytes) {
        record("memory request " + bytes);
        grants.incrementAndGet();
        return new Grant() {
            private boolean open = true;

            @Override
            public void close() {
                if (open) {
                    open = false;
                    grants.decrementAndGet();
                    steps.add("memory close");
                }
            }
        };
    }

    @Override
    public void start(QubesVm vm, int domainId) {
        record("qubesdb start " + domainId + " " + vm.name());
        running.add(vm.name());
        database(vm.name()).stop();
        database(vm.name()).start();
    }

    @Override
    public void stop(QubesVm vm) {
        record("qubesdb stop " + vm.name());
        loseDatabase(vm.name());
    }

    @Override
    public boolean outliveDomains() {
        return outliving;
    }

    /** From now on the daemons stay when their domains end. */
    public void letDatabasesOutliveDomains() {
        outliving = true;
    }

    @Override
    public QubesDb connect(QubesVm vm) {
        record("qubesdb open " + vm.name());
        connections.incrementAndGet();
        QubesDb client = database(vm.name()).client();
        return (QubesDb) Proxy.newProxyInstance(
                QubesDb.class.getClassLoader(), new Class<?>[] {QubesDb.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "write" -> record("qubesdb write " + vm.name() + " " + arguments[0]);
                        case "remove", "removeDirectory" -> record("qubesdb rm " + vm.name() + " " + arguments[0]);
                        case "close" -> connections.decrementAndGet();
                        default -> {}
                    }
                    try {
                        Object result = method.invoke(client, arguments);
                        if (method.getName().equals("write")) {
                            wrote(vm.name(), arguments[0], arguments[1]);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Gives xenstore a value. */
    public FakeServices withXenStore(String path, String value) {
        xenStore.put(path, value);
        return this;
    }

    @Override
    public Optional<String> readUntrusted(String path) {
        return Optional.ofNullable(xenStore.get(path));
    }

    @Override
    public void allowMemoryReports(int domainId) {
        record("xenstore set_permissions /local/domain/" + domainId + "/memory");
    }

    @Override
    public void startQrexec(VmView vm, int domainId, boolean verbose) {
        record("qrexec start " + domainId + " " + vm.vm().name() + (verbose ? " verbose" : ""));
    }

    @Override
    public void startGui(VmView vm, int domainId, boolean first, GuiMode mode) {
        record("gui start " + domainId + " " + vm.vm().name() + (first ? " first " : " second ") + mode);
    }

    @Override
    public void tellGuiMode(VmView vm) {
        record("gui mode " + vm.vm().name() + (vm.facts().seamlessGuiMode() ? " SEAMLESS" : " FULLSCREEN"));
    }

    @Override
    public void stopGui(VmView vm, int domainId) {
        record("gui stop " + domainId + " " + vm.vm().name());
    }

    @Override
    public Outcome run(Command command) {
        String line = String.join(" ", command.words());
        record("exec " + line);
        for (Map.Entry<String, Deque<Outcome>> answer : outcomes.entrySet()) {
            if (line.startsWith(answer.getKey())) {
                Deque<Outcome> left = answer.getValue();
                return left.size() > 1 ? left.removeFirst() : left.getFirst();
            }
        }
        return Outcome.OK;
    }

    /** Has programs whose words begin so answer, one outcome after the other and the last one again and again. */
    public FakeServices programs(String words, Outcome... answers) {
        outcomes.put(words, new ArrayDeque<>(List.of(answers)));
        return this;
    }

    @Override
    public boolean make(Path image, long rootMib) {
        record("exec /usr/lib/qubes/prepare-volatile-img.sh " + image + " " + rootMib);
        try {
            Files.createFile(image); // which must not be there, as for the real one
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The steps have those hooks only that somebody asked for. */
    public FakeServices withHooks() {
        hooks = true;
        return this;
    }

    private void hook(HookPoint point, VmView vm) {
        if (hooks) {
            record("hook " + point.folder() + " " + vm.vm().name());
        }
    }

    /** A list that both this and a fake VMM may write to. */
    public static List<String> newSteps() {
        return new ArrayList<>();
    }
}
