"""Start-up of the tools against an empty Java program; called by scripts/bench, see its --help."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

RSS_LIMIT_MIB = 64
GROWTH_LIMIT_MS = 0.15

EMPTY = """\
public final class Empty {
    public static void main(String[] arguments) {
        System.out.println("sys-firewall");
    }
}
"""

COMMON = (
    ('autostart', 'False'), ('backup_content', 'False'), ('backup_path', ''), ('backup_size', '0'),
    ('debug', 'False'), ('default_user', 'user'), ('firewall_conf', 'firewall.xml'), ('include_in_backups', 'True'),
    ('installed_by_rpm', 'False'), ('internal', 'False'), ('pci_e820_host', 'True'), ('pci_strictreset', 'True'),
    ('pcidevs', '[]'), ('pool_name', 'default'), ('qrexec_timeout', '60'),
    ('services', "{'meminfo-writer': True}"), ('uses_default_dispvm_netvm', 'True'),
)


def element(kind, qid, name, directory, label, **more):
    """One VM with the attributes that R3.2 writes for it."""
    values = dict(COMMON)
    values.update(qid=str(qid), name=name, label=label, conf_file=name + '.conf',
                  dir_path='/var/lib/qubes/%s/%s' % (directory, name))
    if kind == 'QubesAdminVm':
        values.update(maxmem='0', memory='300', netid='0', dispvm_netvm='none', template_qid='none', vcpus='0')
    else:
        values.update(kernel='4.4.14-11', kernelopts='nopat', maxmem='4000', memory='400', vcpus='2',
                      template_qid='1', uses_default_kernel='True', uses_default_kernelopts='True',
                      uuid=str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))
    values.update(more)
    text = ' '.join('%s="%s"' % pair for pair in sorted(values.items()))
    return '  <%s %s/>\n' % (kind, text)


def store(count):
    """A store of R3.2 with dom0, a template, two VMs that give network, and AppVMs up to the count."""
    vms = [
        element('QubesAdminVm', 0, 'dom0', 'servicevms', 'black'),
        element('QubesTemplateVm', 1, 'fedora-23', 'vm-templates', 'black', template_qid='none', netvm_qid='3',
                dispvm_netvm='3', installed_by_rpm='True', uses_default_netvm='True'),
        element('QubesNetVm', 2, 'sys-net', 'servicevms', 'red', netid='1', dispvm_netvm='none',
                pcidevs="['00:19.0', '03:00.0']"),
        element('QubesProxyVm', 3, 'sys-firewall', 'servicevms', 'green', netid='2', netvm_qid='2', dispvm_netvm='2'),
    ]
    for qid in range(4, count):
        name = 'work' if qid == 4 else 'app-%d' % qid
        vms.append(element('QubesAppVm', qid, name, 'appvms', 'blue', netvm_qid='3', dispvm_netvm='3',
                           uses_default_netvm='True'))
    return ('<QubesVmCollection clockvm="2" default_fw_netvm="2" default_kernel="4.4.14-11" default_netvm="3"'
            ' default_template="1" updatevm="3">\n' + ''.join(vms) + '</QubesVmCollection>\n')


class Command:
    """A command line with its surroundings, and what its runs took."""

    def __init__(self, arguments, root, java_home):
        self.arguments = arguments
        self.environment = {k: v for k, v in os.environ.items()
                            if k not in ('JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS')}
        self.environment.update(QUBES_ROOT=root, JAVA_HOME=java_home, QUBES_GROUP='')
        self.wall, self.cpu, self.rss = [], [], []

    def run(self, counted=True):
        with tempfile.TemporaryFile() as errors:
            began = time.monotonic()
            process = subprocess.Popen(self.arguments, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
            took = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            errors.seek(0)
            text = errors.read().decode(errors='replace')
        if process.returncode != 0:
            sys.exit('bench: %s ended with %d: %s' % (' '.join(self.arguments), process.returncode, text.strip()))
        if counted:
            self.wall.append(took * 1000)
            self.cpu.append((usage.ru_utime + usage.ru_stime) * 1000)
            self.rss.append(usage.ru_maxrss / 1024)


class Changing(Command):
    """A command that sets a value; each run sets another one, so that each run writes."""

    def run(self, counted=True):
        value = '300' if self.arguments[-1] != '300' else '512'
        self.arguments = self.arguments[:-1] + [value]
        super().run(counted)


def pairs_of(tool, empty, count):
    """Runs both in turn and returns the median of the ratios of their wall times."""
    for command in (empty, tool, empty, tool):
        command.run(counted=False)
    for number in range(count):
        for command in ((empty, tool) if number % 2 == 0 else (tool, empty)):
            command.run()
    return statistics.median(t / e for t, e in zip(tool.wall, empty.wall))


def arguments(*more):
    """What scripts/bench says to each measurement, and what only this one is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--dist', required=True)
    parser.add_argument('--jdk', required=True)
    parser.add_argument('--version', type=int, required=True)
    parser.add_argument('--pairs', type=int, required=True)
    for name in more:
        parser.add_argument('--' + name, required=True)
    return parser.parse_args()


def run(measuring):
    """Ends the program with 0 if the measurement, which gets the options and a directory, reached its goals."""
    work = tempfile.mkdtemp(prefix='qubes-bench-')
    try:
        sys.exit(0 if measuring(arguments(), work) else 1)
    finally:
        shutil.rmtree(work)


def make_empty(options, work):
    """The empty program, as a class in the directory."""
    source = os.path.join(work, 'Empty.java')
    with open(source, 'w') as file:
        file.write(EMPTY)
    subprocess.run([os.path.join(options.jdk, 'bin/javac'), '--release', '17', '-d', work, source], check=True)


def empty_command(options, work):
    """A run of it with the options of the JVM that the short tools have."""
    with open(os.path.join(options.dist, 'lib', 'flags')) as file:
        lines = dict(line.rstrip('\n').split(': ', 1) for line in file if not line.startswith('#'))
    flags = (lines['aot' if options.version >= 24 else 'jsa'] + ' ' + lines['*']).split()
    return Command([os.path.join(options.jdk, 'bin/java')] + flags + ['-cp', work, 'Empty'], work, options.jdk)


def start_goal(options):
    """Most times the empty program that a tool which only reads may take."""
    return 1.6 if options.version < 24 else 2.0


def measure(options, work):
    make_empty(options, work)

    roots = {}
    for count in (6, 100, 253):
        roots[count] = os.path.join(work, str(count))
        os.makedirs(os.path.join(roots[count], 'var/lib/qubes'))
        with open(os.path.join(roots[count], 'var/lib/qubes/qubes.xml'), 'w') as file:
            file.write(store(count))

    def tool(kind, count, *arguments):
        name, *rest = arguments
        as_root = ['--force-root'] if os.geteuid() == 0 and name == 'qvm-prefs' else []
        return kind([os.path.join(options.dist, 'bin', name)] + as_root + rest, roots[count], options.jdk)

    get_goal = start_goal(options)
    cases = [('startup-get-%d' % count, get_goal, tool(Command, count, 'qvm-prefs', 'work', 'netvm'))
             for count in (6, 100, 253)]
    cases.append(('startup-raw-list-253', 2.0, tool(Command, 253, 'qvm-ls', '--raw-list')))
    cases.append(('startup-set-253', 2.5, tool(Changing, 253, 'qvm-prefs', '-s', 'work', 'memory', '300')))

    lines, rows, peak = [], [], 0
    for name, goal, command in cases:
        empty = empty_command(options, work)
        ratio = pairs_of(command, empty, options.pairs)
        lines.append(verdict(name, ratio, goal, 2))
        rows.append((name, command, empty))
        peak = max(peak, max(command.rss))

    few, many = (tool(Command, count, 'qvm-ls', '--raw-list') for count in (6, 253))
    pairs_of(many, few, options.pairs)
    growth = statistics.median(m - f for m, f in zip(many.wall, few.wall)) / (253 - 6)
    lines.append(verdict('startup-growth-per-vm-ms', growth, GROWTH_LIMIT_MS, 3))
    rows.append(('startup-growth (253, 6)', many, few))
    peak = max(peak, max(many.rss), max(few.rss))
    lines.append(verdict('startup-peak-rss-mib', peak, RSS_LIMIT_MIB, 1))

    for line in lines:
        print(line)
    print()
    print('%-26s %23s   %23s' % ('JDK %d, %d pairs' % (options.version, options.pairs), 'tool', 'counterpart'))
    print('%-26s %23s   %23s' % ('medians of whole processes', 'wall ms  cpu ms  MiB', 'wall ms  cpu ms  MiB'))
    for name, command, empty in rows:
        print('%-26s %s   %s' % (name, numbers(command), numbers(empty)))
    return all(line.endswith(' ok') for line in lines)


def verdict(name, ratio, goal, digits):
    return 'bench %s ratio %.*f goal <= %s %s' % (name, digits, ratio, goal, 'ok' if ratio <= goal else 'SHORT')


def numbers(command):
    return '%8.1f %8.1f %5.1f' % tuple(
        statistics.median(values) for values in (command.wall, command.cpu, command.rss))


if __name__ == '__main__':
    run(measure)
