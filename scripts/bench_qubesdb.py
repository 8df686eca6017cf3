"""The QubesDB client and daemon against the plainest ones, and a host of many domains; called by scripts/bench."""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import bench_startup

BENCH = 'org.qubestools.qubesdb.bench.QubesDbBench'
DOMAINS = 1000
IDLE_SECONDS = 5
IDLE_RSS_MIB = 128
# Ticks of the processor's clock that are no work of anybody's: one thing of the JVM's own in the whole time.
IDLE_CPU_PERCENT = 0.5
# Times its quiet value that a good client's read may take beside hostile ones.
HOSTILE_GOAL = 5


class Report:
    """The table of measures, goals and verdicts."""

    def __init__(self):
        self.rows = [('measure', 'ours', 'counterpart', 'ratio', 'goal', '')]
        self.missed = False

    def add(self, name, ours, theirs, value, goal, good):
        verdict = '' if good is None else 'ok' if good else 'MISSED'
        self.missed |= good is False
        self.rows.append((name, ours, theirs, value, goal, verdict))

    def at_least(self, name, ours, theirs, goal, unit='/s', figure=None):
        """A rate, as so many times that of the counterpart; a figure that it should reach too is reported only."""
        ratio = ours / theirs
        shown = '>= %g' % goal + ('' if figure is None else ' (%d/s is a figure only)' % figure)
        self.add(name, '%.0f%s' % (ours, unit), '%.0f%s' % (theirs, unit), '%.2f' % ratio, shown, ratio >= goal)

    def at_most(self, name, ours, theirs, goal, unit):
        ratio = ours / theirs
        self.add(name, '%.1f%s' % (ours, unit), '%.1f%s' % (theirs, unit), '%.2f' % ratio, '<= %g' % goal,
                 ratio <= goal)

    def show(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(6)]
        for row in self.rows:
            print('  '.join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


class Serving:
    """A process that serves until it is killed, and says when it does."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != 'ready':
            sys.exit('bench: %s does not serve' % ' '.join(arguments))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def values_of(done):
    if done.returncode != 0:
        sys.exit('bench: the measurement failed')
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def measure_rates(report, options, work):
    java = [os.path.join(options.jdk, 'bin/java'), '-cp', options.classpath, BENCH]
    folder, plain = os.path.join(work, 'run'), os.path.join(work, 'plain.sock')
    with Serving(*java, 'plain', plain), Serving(*java, 'daemon', folder):
        done = subprocess.run([*java, 'measure', folder, plain], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              text=True)
    found = values_of(done)
    report.at_least('client-read', found['client-to-daemon'], found['plain-to-daemon'], 0.6, figure=20000)
    report.at_least('client-16-in-flight', found['client-16'], found['client-to-daemon'], 1.5)
    report.at_least('daemon-read', found['plain-to-daemon'], found['plain-to-plain'], 0.8, figure=30000)
    report.at_most('write-to-event', found['write-to-event-us'], found['round-trip-us'], 4, ' us')
    report.at_least('multiread-1000', found['multireads-of-1000'], found['reads-of-1000'], 3)


def measure_hostile(report, options, work):
    """A good client alone, then beside twenty that do their worst in a process of the same priority, in turn."""
    java = [os.path.join(options.jdk, 'bin/java'), '-cp', options.classpath, BENCH]
    folder = os.path.join(work, 'hostile')
    with Serving(*java, 'daemon', folder):
        found = values_of(subprocess.run([*java, 'hostile', folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         text=True))
    report.at_most('read-beside-20-hostile', found['hostile-read-us'], found['quiet-read-us'], HOSTILE_GOAL, ' us')
    report.add('  what they send', '%.0f/s' % found['hostile-sends'], '', '', '', None)


class Host:
    """A host daemon, asked over its control socket."""

    def __init__(self, options, folder):
        environment = dict(os.environ, QUBES_RUN_DIR=folder, JAVA_HOME=options.jdk)
        os.makedirs(folder, 0o700)
        self.process = subprocess.Popen([os.path.join(options.dist, 'bin', 'qubesdb-hostd')], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_UNIX)
        self.connect(os.path.join(folder, 'qubesdb-hostd.sock'))
        self.lines = self.socket.makefile('rw', encoding='utf-8')

    def connect(self, path):
        for _ in range(200):
            try:
                self.socket.connect(path)
                return
            except OSError:
                time.sleep(0.05)
        sys.exit('bench: qubesdb-hostd does not serve')

    def ask(self, **request):
        self.lines.write(json.dumps(request) + '\n')
        self.lines.flush()
        return json.loads(self.lines.readline())

    def cpu_seconds(self):
        with open('/proc/%d/stat' % self.process.pid) as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def rss_mib(self):
        with open('/proc/%d/status' % self.process.pid) as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmRSS:')) / 1024

    def end(self):
        self.process.terminate()
        self.process.wait()


def measure_host(report, options, work):
    host = Host(options, os.path.join(work, 'host'))
    try:
        for number in range(DOMAINS):
            answer = host.ask(op='start', domain='vm%d' % number)
            if not answer.get('ok'):
                sys.exit('bench: qubesdb-hostd: %s' % answer)
        time.sleep(1)
        before = host.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        percent = (host.cpu_seconds() - before) / IDLE_SECONDS * 100
        rss = host.rss_mib()
        report.add('idle-%d-domains-rss' % DOMAINS, '%.0f MiB' % rss, '', '', '< %d MiB' % IDLE_RSS_MIB,
                   rss < IDLE_RSS_MIB)
        report.add('idle-%d-domains-cpu' % DOMAINS, '%.1f %%' % percent, '', '', '0 %', percent <= IDLE_CPU_PERCENT)
    finally:
        host.end()


def measure_start(report, options, work):
    folder = os.path.join(work, 'start')
    java = [os.path.join(options.jdk, 'bin/java'), '-cp', options.classpath, BENCH]
    with Serving(*java, 'daemon', folder):
        environment = dict(os.environ, QUBES_RUN_DIR=folder, JAVA_HOME=options.jdk)
        subprocess.run([os.path.join(options.dist, 'bin', 'qubesdb-write'), '-d', 'work', '/name', 'work'],
                       env=environment, check=True)
        os.environ['QUBES_RUN_DIR'] = folder
        tool = bench_startup.Command([os.path.join(options.dist, 'bin', 'qubesdb-read'), '-d', 'work', '/name'],
                                     work, options.jdk)
        bench_startup.make_empty(options, work)
        empty = bench_startup.empty_command(options, work)
        ratio = bench_startup.pairs_of(tool, empty, options.pairs)
    goal = bench_startup.start_goal(options)
    report.add('start-of-qubesdb-read', '%.0f ms' % statistics.median(tool.wall),
               '%.0f ms' % statistics.median(empty.wall), '%.2f' % ratio, '<= %g' % goal, ratio <= goal)


def run(*steps):
    """Ends the program with 0 if all steps, each of which gets a report, the options and a directory, reach their goals."""
    options = bench_startup.arguments('classpath')
    report = Report()
    work = tempfile.mkdtemp(prefix='qubes-bench-')
    try:
        for step in steps:
            step(report, options, work)
    finally:
        shutil.rmtree(work)
    print('JDK %d, medians, load %.1f\n' % (options.version, os.getloadavg()[0]))
    report.show()
    sys.exit(1 if report.missed else 0)


if __name__ == '__main__':
    run(measure_rates, measure_hostile, measure_host, measure_start)
