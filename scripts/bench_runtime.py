"""The tools on a running libvirt against virsh and an empty Java program; called by scripts/bench, see its --help."""

import os
import re
import selectors
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import uuid

import bench_startup
from bench_startup import Command, element

STARTS = 20
EVENT_ROUNDS = 40
MANY_EVENTS = 10_000
RSS_LIMIT_MIB = 96
GROWTH_LIMIT_MIB = 8
MEMORY = '64'


class Report:
    """The table of measures, goals and verdicts."""

    def __init__(self):
        self.rows = [('measure', 'ours', 'counterpart', 'value', 'goal', '')]
        self.missed = False

    def add(self, name, ours, theirs, value, goal, good):
        self.missed |= not good
        self.rows.append((name, ours, theirs, value, goal, 'ok' if good else 'MISSED'))
        print('bench: ' + '  '.join(self.rows[-1]), file=sys.stderr, flush=True)

    def show(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(6)]
        for row in self.rows:
            print('  '.join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


class Shell:
    """A virsh that stays connected, so that the test driver keeps its domains, and carries out what it is told."""

    def __init__(self, uri):
        self.uri = uri
        self.process = subprocess.Popen(['stdbuf', '-oL', 'virsh', '-q', '-c', uri], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)

    def run(self, *lines):
        """Carries the lines out and returns when all are."""
        self.process.stdin.write('\n'.join(lines) + '\necho all-done\n')
        self.process.stdin.flush()
        text = ''
        while 'all-done' not in text.replace('echo all-done', ''):  # it shows what it reads; no line end follows the echo
            part = os.read(self.process.stdout.fileno(), 65536).decode()
            if not part:
                sys.exit('bench: virsh ended: ' + text)
            text += part
        if 'error:' in text:
            sys.exit('bench: virsh: ' + text)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def idle_kernel(path):
    """A kernel for QEMU's -kernel that stops the processor at once: 32-bit ELF with a multiboot header."""
    base = 0x100000
    multiboot = struct.pack('<III', 0x1BADB002, 0, (-0x1BADB002) & 0xFFFFFFFF)
    code = b'\xfa\xf4\xeb\xfd'  # cli; hlt; jmp to the hlt
    content = multiboot + code
    header = 52 + 32
    elf = b'\x7fELF\x01\x01\x01' + bytes(9) + struct.pack('<HHIIIIIHHHHHH', 2, 3, 1, base + len(multiboot), 52, 0, 0,
                                                          52, 32, 1, 0, 0, 0)
    segment = struct.pack('<IIIIIIII', 1, header, base, base, len(content), len(content), 5, 4)
    with open(path, 'wb') as file:
        file.write(elf + segment + content)


def tree(root, names):
    """A root directory with a template, a kernel that does nothing, and AppVMs of these names; returns their UUIDs."""
    kernels = os.path.join(root, 'var/lib/qubes/vm-kernels/4.4.14-11')
    os.makedirs(kernels)
    idle_kernel(os.path.join(kernels, 'vmlinuz'))
    for name in ('initramfs', 'modules.img'):
        with open(os.path.join(kernels, name), 'wb') as file:
            file.truncate(1 << 20)
    identities = {name: str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in names}
    vms = [element('QubesAdminVm', 0, 'dom0', 'servicevms', 'black'),
           element('QubesTemplateVm', 1, 'fedora-23', 'vm-templates', 'black', template_qid='none')]
    folders = ['vm-templates/fedora-23'] + ['appvms/' + name for name in names]
    for qid, name in enumerate(names, 2):
        vms.append(element('QubesAppVm', qid, name, 'appvms', 'red', netvm_qid='none', uses_default_netvm='False',
                           memory=MEMORY, maxmem=MEMORY, vcpus='1', uuid=identities[name]))
    for folder in folders:
        path = os.path.join(root, 'var/lib/qubes', folder)
        os.makedirs(path)
        for image in ('private.img', 'root.img')[:2 if 'templates' in folder else 1]:
            with open(os.path.join(path, image), 'wb') as file:
                file.truncate(8 << 20)
    os.makedirs(os.path.join(root, 'var/run/qubes'))
    with open(os.path.join(root, 'var/lib/qubes/qubes.xml'), 'w') as file:
        file.write('<QubesVmCollection default_kernel="4.4.14-11" default_template="1">\n' + ''.join(vms)
                   + '</QubesVmCollection>\n')
    return identities


class Bench:
    """What all measures share."""

    def __init__(self, options, work):
        self.options = options
        self.work = work
        self.report = Report()
        self.daemon = os.path.join(work, 'd')
        self.script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'private-libvirtd')
        self.libvirt = {driver: self.private('uri', self.daemon, driver) for driver in ('test', 'qemu')}

    def private(self, *arguments):
        done = subprocess.run([self.script, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit('bench: there is no libvirtd of our own')
        return done.stdout.strip()

    def tool(self, root, driver, name, *arguments):
        as_root = ['--force-root'] if os.geteuid() == 0 and name in ('qvm-prefs', 'qvm-create') else []
        command = Command([os.path.join(self.options.dist, 'bin', name)] + as_root + list(arguments), root,
                          self.options.jdk)
        command.environment.update(QUBES_LIBVIRT_URI=self.libvirt[driver],
                                   QUBES_RUN_DIR=os.path.join(root, 'var/run/qubes'),
                                   QUBES_LOG_DIR=os.path.join(root, 'var/run/qubes'))
        return command

    def virsh(self, *arguments):
        command = Command(['virsh', '-q', '-c', self.libvirt['qemu'], *arguments], self.work, self.options.jdk)
        return command

    # ---- readers

    def readers(self):
        names = ['work'] + ['app-%d' % number for number in range(2, 250)]
        root = os.path.join(self.work, 'many')
        os.mkdir(root)
        identities = tree(root, names)
        shell = Shell(self.libvirt['test'])
        for number, name in enumerate(names):
            path = os.path.join(self.work, 'domain.xml')
            with open(path, 'w') as file:
                file.write('<domain type="test"><name>%s</name><uuid>%s</uuid><memory unit="MiB">64</memory>'
                           '<vcpu>1</vcpu><os><type>hvm</type></os></domain>' % (name, identities[name]))
            shell.run('define ' + path, *(['start ' + name] if number % 2 == 0 else []))
        for name, goal, arguments in (('check-running', 4, ('qvm-check', '--running', 'work')),
                                      ('ls-250-states', 5, ('qvm-ls',))):
            empty = bench_startup.empty_command(self.options, self.work)
            command = self.tool(root, 'test', *arguments)
            ratio = bench_startup.pairs_of(command, empty, self.options.pairs)
            self.report.add(name, '%.0f ms' % statistics.median(command.wall),
                            '%.0f ms' % statistics.median(empty.wall), '%.2f' % ratio, '<= %g' % goal, ratio <= goal)
        return root, shell

    # ---- starts

    def starts(self):
        names = ['vm-%d' % number for number in range(STARTS)]
        root = os.path.join(self.work, 'q')
        os.mkdir(root)
        tree(root, names)
        first = names[0]
        kill = self.virsh('destroy', first)
        for _ in range(2):  # the first start learns of QEMU, and starts the daemon of QubesDB
            self.tool(root, 'qemu', 'qvm-start', first).run()
            kill.run()
        ours, theirs = self.tool(root, 'qemu', 'qvm-start', first), self.virsh('start', first)
        for number in range(self.options.pairs):
            for command in ((ours, theirs) if number % 2 == 0 else (theirs, ours)):
                command.run()
                kill.run()
        ratio = statistics.median(o / t for o, t in zip(ours.wall, theirs.wall))
        more = statistics.median(o - t for o, t in zip(ours.wall, theirs.wall)) / 1000
        self.report.add('start', '%.0f ms' % statistics.median(ours.wall), '%.0f ms' % statistics.median(theirs.wall),
                        '%.2f, %+.2f s' % (ratio, more), '<= 2 and <= +0.6 s', ratio <= 2 and more <= 0.6)
        together, single = [], []
        for _ in range(3):
            command = self.tool(root, 'qemu', 'qvm-start', *names)
            command.run()
            together.append(command.wall[0])
            self.kill_all(names)
            took = 0
            for name in names:
                command = self.tool(root, 'qemu', 'qvm-start', name)
                command.run()
                took += command.wall[0]
            single.append(took)
            self.kill_all(names)
        ratio = min(together) / min(single)
        self.report.add('start-%d-at-once' % STARTS, '%.1f s' % (min(together) / 1000), '%.1f s' % (min(single) / 1000),
                        '%.2f' % ratio, '<= 0.6', ratio <= 0.6)

    def kill_all(self, names):
        for name in names:
            self.virsh('destroy', name).run()

    # ---- events

    def events(self, root, shell):
        watcher = self.tool(root, 'test', 'qvm-events', '--no-qubesdb')
        ours = subprocess.Popen(watcher.arguments, env=watcher.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE)
        theirs = subprocess.Popen(['stdbuf', '-oL', 'virsh', '-q', '-c', self.libvirt['test'], 'event', '--all', '--loop'],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            wait_for(ours, b'"ready"')
            time.sleep(1)  # virsh does not say when it listens
            self.latency(ours, theirs, shell)
            self.memory(ours, shell)
        finally:
            for process in (ours, theirs):
                process.kill()
                process.wait()

    def latency(self, ours, theirs, shell):
        times = {ours: [], theirs: []}
        with selectors.DefaultSelector() as selector:
            for process in times:
                os.set_blocking(process.stdout.fileno(), False)
                selector.register(process.stdout, selectors.EVENT_READ, process)
            for number in range(EVENT_ROUNDS + 5):
                began = time.monotonic()
                shell.process.stdin.write(('suspend work\n', 'resume work\n')[number % 2])
                shell.process.stdin.flush()
                waited = {ours, theirs}
                while waited:
                    ready = selector.select(10)
                    now = time.monotonic()
                    if not ready:
                        sys.exit('bench: no event within 10 s')
                    for key, _ in ready:
                        key.fileobj.read()
                        if key.data in waited:
                            waited.remove(key.data)
                            if number >= 5:
                                times[key.data].append((now - began) * 1000)
                time.sleep(0.02)
        mine, other = (statistics.median(times[process]) for process in (ours, theirs))
        self.report.add('event-to-line', '%.2f ms' % mine, '%.2f ms' % other, '%.2f, %+.2f ms' % (mine / other, mine - other),
                        '<= 2 x + 5 ms', mine <= 2 * other + 5)
        os.set_blocking(ours.stdout.fileno(), True)
        shell.run('resume work' if EVENT_ROUNDS % 2 == 0 else 'list')

    def memory(self, ours, shell):
        early = 0
        for block in range(20):
            shell.run(*['suspend work', 'resume work'] * (MANY_EVENTS // 40))
            seen = 0
            while seen < MANY_EVENTS // 20:
                line = ours.stdout.readline()
                seen += b'"domain"' in line
                if not line or b'"gap"' in line:
                    sys.exit('bench: qvm-events lost events: ' + line.decode())
            if block == 3:
                early = rss_mib(ours.pid)
        late = rss_mib(ours.pid)
        self.report.add('events-rss-mib', '%.0f' % late, '%.0f after a fifth' % early, '%+.0f' % (late - early),
                        '< %d, <= +%d' % (RSS_LIMIT_MIB, GROWTH_LIMIT_MIB),
                        late < RSS_LIMIT_MIB and late - early <= GROWTH_LIMIT_MIB)


def end_hostd(work):
    """Ends the qubesdb-hostd that the first start of a VM has begun; it is known by the directory that it serves."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/cmdline' % pid, 'rb') as command, open('/proc/%s/environ' % pid, 'rb') as environment:
                ours = b'qubesdb-hostd' in command.read() and ('QUBES_RUN_DIR=' + work).encode() in environment.read()
            if ours:
                os.kill(int(pid), 15)
        except OSError:
            pass  # it has ended meanwhile, or is somebody else's


def wait_for(process, text):
    while True:
        line = process.stdout.readline()
        if not line:
            sys.exit('bench: qvm-events ended')
        if text in line:
            return


def rss_mib(pid):
    with open('/proc/%d/status' % pid) as file:
        return int(re.search(r'VmRSS:\s*(\d+)', file.read()).group(1)) / 1024


def main():
    options = bench_startup.arguments()
    work = tempfile.mkdtemp(prefix='qb-', dir='/tmp')
    bench = Bench(options, work)
    bench_startup.make_empty(options, work)
    shell = None
    try:
        bench.private('start', bench.daemon)
        root, shell = bench.readers()
        bench.events(root, shell)
        bench.starts()
    finally:
        if shell is not None:
            shell.close()
        bench.private('stop', bench.daemon)
        end_hostd(work)
        shutil.rmtree(work)
    print('JDK %d, %d pairs, medians of whole processes' % (options.version, options.pairs))
    bench.report.show()
    sys.exit(1 if bench.report.missed else 0)


if __name__ == '__main__':
    main()
