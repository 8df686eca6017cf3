package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;
import org.qubestools.core.model.AttributeMap;
import org.qubestools.core.model.Attributes;
import org.qubestools.core.model.Globals;
import org.qubestools.core.model.HostInfo;
import org.qubestools.core.model.NewVm;
import org.qubestools.core.model.Pools;
import org.qubestools.core.model.QubesVm;
import org.qubestools.core.model.VmClass;
import org.qubestools.core.model.VmCollection;
import org.qubestools.core.runtime.Happening.Source;
import org.qubestools.core.vmm.DomainEvent;
import org.qubestools.core.vmm.DomainKey;
import org.qubestools.core.vmm.DomainSnapshot;
import org.qubestools.core.vmm.DomainState;
import org.qubestools.core.vmm.FakeVmm;
import org.qubestools.core.vmm.LazyVmm;
import org.qubestools.qubesdb.InMemoryQubesDb;
import org.qubestools.qubesdb.QubesDb;
import org.qubestools.qubesdb.QubesDbPath;

@Timeout(60)
final class ChangeFeedTest {
    private static final String UUID = "aaaaaaaa-1111-4111-8111-111111111111";
    private static final DomainKey WORK = new DomainKey("work", UUID);
    private static final List<QubesDbPath> ALL_KEYS = List.of(new QubesDbPath("/"));

    @TempDir
    Path directory;

    private Path file;
    private volatile VmCollection stored = collection("work");
    private FakeVmm vmm = fake();
    private final Map<String, InMemoryQubesDb.Domain> domains = new HashMap<>();

    @BeforeEach
    void makeStore() throws IOException {
        file = directory.resolve("qubes.xml");
        Files.writeString(file, "1");
        domains.put("work", new InMemoryQubesDb.Domain("work"));
    }

    private static FakeVmm fake() {
        return new FakeVmm(new HostInfo(16000, 4))
                .with(new DomainSnapshot("work", UUID, false, -1, DomainState.SHUTOFF, 0, 0));
    }

    private static VmCollection collection(String... names) {
        List<QubesVm> vms = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            AttributeMap attributes = new NewVm(VmClass.APP, names[i], i + 1, 0, Pools.DEFAULT).attributes();
            vms.add(QubesVm.stored(i, VmClass.APP, attributes));
        }
        return VmCollection.of(AttributeMap.EMPTY, vms);
    }

    private final class Databases implements VmDatabases {
        @Override
        public QubesDb connect(QubesVm vm) {
            InMemoryQubesDb.Domain domain = domains.computeIfAbsent(vm.name(), name -> {
                InMemoryQubesDb.Domain dead = new InMemoryQubesDb.Domain(name);
                dead.stop();
                return dead;
            });
            return domain.client();
        }
    }

    private ChangeFeed open(ChangeFeed.Options options) throws InterruptedException {
        LazyVmm lazy = LazyVmm.connectingBy(() -> {
            if (!vmm.isAlive()) {
                throw new QubesException(ErrorKind.VMM_UNREACHABLE, "down");
            }
            return vmm;
        });
        return ChangeFeed.open(lazy, () -> stored, file, new Databases(), options);
    }

    private static Happening await(ChangeFeed feed, Predicate<Happening> wanted) throws InterruptedException {
        while (true) {
            Happening next = feed.next(Duration.ofSeconds(30)).orElseThrow();
            if (wanted.test(next)) {
                return next;
            }
        }
    }

    private static Predicate<Happening> domain(DomainEvent.Kind kind) {
        return happening ->
                happening instanceof Happening.OfDomain domain && domain.event().kind() == kind;
    }

    @Test
    void theLifeOfADomainIsToldInOrder() throws InterruptedException {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(List.of()))) {
            vmm.createPaused(WORK);
            vmm.resume(WORK);
            vmm.destroy(WORK);

            List<DomainEvent.Kind> kinds = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Happening next = feed.next(Duration.ofSeconds(30)).orElseThrow();
                kinds.add(((Happening.OfDomain) next).event().kind());
            }

            assertThat(kinds)
                    .containsExactly(DomainEvent.Kind.STARTED, DomainEvent.Kind.RESUMED, DomainEvent.Kind.STOPPED);
            assertThat(feed.next(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void aKeyOfARunningVmIsTold() throws Exception {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(ALL_KEYS))) {
            vmm.createPaused(WORK);
            vmm.resume(WORK);
            await(feed, domain(DomainEvent.Kind.RESUMED));

            domains.get("work").client().write(new QubesDbPath("/qubes-block-devices"), "");

            assertThat(await(feed, Happening.OfKey.class::isInstance))
                    .isEqualTo(new Happening.OfKey("work", new QubesDbPath("/qubes-block-devices")));
        }
    }

    @Test
    void aDatabaseThatComesLateIsWatchedAllTheSame() throws Exception {
        domains.get("work").stop();
        try (ChangeFeed feed = open(ChangeFeed.Options.of(ALL_KEYS))) {
            vmm.createPaused(WORK);
            vmm.resume(WORK);
            await(feed, domain(DomainEvent.Kind.RESUMED));

            domains.get("work").start();
            while (feed.next(Duration.ofMillis(700)).isPresent()) {
                // the retry is not told
            }
            domains.get("work").client().write(new QubesDbPath("/late"), "1");

            assertThat(await(feed, Happening.OfKey.class::isInstance))
                    .isEqualTo(new Happening.OfKey("work", new QubesDbPath("/late")));
        }
    }

    @Test
    void aChangedStoreIsToldByVm() throws Exception {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(List.of()))) {
            stored = collection("work", "more");
            Files.move(Files.writeString(directory.resolve("new"), "2"), file, StandardCopyOption.ATOMIC_MOVE);

            Happening.OfStoredVm happening = (Happening.OfStoredVm) await(feed, Happening.OfStoredVm.class::isInstance);

            assertThat(happening.change().name()).isEqualTo("more");
        }
    }

    @Test
    void aLostConnectionIsAGapAndIsMadeAgain() throws Exception {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(List.of()))) {
            FakeVmm first = vmm;
            first.lose();
            Happening lost = feed.next(Duration.ofSeconds(30)).orElseThrow();
            vmm = fake();
            Happening again = await(feed, happening -> !happening.equals(lost));
            vmm.createPaused(WORK);

            assertThat(lost).isEqualTo(new Happening.Gap(Source.DOMAINS, null, "the connection is lost"));
            assertThat(again).isEqualTo(new Happening.Gap(Source.DOMAINS, null, "connected anew"));
            await(feed, domain(DomainEvent.Kind.STARTED));
        }
    }

    @Test
    void whatHappenedBeforeALossEndsNoWatchOfAfterIt() throws Exception {
        vmm.createPaused(WORK);
        vmm.resume(WORK);
        try (ChangeFeed feed = open(ChangeFeed.Options.of(ALL_KEYS))) {
            FakeVmm first = vmm;
            vmm = fake();
            vmm.createPaused(WORK);
            vmm.resume(WORK);
            first.destroy(WORK);
            first.lose();

            List<Happening> told = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                told.add(feed.next(Duration.ofSeconds(30)).orElseThrow());
            }
            domains.get("work").client().write(new QubesDbPath("/after"), "1");

            assertThat(told.get(0)).matches(domain(DomainEvent.Kind.STOPPED));
            assertThat(told.subList(1, 3))
                    .containsExactly(
                            new Happening.Gap(Source.DOMAINS, null, "the connection is lost"),
                            new Happening.Gap(Source.DOMAINS, null, "connected anew"));
            assertThat(feed.next(Duration.ofSeconds(5)))
                    .contains(new Happening.OfKey("work", new QubesDbPath("/after")));
        }
    }

    @Test
    void tooManyEventsEndInOneGapThatSaysSo() throws InterruptedException {
        try (ChangeFeed feed = open(new ChangeFeed.Options(List.of(), 10))) {
            vmm.createPaused(WORK);
            for (int i = 0; i < 50; i++) {
                vmm.resume(WORK);
                vmm.pause(WORK);
            }

            List<Happening> told = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                told.add(feed.next(Duration.ofSeconds(30)).orElseThrow());
            }
            vmm.destroy(WORK);

            assertThat(told.subList(0, 10)).allMatch(Happening.OfDomain.class::isInstance);
            assertThat(told.get(10)).isEqualTo(new Happening.Gap(null, null, "more happened than was taken"));
            await(feed, domain(DomainEvent.Kind.STOPPED));
        }
    }

    @Test
    void aVmThatStoppedIsNoLongerConnectedTo() throws Exception {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(ALL_KEYS))) {
            vmm.createPaused(WORK);
            vmm.resume(WORK);
            vmm.destroy(WORK);
            await(feed, domain(DomainEvent.Kind.STOPPED));

            domains.get("work").client().write(new QubesDbPath("/after"), "1");

            assertThat(feed.next(Duration.ofMillis(200))).isEmpty();
        }
    }

    @Test
    void aGlobalSettingIsTold() throws Exception {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(List.of()))) {
            stored = stored.withGlobalText(Globals.Key.DEFAULT_KERNEL, "4.4");
            Files.writeString(file, "2");

            Happening.OfGlobal global = (Happening.OfGlobal) await(feed, Happening.OfGlobal.class::isInstance);

            assertThat(global.change().after()).isEqualTo("4.4");
        }
    }

    @Test
    void theAttributesOfAChangedVmAreTold() throws Exception {
        try (ChangeFeed feed = open(ChangeFeed.Options.of(List.of()))) {
            stored = stored.with(stored.require("work").with(Attributes.MEMORY, 1234L));
            Files.writeString(file, "2");

            Happening.OfStoredVm happening = (Happening.OfStoredVm) await(feed, Happening.OfStoredVm.class::isInstance);

            assertThat(happening.change().attributes()).anyMatch(change -> "1234".equals(change.after()));
        }
    }
}
