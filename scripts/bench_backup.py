"""Backup and restore against pipelines of the standard programs; called by scripts/bench, see its --help."""

import argparse
import filecmp
import multiprocessing
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

# Our command lines. {force} is there for root only.
OURS = {
    'write-v3-gzip': 'qvm-backup {force} --format 3 -e -z -p {passfile} {file} {vm}',
    'write-v4-gzip': 'qvm-backup {force} -p {passfile} {file} {vm}',
    'write-v4-zstd': 'qvm-backup {force} -Z zstd -p {passfile} {file} {vm}',
    'verify': 'qubes-backup verify {file} -p {passfile}',
    'restore': 'qvm-backup-restore {force} -p {passfile} {file}',
    'restore-original': 'qvm-backup-restore {force} --memory 5G -p {passfile} {file}',
}
FORMATS = ('v3-gzip', 'v4-gzip', 'v4-zstd')

# Measure: goal.
SPEED = {'write-v3-gzip': 1.5, 'write-v4-gzip': 5, 'write-v4-zstd': 12, 'verify-v3': 2, 'verify-v4': 2,
         'restore-v3': 2, 'restore-v4': 2, 'restore-original-v4': 1}
SIZE_PERCENT = 3
RSS_LIMIT_MIB = 768
PER_CORE = 0.8

VM = 'work'
PREFIX = 'vm2'
PASSPHRASE = 'correct horse'
CHUNK = 100 << 20
ORIGINAL_SIZE = 64 << 20
ORIGINAL_COST = '--logN 21 -r 8 -p 1'
LONG_SIZE = 16 << 30
BLOCK = 64 << 10
TEXT_SIZE = 32 << 20
SEED = 20160929
FEW_RUNS = 3
POLL_SECONDS = 0.05
LIBRARIES_SECONDS = 1
JOURNAL_LIMIT = 1 << 20
LEFT_OUT = 'left out'

# What must be there, and Debian's package for it.
PROGRAMS = {'bash': 'bash', 'tar': 'tar', 'gzip': 'gzip', 'openssl': 'openssl', 'split': 'coreutils',
            'scrypt': 'scrypt', 'zstd': 'zstd', 'find': 'findutils', 'cmp': 'diffutils', 'sed': 'sed'}

# The collection of the new format that the original pipelines archive, with one AppVM.
COLLECTION_V4 = """\
<qubes>
  <labels><label id="label-1" color="0xcc0000">red</label><label id="label-5" color="0x3465a4">blue</label>\
<label id="label-8" color="0x000000">black</label></labels>
  <properties><property name="default_template">fedora-23</property></properties>
  <domains>
    <domain id="domain-0" class="AdminVM"><properties><property name="label">black</property></properties>
      <features/><devices class="pci"/><tags/></domain>
    <domain id="domain-1" class="TemplateVM"><properties><property name="name">fedora-23</property>
      <property name="qid">1</property><property name="label">black</property></properties>
      <features><feature name="backup-content"></feature></features><devices class="pci"/><tags/></domain>
    <domain id="domain-2" class="AppVM"><properties><property name="name">{vm}</property>
      <property name="qid">2</property><property name="label">blue</property>
      <property name="template">fedora-23</property><property name="netvm"></property>
      <property name="virt_mode">pv</property></properties>
      <features><feature name="backup-content">1</feature><feature name="backup-path">{prefix}/</feature>
      <feature name="backup-size">{size}</feature></features><devices class="pci"/><tags/></domain>
  </domains>
</qubes>
"""


class Failure(Exception):
    """A command that did not do what it should."""


class Job:
    """A command line that is run several times, and what its runs took."""

    def __init__(self, name, arguments, environment, before=None, after=None, watched=None, failure=None, archive=None):
        self.name, self.arguments, self.environment = name, arguments, environment
        self.before, self.after, self.watched = before, after, watched
        self.failure, self.archive = failure, archive
        self.wall, self.cpu, self.rss = [], [], []
        self.temporary, self.libraries = 0, 0

    def run(self, looking=False, timed=True):
        if self.before:
            self.before()
        os.sync()
        with tempfile.TemporaryFile() as errors:
            watch = Watch(self.watched, errors) if looking else None
            began = time.monotonic()
            process = subprocess.Popen(self.arguments, env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
            if watch:
                watch.start(process.pid)
            try:
                _, status, usage = os.wait4(process.pid, 0)
                took = time.monotonic() - began
                process.returncode = os.waitstatus_to_exitcode(status)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
            finally:
                if watch:
                    watch.stop()
            errors.seek(0)
            text = errors.read().decode(errors='replace').strip()
        if process.returncode != 0:
            raise Failure('%s ended with %d: %s' % (' '.join(self.arguments), process.returncode, text))
        if self.after:
            self.after()
        if watch:
            self.temporary = max(self.temporary, watch.temporary_bytes())
            self.libraries = max(self.libraries, watch.library_bytes())
        self.rss.append(usage.ru_maxrss / 1024)
        if timed:
            self.wall.append(took)
            self.cpu.append(usage.ru_utime + usage.ru_stime)

    @property
    def best(self):
        return min(self.wall)

    def done(self):
        return bool(self.wall) and not self.failure


class Watch:
    """Looks again and again at directories and at the files that a process and its children have open for writing.

    Temporary are the files that are not there when the process has ended. Not counted: small files directly in the
    directory of the store, which are its journal; libraries that the JVM has unpacked and mapped are told apart.
    """

    def __init__(self, watched, errors):
        self.directories, self.store = watched
        found = os.fstat(errors.fileno())
        self.known = {(found.st_dev, found.st_ino)} | set(self.files())
        self.seen, self.mapped, self.left = {}, {}, set()
        self.libraries_due = self.new_until = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.loop)

    def start(self, pid):
        self.pid = pid
        self.since = time.time() - 1
        self.thread.start()

    def stop(self):
        self.ended.set()
        self.thread.join()
        self.left = set(self.files())

    def loop(self):
        while not self.ended.wait(POLL_SECONDS):
            for key, size in self.files().items():
                self.note(self.seen, key, size)
            now = time.monotonic()
            with_libraries = now >= self.libraries_due or now < self.new_until
            if with_libraries:
                self.libraries_due = now + LIBRARIES_SECONDS
            for pid in self.processes(self.pid):
                self.look_at(pid)
                if with_libraries:
                    self.look_at_libraries(pid)

    def note(self, where, key, size):
        if key not in self.known:
            if key not in where:
                self.new_until = time.monotonic() + LIBRARIES_SECONDS
            where[key] = max(size, where.get(key, 0))

    def files(self):
        """Key and allocated bytes of every regular file below the directories."""
        found = {}
        for top in self.directories:
            for directory, _, names in os.walk(top):
                for name in names:
                    try:
                        status = os.lstat(os.path.join(directory, name))
                    except OSError:
                        continue
                    if stat.S_ISREG(status.st_mode) and not self.is_journal(directory, status):
                        found[status.st_dev, status.st_ino] = status.st_blocks * 512
        return found

    def is_journal(self, directory, status):
        return directory == self.store and status.st_blocks * 512 < JOURNAL_LIMIT

    def processes(self, pid):
        found = [pid]
        try:
            for task in os.listdir('/proc/%d/task' % pid):
                with open('/proc/%d/task/%s/children' % (pid, task)) as file:
                    for child in file.read().split():
                        found += self.processes(int(child))
        except OSError:
            pass
        return found

    def look_at(self, pid):
        try:
            names = os.listdir('/proc/%d/fd' % pid)
        except OSError:
            return
        for name in names:
            try:
                path = os.readlink('/proc/%d/fd/%s' % (pid, name))
                if not path.startswith('/') or path.startswith('/memfd:'):
                    continue
                status = os.stat('/proc/%d/fd/%s' % (pid, name))
                if not stat.S_ISREG(status.st_mode) or self.is_journal(os.path.dirname(path), status):
                    continue
                with open('/proc/%d/fdinfo/%s' % (pid, name)) as file:
                    flags = int(re.search(r'^flags:\s*([0-7]+)', file.read(), re.M).group(1), 8)
            except OSError:
                continue
            if flags & os.O_ACCMODE != os.O_RDONLY:
                self.note(self.seen, (status.st_dev, status.st_ino), status.st_blocks * 512)

    def look_at_libraries(self, pid):
        """Mapped libraries that are younger than the process, or deleted since; their size is what is mapped.

        So is the page of entry points that libffi, below JNA, makes as a file without a name: code, no data of ours.
        Page faults of the process wait while its maps are read: once in a while, or when a file is new.
        """
        sizes = {}
        try:
            with open('/proc/%d/maps' % pid) as file:
                for line in file:
                    fields = line.rstrip('\n').split(None, 5)
                    if len(fields) == 6 and ('.so' in fields[5] or re.search(r'/ffi\w{6} \(deleted\)$', fields[5])):
                        begin, end = (int(address, 16) for address in fields[0].split('-'))
                        major, minor = (int(number, 16) for number in fields[3].split(':'))
                        key = (os.makedev(major, minor), int(fields[4])), fields[5]
                        sizes[key] = sizes.get(key, 0) + end - begin
        except OSError:
            return
        for (key, path), size in sizes.items():
            try:
                young = os.stat(path).st_ctime >= self.since
            except OSError:
                young = path.endswith(' (deleted)')
            if young:
                self.note(self.mapped, key, size)

    def temporary_bytes(self):
        return sum(size for key, size in self.seen.items() if key not in self.left and key not in self.mapped)

    def library_bytes(self):
        return sum(self.mapped.values())


class Bench:
    """The data set, and the jobs on it."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.environment = {k: v for k, v in os.environ.items()
                            if k not in ('JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS')
                            and not k.startswith('QUBES_')}
        self.environment.update(JAVA_HOME=options.jdk, QUBES_GROUP='', LC_ALL='C.UTF-8')
        self.passfile = self.path('passphrase')
        with open(self.passfile, 'w') as file:
            file.write(PASSPHRASE + '\n')
        self.temporary = self.directory('tmp')
        self.runs = options.runs or FEW_RUNS
        self.cores = len(os.sched_getaffinity(0))
        self.force = ['--force-root'] if os.geteuid() == 0 else []

    def path(self, *parts):
        return os.path.join(self.work, *parts)

    def directory(self, *parts):
        os.makedirs(self.path(*parts), exist_ok=True)
        return self.path(*parts)

    # ---- the data set

    def tool(self, root, name, *arguments):
        environment = dict(self.environment, QUBES_ROOT=root)
        done = subprocess.run([os.path.join(self.options.dist, 'bin', name)] + list(arguments), env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            sys.exit('bench: %s ended with %d: %s' % (name, done.returncode, done.stdout.decode(errors='replace')))

    def make_root(self, name):
        """A store with a template, made by our tools."""
        root = self.directory(name)
        self.tool(root, 'qvm-init-storage')
        store = os.path.join(root, 'var/lib/qubes')
        template, kernel = (os.path.join(store, *parts) for parts in (('vm-templates', 'fedora-23'),
                                                                      ('vm-kernels', '4.4.14-11')))
        for directory in (template, kernel):
            os.makedirs(directory)
        for file, size in ((os.path.join(template, 'root.img'), 10 << 20),
                           (os.path.join(template, 'private.img'), 2 << 20),
                           (os.path.join(kernel, 'vmlinuz'), 0), (os.path.join(kernel, 'initramfs'), 0)):
            with open(file, 'wb') as opened:
                opened.truncate(size)
        self.tool(root, 'qubes-prefs', 'default-kernel', '4.4.14-11')
        self.tool(root, 'qvm-add-template', '--rpm', 'fedora-23')
        return store

    def make_data(self, name, size):
        """A root with the AppVM whose private.img has this size."""
        store = self.make_root(name)
        self.tool(self.path(name), 'qvm-create', *self.force, '--label', 'blue', '--property', 'netvm=none', VM)
        image = os.path.join(store, 'appvms', VM, 'private.img')
        # In a process of its own: the memory it takes would be counted to every program started after it.
        filler = multiprocessing.Process(target=fill, args=(image, size))
        filler.start()
        filler.join()
        if filler.exitcode != 0:
            sys.exit('bench: no data set')
        with open(image, 'rb') as file:
            while file.read(1 << 20):
                pass
        return store, image

    def make_source(self, name, image, size, collection=None):
        """What a pipeline archives: a collection and (a part of) the image."""
        source = self.directory(name)
        with open(os.path.join(source, 'qubes.xml'), 'w') as file:
            file.write(COLLECTION_V4.format(vm=VM, prefix=PREFIX, size=size) if collection is None else collection)
        copy = os.path.join(self.directory(name, 'appvms', VM), 'private.img')
        if size == os.path.getsize(image):
            os.link(image, copy)
        else:
            with open(image, 'rb') as whole, open(copy, 'wb') as part:
                part.write(whole.read(size))
        return source, copy

    # ---- jobs

    def pipeline(self, name, *arguments, cost='', **more):
        environment = dict(self.environment, PASS=PASSPHRASE, VM=PREFIX, CHUNK=str(CHUNK), COST=cost,
                           TMPDIR=self.temporary)
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bench_backup_pipelines')
        return Job('pipeline ' + name, ['bash', script] + list(arguments), environment, **more)

    def ours(self, name, command, root, archive, **more):
        """A job of ours; {words} of its command line are filled in."""
        failure = None
        values = dict(force='--force-root', passfile=self.passfile, file=archive, vm=VM)
        tool, *rest = (word.format(**values) for word in OURS[command].split() if word != '{force}' or self.force)
        path = os.path.join(self.options.dist, 'bin', tool)
        if self.options.only_counterparts:
            failure = LEFT_OUT
        elif not os.path.exists(path):
            failure = 'this build has no ' + tool
        directories = [root, self.temporary] + ([os.path.dirname(archive)] if command.startswith('write') else [])
        return Job('ours ' + name, [path] + rest, dict(self.environment, QUBES_ROOT=root, TMPDIR=self.temporary),
                   watched=(directories, os.path.join(root, 'var/lib/qubes')), failure=failure, archive=archive, **more)

    def our_write(self, kind, root, suffix=''):
        archive = os.path.join(self.directory('archives', 'ours-' + kind + suffix), 'archive')
        return self.ours('write-' + kind + suffix, 'write-' + kind, root, archive, before=lambda: remove(archive))

    def write_jobs(self, sources):
        """Ours and the pipelines in turn."""
        jobs = {}
        for kind in FORMATS:
            jobs['ours', kind] = self.our_write(kind, self.path('first'))
            if ('pipeline', kind[:2]) not in jobs:
                jobs['pipeline', kind[:2]] = self.pipeline_write(kind[:2], sources[kind[:2]])
        return jobs

    def pipeline_write(self, kind, source):
        archive = os.path.join(self.directory('archives', 'pipeline-' + kind), 'archive')
        return self.pipeline('write-' + kind, 'write', kind[1:], source, archive, archive=archive,
                             before=lambda: remove(archive))

    def our_restore(self, name, archive, image, command='restore'):
        """A job of ours into a root that is made afresh for each run, and compared afterwards."""
        root, fresh = self.path('second'), self.path('second-fresh')

        def before():
            shutil.rmtree(root, ignore_errors=True)
            subprocess.run(['cp', '-a', fresh, root], check=True)

        return self.ours(name, command, root, archive, before=before,
                         after=lambda: same(image, os.path.join(root, 'var/lib/qubes/appvms', VM, 'private.img')))

    def pipeline_restore(self, name, archive, image):
        target = self.path('unpacked')

        def before():
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(target)

        return self.pipeline(name, 'restore', archive, target, before=before,
                             after=lambda: same(image, os.path.join(target, PREFIX, 'private.img')))

    def primitive(self, name, image, *arguments):
        """Programs with one thread at work. Not bound to a core: it could be the one that others keep busy."""
        return Job('primitive ' + name, list(arguments) + [image], self.environment)


def remove(path):
    if os.path.lexists(path):
        os.unlink(path)


def same(one, other):
    if not os.path.exists(other):
        raise Failure('there is no %s' % other)
    if not filecmp.cmp(one, other, shallow=False):
        raise Failure('%s differs from %s' % (other, one))


def fill(path, size):
    """Blocks of random bytes in turn with blocks of words; the same for the same size."""
    source = random.Random(SEED)
    letters = 'etaoinshrdlucmfwypvbgkjqxz'
    words = [''.join(source.choices(letters, weights=range(26, 0, -1), k=source.randint(2, 10))) for _ in range(1000)]
    shares = [1 / (rank + 1) for rank in range(len(words))]
    text, made = [], 0
    while made < min(TEXT_SIZE, size + BLOCK):
        piece = (' '.join(source.choices(words, shares, k=10000)) + '\n').encode()
        text.append(piece)
        made += len(piece)
    text = b''.join(text)
    noise = subprocess.Popen(['openssl', 'enc', '-aes-128-ctr', '-K', '%032x' % SEED, '-iv', '0' * 32,
                              '-in', '/dev/zero'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    at, left = 0, size
    with open(path, 'wb') as file:
        while left > 0:
            block = noise.stdout.read(BLOCK) + text[at:at + BLOCK]
            file.write(block[:left])
            left -= len(block)
            # An odd step: the text comes again after half a thousand blocks, but never at the same place of a block.
            at = at + BLOCK if at + 2 * BLOCK <= len(text) else (at + BLOCK) % 4099
    noise.kill()
    noise.wait()


def rounds(jobs, count):
    """Runs all jobs in turn, forwards and backwards; one of ours that fails is out, the rest goes on."""
    for number in range(count):
        for job in jobs if number % 2 == 0 else list(reversed(jobs)):
            attempt(job, job.name, job.run)


def look(jobs, timed=False):
    """Runs those of ours once for what they leave in directories: looking takes time from them, on all cores."""
    for job in jobs:
        if job.watched:
            attempt(job, job.name + ', looked at', lambda: job.run(True, timed))


def attempt(job, name, run):
    if job.failure:
        return
    print('bench: %s' % name, file=sys.stderr)
    try:
        run()
    except Failure as failure:
        if not job.name.startswith('ours'):
            sys.exit('bench: %s' % failure)
        job.failure = str(failure)
        print('bench: %s' % failure, file=sys.stderr)


class Report:
    """The table of measures, goals and verdicts."""

    def __init__(self, counterparts_only):
        self.counterparts_only = counterparts_only
        self.rows, self.missed = [], False

    def add(self, name, ours, counterpart, value='', goal='', good=None):
        if self.counterparts_only:
            ours, good = '', None
        self.missed |= good is False
        self.rows.append((name, ours, counterpart, value, goal, {True: 'ok', False: 'MISSED', None: ''}[good]))

    def speed(self, name, ours, counterpart, size):
        theirs, goal = seconds(counterpart, size), SPEED[name]
        if ours.done():
            ratio = counterpart.best / ours.best
            self.add(name, seconds(ours, size), theirs, '%.2f' % ratio, '>= %g' % goal, ratio >= goal)
        else:
            self.add(name, 'failed', theirs, '', '>= %g' % goal, False)

    def limit(self, name, jobs, values, good, goal):
        """The largest of what jobs of ours took, against a limit; a job that failed misses it."""
        done = [job for job in jobs if job.done()]
        value = max((values(job) for job in done), default=0)
        failed = '%d of %d failed' % (len(jobs) - len(done), len(jobs)) if len(done) < len(jobs) else ''
        self.add(name, failed, '', '%.0f' % value if done else '', goal, good(value) and not failed)

    def show(self):
        heads = ('measure', 'ours', 'counterpart', 'value', 'goal', '')
        rows = [heads] + self.rows
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        for row in rows:
            print('  '.join(('%-*s' if column in (0, 5) else '%*s') % (widths[column], cell)
                            for column, cell in enumerate(row)).rstrip())


def seconds(job, size):
    return '%.2f s %.1f MiB/s' % (job.best, size / job.best / (1 << 20))


def scrypt_costs(archive):
    """What scrypt chose for the members of an archive; it measures anew for each."""
    found = set()
    with tarfile.open(archive, ignore_zeros=True) as members:
        for member in members:
            head = members.extractfile(member).read(16)
            if head.startswith(b'scrypt'):
                r, p = (int.from_bytes(head[at:at + 4], 'big') for at in (8, 12))
                found.add('N = 2^%d r = %d p = %d' % (head[7], r, p))
    return ', '.join(sorted(found))


def size_text(size):
    for unit, letter in ((1 << 30, 'G'), (1 << 20, 'M')):
        if size % unit == 0:
            return '%d%s' % (size // unit, letter)
    return str(size)


def parse_size(text):
    match = re.fullmatch(r'([1-9][0-9]{0,5})([MG])', text)
    if not match:
        sys.exit("bench: '%s' is no size: a number and M or G, as 64M, 1G" % text)
    return int(match.group(1)) << {'M': 20, 'G': 30}[match.group(2)]


def need_programs():
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    if missing:
        sys.exit('bench: missing on this machine; this line installs it:\n'
                 'sudo apt-get update && sudo apt-get install -y --no-install-recommends ' + ' '.join(missing))


def need_space(directory, needed):
    free = shutil.disk_usage(directory).free
    if free < needed:
        sys.exit('bench: %d MiB are needed in %s, %d MiB are free; TMPDIR names another place'
                 % (needed >> 20, directory, free >> 20))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--dist', required=True)
    parser.add_argument('--jdk', required=True)
    parser.add_argument('--version', required=True)
    parser.add_argument('--size', default='1G')
    parser.add_argument('--runs', type=int)
    parser.add_argument('--long', action='store_true')
    parser.add_argument('--only-counterparts', action='store_true')
    options = parser.parse_args()
    size = parse_size(options.size)
    need_programs()
    # The image, two unpacked copies, five archives, the chunks of one; with --long image, copy and archive, alone.
    need_space(tempfile.gettempdir(), max(size * 8, LONG_SIZE * 3 if options.long else 0))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('bench: terminated'))
    work = tempfile.mkdtemp(prefix='qubes-bench-')
    try:
        sys.exit(0 if measure(Bench(options, work), size) else 1)
    finally:
        shutil.rmtree(work)


def measure(bench, size):
    options = bench.options
    store, image = bench.make_data('first', size)
    bench.make_root('second-fresh')
    write, alone = measure_writing(bench, store, image, size)
    read = measure_reading(bench, write, image)
    small = min(size, ORIGINAL_SIZE)
    original = measure_original(bench, image, small)

    report = Report(options.only_counterparts)
    for kind in FORMATS:
        report.speed('write-' + kind, write['ours', kind], write['pipeline', kind[:2]], size)
    compare_sizes(report, 'size-v3-gzip', write['ours', 'v3-gzip'], write['pipeline', 'v3'])
    for action in ('verify', 'restore'):
        for kind in ('v3', 'v4'):
            report.speed('%s-%s' % (action, kind), read['ours', action, kind], read['pipeline', action, kind], size)
    report.speed('restore-original-v4', *original, small)
    per_core(report, 'per-core-gzip', write['ours', 'v3-gzip'], alone['gzip'], size, bench.cores)
    per_core(report, 'per-core-zstd', write['ours', 'v4-zstd'], alone['zstd'], size, bench.cores, goal=None)
    limits(report, [job for job in [*write.values(), *read.values()] if job.name.startswith('ours')], size_text(size))
    if original[0].done():
        report.add('peak-rss-mib-original-v4', '%.0f' % max(original[0].rss), '%.0f' % max(original[1].rss))

    heading = ['%s image, JDK %s, %d cores, best of %d, load %.1f'
               % (size_text(size), options.version, bench.cores, bench.runs,
                  os.getloadavg()[0]),
               'gzip -6 makes it %.0f %%; scrypt chose %s'
               % (100 * os.path.getsize(write['pipeline', 'v3'].archive) / size,
                  scrypt_costs(write['pipeline', 'v4'].archive))]
    everything = [*write.values(), *alone.values(), *read.values(), *original]
    if options.long and not options.only_counterparts:
        more = measure_long(bench)
        limits(report, more, size_text(LONG_SIZE))
        everything += more

    print('\n'.join(heading) + '\n')
    report.show()
    print()
    show_runs(everything)
    return not report.missed


def measure_writing(bench, store, image, size):
    with open(os.path.join(store, 'qubes.xml')) as file:
        collection = marked(file.read(), size)
    sources = {'v3': bench.make_source('source-v3', image, size, collection)[0],
               'v4': bench.make_source('source-v4', image, size)[0]}
    write = bench.write_jobs(sources)
    alone = {'gzip': bench.primitive('gzip -6', image, 'gzip', '-6', '-c'),
             'zstd': bench.primitive('zstd -3', image, 'zstd', '-3', '-T1', '-q', '-c')}
    look(write.values())
    rounds([*write.values(), *alone.values()], bench.runs)
    return write, alone


def marked(collection, size):
    """The collection of a store as the originals archive it: the AppVM has its backup_ attributes."""
    head, element, rest = re.fullmatch(r'(.*)(<QubesAppVm [^>]*>)(.*)', collection, re.S).groups()
    for name, value in (('content', 'True'), ('path', PREFIX), ('size', size)):
        element = re.sub(r' backup_%s="[^"]*"' % name, ' backup_%s="%s"' % (name, value), element)
    return head + element + rest


def measure_reading(bench, write, image):
    """Both read the same archive: ours, if there is one."""
    read = {}
    for kind in ('v3', 'v4'):
        ours, theirs = write['ours', kind + '-gzip'], write['pipeline', kind]
        archive = ours.archive if ours.done() else theirs.archive
        read['ours', 'verify', kind] = bench.ours('verify-' + kind, 'verify', bench.path('first'), archive)
        read['pipeline', 'verify', kind] = bench.pipeline('verify-' + kind, 'verify', archive)
        read['ours', 'restore', kind] = bench.our_restore('restore-' + kind, archive, image)
        read['pipeline', 'restore', kind] = bench.pipeline_restore('restore-' + kind, archive, image)
    look(read.values())
    rounds(list(read.values()), bench.runs)
    return read


def measure_original(bench, image, size):
    """An archive of one chunk at the cost that the originals choose on a machine with much memory."""
    source, part = bench.make_source('source-original', image, size)
    archive = bench.path('original')
    rounds([bench.pipeline('write-original-v4', 'write', '4', source, archive, cost=ORIGINAL_COST)], 1)
    original = [bench.our_restore('restore-original-v4', archive, part, 'restore-original'),
                bench.pipeline_restore('restore-original-v4', archive, part)]
    look(original)
    rounds(original, bench.runs)
    return original


def measure_long(bench):
    """Ours alone with a large image, for memory and temporary files; one archive at a time."""
    for entry in os.listdir(bench.work):
        if entry not in ('passphrase', 'tmp', 'second-fresh'):
            (remove if os.path.isfile(bench.path(entry)) else shutil.rmtree)(bench.path(entry))
    _, image = bench.make_data('long', LONG_SIZE)
    jobs, suffix = [], '-' + size_text(LONG_SIZE)
    for kind in FORMATS:
        write = bench.our_write(kind, bench.path('long'), suffix)
        verify = bench.ours('verify-' + kind + suffix, 'verify', bench.path('long'), write.archive)
        restore = bench.our_restore('restore-' + kind + suffix, write.archive, image)
        look([write, verify, restore], timed=True)
        remove(write.archive)
        jobs += [write, verify, restore]
    return jobs


def compare_sizes(report, name, ours, theirs):
    """Sizes of the archives of the same format and filter."""
    size, goal = os.path.getsize(theirs.archive), '<= %d %%' % SIZE_PERCENT
    if ours.done():
        mine = os.path.getsize(ours.archive)
        percent = abs(mine / size - 1) * 100
        report.add(name, '%d B' % mine, '%d B' % size, '%.2f %%' % percent, goal, percent <= SIZE_PERCENT)
    else:
        report.add(name, 'failed', '%d B' % size, '', goal, False)


def per_core(report, name, ours, alone, size, cores, goal=PER_CORE):
    """Wall-clock throughput divided by the number of cores, against the filter alone on one core.

    Without a goal where the filter is not what takes the time, as zstd in format 4: docs/contributing.md.
    """
    shown = '' if goal is None else '>= %g' % goal
    rate = size / alone.best / (1 << 20)
    theirs = '%.0f MiB/s' % rate
    if not ours.done():
        report.add(name, 'failed', theirs, '', shown, False)
        return
    mine = size / ours.best / cores / (1 << 20)
    report.add(name, '%.0f MiB/s' % mine, theirs, '%.2f' % (mine / rate), shown,
               None if goal is None else mine / rate >= goal)
    mine, rate = (size / min(job.cpu) / (1 << 20) for job in (ours, alone))
    report.add(name + '-cpu', '%.0f MiB/s' % mine, '%.0f MiB/s' % rate, '%.2f' % (mine / rate))


def limits(report, jobs, size):
    if report.counterparts_only:
        return
    report.limit('peak-rss-mib-' + size, jobs, lambda job: max(job.rss),
                 lambda value: value < RSS_LIMIT_MIB, '< %d' % RSS_LIMIT_MIB)
    report.limit('temporary-bytes-' + size, jobs, lambda job: job.temporary, lambda value: value == 0, '0')
    libraries = max((job.libraries for job in jobs), default=0)
    if libraries:
        report.add('unpacked-library-bytes', '%d' % libraries, '')


def show_runs(jobs):
    print('%-34s %9s %9s %7s %12s' % ('best of whole processes', 'wall s', 'cpu s', 'MiB', 'temporary B'))
    for job in jobs:
        if job.done():
            temporary = '%d' % job.temporary if job.watched else ''
            numbers = '%9.2f %9.2f %7.0f' % (job.best, min(job.cpu), max(job.rss))
            print(('%-34s %s %12s' % (job.name, numbers, temporary)).rstrip())
        elif job.failure != LEFT_OUT:
            print('%-34s failed: %s' % (job.name, job.failure))


if __name__ == '__main__':
    main()
