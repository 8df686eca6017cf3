"""Batches against single changes, in the same run; called by scripts/bench, see its --help."""

import os
import shutil
import statistics

from bench_startup import Command, Changing, numbers, run, store, verdict

CHANGES = 1000
CREATIONS = 100
GOAL_CHANGES = 8
GOAL_CREATIONS = 10


def tree(work, name, count):
    """A fresh root with a store of so many VMs and the template that new ones need."""
    root = os.path.join(work, name)
    qubes = os.path.join(root, 'var/lib/qubes')
    for directory in ('vm-templates/fedora-23', 'vm-kernels/4.4.14-11', 'appvms', 'servicevms'):
        os.makedirs(os.path.join(qubes, directory))
    for image in ('root.img', 'private.img'):
        with open(os.path.join(qubes, 'vm-templates/fedora-23', image), 'wb') as file:
            file.truncate(1 << 20)
    for kernel in ('vmlinuz', 'initramfs'):
        with open(os.path.join(qubes, 'vm-kernels/4.4.14-11', kernel), 'w'):
            pass
    with open(os.path.join(qubes, 'qubes.xml'), 'w') as file:
        file.write(store(count))
    return root


def lines_of(path, lines):
    with open(path, 'w') as file:
        file.write(''.join(line + '\n' for line in lines))
    return path


class Changes(Command):
    """A batch of property changes, each of another value than the last time."""

    def __init__(self, arguments, root, java_home, work):
        super().__init__(arguments, root, java_home)
        self.work, self.round = work, 0

    def run(self, counted=True):
        self.round += 1
        vms = ['work'] + ['app-%d' % qid for qid in range(5, 253)]
        lines = ['qvm-prefs -s %s %s %d' % (vms[i % len(vms)], *self.value(i // len(vms))) for i in range(CHANGES)]
        self.arguments = self.arguments[:-1] + [lines_of(os.path.join(self.work, 'changes.batch'), lines)]
        super().run(counted)

    def value(self, sweep):
        odd = self.round % 2
        return (('memory', 300 + odd), ('maxmem', 4000 + odd), ('vcpus', 1 + odd), ('qrexec_timeout', 60 + odd),
                ('memory', 310 + odd))[sweep]


class Creation(Command):
    """Makes VMs in a store of a few, which is put back before each run."""

    def __init__(self, arguments, root, java_home):
        super().__init__(arguments, root, java_home)
        self.qubes = os.path.join(root, 'var/lib/qubes')

    def run(self, counted=True):
        shutil.rmtree(os.path.join(self.qubes, 'appvms'))
        os.mkdir(os.path.join(self.qubes, 'appvms'))
        with open(os.path.join(self.qubes, 'qubes.xml'), 'w') as file:
            file.write(store(6))
        os.sync()  # what was removed is not the run's work
        super().run(counted)


def interleaved(many, one, pairs):
    """Runs both in turn; the median of the ratios of their wall times."""
    for command in (one, many):
        command.run(counted=False)
    for number in range(pairs):
        for command in ((one, many) if number % 2 == 0 else (many, one)):
            command.run()
    return statistics.median(m / o for m, o in zip(many.wall, one.wall))


def measure(options, work):
    def tool(name, *arguments):
        force = ['--force-root'] if os.geteuid() == 0 else []
        return [os.path.join(options.dist, 'bin', name)] + force + list(arguments)

    large, small = tree(work, 'large', 253), tree(work, 'small', 6)
    creations = lines_of(os.path.join(work, 'creations.batch'),
                         ['qvm-create -l red -t fedora-23 new-%d' % i for i in range(CREATIONS)])
    cases = [
        ('batch-changes-1000-of-253', GOAL_CHANGES,
         Changes(tool('qvm-batch', '-q', ''), large, options.jdk, work),
         Changing(tool('qvm-prefs', '-s', 'work', 'memory', '300'), large, options.jdk)),
        ('batch-creations-100', GOAL_CREATIONS,
         Creation(tool('qvm-batch', '-q', '--offline-mode', creations), small, options.jdk),
         Creation(tool('qvm-create', '-q', '--offline-mode', '-l', 'red', '-t', 'fedora-23', 'new-0'), small,
                  options.jdk)),
    ]
    lines, rows = [], []
    for name, goal, many, one in cases:
        lines.append(verdict(name, interleaved(many, one, options.pairs), goal, 2))
        rows.append((name, many, one))
    for line in lines:
        print(line)
    print()
    print('%-26s %23s   %23s' % ('JDK %d, %d pairs' % (options.version, options.pairs), 'batch', 'one command'))
    print('%-26s %23s   %23s' % ('medians of whole processes', 'wall ms  cpu ms  MiB', 'wall ms  cpu ms  MiB'))
    for name, many, one in rows:
        print('%-26s %s   %s' % (name, numbers(many), numbers(one)))
    return all(line.endswith(' ok') for line in lines)


if __name__ == '__main__':
    run(measure)
