package org.qubestools.cli.tool;

import org.qubestools.cli.frame.Session;
import org.qubestools.cli.frame.ToolContext;
import org.qubestools.cli.frame.ToolReport;
import org.qubestools.cli.option.ParsedArguments;
import org.qubestools.core.runtime.RunReport;
import org.qubestools.core.runtime.RunningSystem;
import org.qubestools.core.store.StoreSnapshot;
import org.qubestools.qubesdb.FirstSocket;

/**
 * What a tool that starts, stops or asks running VMs stands on: the store as it was read, the running system, and a user
 * who may want it to end.
 */
final class Runs implements AutoCloseable, RunReport {
    private final Session session;
    private final StoreSnapshot store;
    private final RunningSystem system;
    private final EndableReport report;

    private Runs(ToolContext ctx, Session session, StoreSnapshot store) {
        this.session = session;
        this.store = store;
        this.system = session.running(store, this);
        this.report = new EndableReport(ToolReport.notes(ctx), ctx);
    }

    /** Reads the store; in offline mode OFFLINE, before that. The caller closes it. */
    static Runs open(ParsedArguments args, ToolContext ctx) {
        return open(args, ctx, false);
    }

    /** As {@link #open}, for tools that ask the databases of VMs: the first socket is made while libvirt is loaded. */
    static Runs openWithDatabases(ParsedArguments args, ToolContext ctx) {
        return open(args, ctx, true);
    }

    private static Runs open(ParsedArguments args, ToolContext ctx, boolean databases) {
        Session session = Session.open(args, ctx);
        try {
            session.qubes().vmm().requireOnline();
            session.qubes().vmm().prepare(); // takes longest
            if (databases) {
                FirstSocket.prepare();
            }
            StoreSnapshot store = session.qubes().load();
            Reports.problems(ctx, store.problems());
            return new Runs(ctx, session, store);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    StoreSnapshot store() {
        return store;
    }

    /** The running system for another thread, which closes it before this ends; {@code report} hears of what it does. */
    RunningSystem beside(RunReport report) {
        return session.beside(system, report);
    }

    Session session() {
        return session;
    }

    RunningSystem system() {
        return system;
    }

    @Override
    public void note(String message) {
        report.note(message);
    }

    @Override
    public void warn(String message) {
        report.warn(message);
    }

    @Override
    public void requireWanted() {
        report.requireWanted();
    }

    @Override
    public void close() {
        try (Session last = session;
                RunningSystem first = system) {
            report.close();
        }
    }
}
