"""Lists of devices against a bare read of the same keys, and as a process; called by scripts/bench."""

import os
import statistics
import subprocess
import sys

import bench_qubesdb
import bench_startup

BENCH = 'org.qubestools.devices.bench.DevicesBench'
DEVICES = 20
LIST_RATIO = 3
LIST_MORE_MS = 50
PROCESS_GOAL = 3


def measure_list(report, options, work):
    done = subprocess.run([os.path.join(options.jdk, 'bin/java'), '-cp', options.classpath, BENCH,
                           os.path.join(work, 'list')], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    found = bench_qubesdb.values_of(done)
    ours, bare = found['list-1000'], found['multiread']
    report.add('list-1000', '%.1f ms' % ours, '%.1f ms' % bare, '%.2f' % (ours / bare),
               '<= %d x + %d ms' % (LIST_RATIO, LIST_MORE_MS), ours <= LIST_RATIO * bare + LIST_MORE_MS)


def measure_process(report, options, work):
    """dom0 publishes the devices; libvirt's test driver has a domain of another VM."""
    root, run = os.path.join(work, 'root'), os.path.join(work, 'run')
    os.makedirs(os.path.join(root, 'var/lib/qubes'))
    os.makedirs(run)
    with open(os.path.join(root, 'var/lib/qubes/qubes.xml'), 'w') as file:
        file.write(bench_startup.store(6))
    os.environ.update(QUBES_RUN_DIR=run, QUBES_LOG_DIR=run)
    environment = dict(os.environ, JAVA_HOME=options.jdk)
    tool = os.path.join(options.dist, 'bin')
    daemon = subprocess.Popen([os.path.join(tool, 'qubesdb-daemon'), '--foreground', '0', 'dom0'], env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        if daemon.stdout.readline().strip() != 'ready':
            sys.exit('bench: qubesdb-daemon does not serve')
        for number in range(1, DEVICES + 1):
            directory = '/qubes-block-devices/sdb%d' % number
            subprocess.run([os.path.join(tool, 'qubesdb-write'), '-d', 'dom0', directory + '/desc', 'disk %d' % number,
                            directory + '/size', '1048576', directory + '/mode', 'w'], env=environment, check=True)
        listing = [os.path.join(tool, 'qvm-block'), '-l', '--force-root', '--connect', 'test:///default']
        shown = subprocess.run(listing, env=dict(environment, QUBES_ROOT=root), stdout=subprocess.PIPE, text=True)
        if len(shown.stdout.splitlines()) != DEVICES:
            sys.exit('bench: qvm-block lists %d devices' % len(shown.stdout.splitlines()))
        command = bench_startup.Command(listing, root, options.jdk)
        bench_startup.make_empty(options, work)
        empty = bench_startup.empty_command(options, work)
        ratio = bench_startup.pairs_of(command, empty, options.pairs)
    finally:
        daemon.terminate()
        daemon.wait()
    report.add('qvm-block-l', '%.0f ms' % statistics.median(command.wall), '%.0f ms' % statistics.median(empty.wall),
               '%.2f' % ratio, '<= %d' % PROCESS_GOAL, ratio <= PROCESS_GOAL)


if __name__ == '__main__':
    bench_qubesdb.run(measure_list, measure_process)
