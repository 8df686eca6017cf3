package org.qubestools.qubesdb;

/** The fake keeps the contract. */
final class InMemoryQubesDbTest extends QubesDbContract {
    private final InMemoryQubesDb.Domain domain = new InMemoryQubesDb.Domain("work");

    @Override
    QubesDb open() {
        return domain.client();
    }

    @Override
    void stopDaemon() {
        domain.stop();
    }

    @Override
    void startDaemon() {
        domain.start();
    }
}
