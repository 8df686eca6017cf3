"""Part of scripts/test-completion: one shell on a terminal, into which command lines are typed."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

SHELL, DIST, WORK, STORE = sys.argv[1:5]
ROOT = os.path.join(WORK, "tree")
PATIENCE = 40
MARK = "<<%s>>"


def make_tree():
    store = os.path.join(ROOT, "var", "lib", "qubes")
    os.makedirs(os.path.join(store, "vm-kernels", "4.4.14-11"))
    os.makedirs(os.path.join(store, "vm-kernels", "3.18.17-8"))
    shutil.copy(STORE, os.path.join(store, "qubes.xml"))
    os.makedirs(os.path.join(ROOT, "etc", "qubes"))
    with open(os.path.join(ROOT, "etc", "qubes", "storage.conf"), "w", encoding="ascii") as out:
        out.write("[fast]\nclass=Xen\ndir_path=/var/lib/fast\n")
    os.makedirs(os.path.join(WORK, "here", "some-directory"))
    with open(os.path.join(WORK, "here", "some.backup"), "w", encoding="ascii") as out:
        out.write("")


class Terminal:
    """A shell that thinks a person sits there. A line is completed, put into a variable by quotes, and printed."""

    def __init__(self):
        environment = dict(PATH=os.path.join(DIST, "bin") + ":" + os.environ["PATH"], HOME=WORK, TERM="dumb",
                           QUBES_ROOT=ROOT, LANG="C.UTF-8", XDG_CONFIG_HOME=WORK, XDG_DATA_HOME=WORK,
                           XDG_CACHE_HOME=WORK, JAVA_HOME=os.environ.get("JAVA_HOME", ""))
        command, beginning = {
            "bash": (["bash", "--norc", "--noprofile", "-i"],
                     f"for f in {DIST}/completion/q*; do . $f; done; bind 'set completion-query-items 0'; "
                     "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; bind 'set page-completions off'"),
            "zsh": (["zsh", "-f", "-i"],
                    f"fpath=({DIST}/completion/zsh $fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=1000; "
                    "setopt no_beep no_prompt_cr no_auto_remove_slash; unset zle_bracketed_paste; zstyle ':completion:*' menu no"),
            "fish": (["fish", "--private"],
                     f"set fish_complete_path {DIST}/completion/fish $fish_complete_path; set -g fish_greeting"),
        }[SHELL]
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(os.path.join(WORK, "here"))
            os.execvpe(command[0], command, environment)
        self.seen = ""
        self.number = 0
        time.sleep(1)
        self.run(beginning)
        self.run("echo() { printf '%s\\n' \"$*\"; }" if SHELL != "fish" else "true")

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def wait(self, pattern):
        end = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern, self.seen, re.S)
            if found:
                return found
            ready, _, _ = select.select([self.descriptor], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise SystemExit(f"test-completion: {SHELL}: no {pattern} in {self.seen!r}")
            self.seen += os.read(self.descriptor, 65536).decode(errors="replace")

    def run(self, line):
        """Runs a line and returns what it printed."""
        self.number += 1
        begin, end = MARK % f"a{self.number}", MARK % f"b{self.number}"
        self.seen = ""
        # In two pieces, so that what the terminal echoes is not what is looked for.
        self.type(f"printf '%s%s\\n' '{begin[:3]}' '{begin[3:]}'; {line}; printf '%s%s\\n' '{end[:3]}' '{end[3:]}'\r")
        return self.wait(re.escape(begin) + r"\r*\n(.*?)" + re.escape(end)).group(1)

    def completed(self, line):
        """What the Tab key makes of the line, by a program of the tool's name that prints its words."""
        tool, words = line.split(" ", 1)
        self.number += 1
        end = MARK % f"c{self.number}"
        self.seen = ""
        self.type(f"{tool} {words}\t")
        time.sleep(0.3)
        self.settle()
        self.seen = ""
        # To the beginning of the line; what is there becomes words of printf.
        self.type("\x01printf '[%s]' \x05 " + f"'{end[:3]}''{end[3:]}'\r")
        found = self.wait(r"((?:\[[^\]\n]*\])*)\[" + re.escape(end) + r"\]").group(1)
        self.wait(re.escape(end) + r"\].*[$%>#] ?")
        return re.findall(r"\[([^\]]*)\]", found)[1:]

    def settle(self):
        """Until nothing comes for a while."""
        while select.select([self.descriptor], [], [], 0.7)[0]:
            self.seen += os.read(self.descriptor, 65536).decode(errors="replace")

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def expect(what, wanted, found):
    if wanted != found:
        raise SystemExit(f"test-completion: {SHELL}: {what}: {found!r} instead of {wanted!r}")
    print(f"test-completion: ok: {SHELL}: {what}", file=sys.stderr)


def tool(*words):
    subprocess.run([os.path.join(DIST, "bin", words[0]), "--force-root", *words[1:]], check=True,
                   env=dict(os.environ, QUBES_ROOT=ROOT))


def main():
    make_tree()
    store = os.path.join(ROOT, "var", "lib", "qubes", "qubes.xml")
    names = os.path.join(ROOT, "var", "lib", "qubes", ".qvm-names")
    terminal = Terminal()
    try:
        expect("a VM, asked of the tool because there is no list yet", ["vault"], terminal.completed("qvm-start va"))
        expect("now there is one", True, os.path.exists(names))
        for what, line, wanted in [
            ("a VM", "qvm-start wo", ["work"]),
            ("a second one", "qvm-start work va", ["work", "vault"]),
            ("an option", "qvm-prefs --hide-d", ["--hide-default"]),
            ("a VM of an option", "qvm-shutdown --all --exclude sys-n", ["--all", "--exclude", "sys-net"]),
            ("a template", "qvm-create --template fed", ["--template", "fedora-23"]),
            ("a label", "qvm-create -l pur", ["-l", "purple"]),
            ("a pool", "qvm-create --pool fa", ["--pool", "fast"]),
            ("a property", "qvm-prefs work default_u", ["work", "default_user"]),
            ("a value", "qvm-prefs -s work netvm sys-f", ["-s", "work", "netvm", "sys-firewall"]),
            ("a kernel", "qvm-prefs -s work kernel 3", ["-s", "work", "kernel", "3.18.17-8"]),
            ("an assignment", "qvm-prefs work label=oran", ["work", "label=orange"]),
            ("a global property", "qubes-prefs -s updatevm sys-f", ["-s", "updatevm", "sys-firewall"]),
            ("a service", "qvm-service work meminfo-", ["work", "meminfo-writer"]),
            ("a command", "qubes-backup ver", ["verify"]),
            ("a file", "qubes-backup verify some.b", ["verify", "some.backup"]),
            ("a directory", "qvm-ls --root some-d", ["--root", "some-directory/"]),
            ("a class of devices", "qvm-device bl", ["block"]),
            ("the VM of a device", "qvm-block -a work vau", ["-a", "work", "vault:"]),
        ]:
            expect(what, wanted, terminal.completed(line))
        tool("qvm-prefs", "-s", "vault", "name", "office")
        expect("a save makes the list again", True, "vm office " in open(names, encoding="ascii").read())
        expect("so the new name is there", ["office"], terminal.completed("qvm-start off"))
        with open(store, encoding="ascii") as old:
            text = old.read()
        with open(store, "w", encoding="ascii") as new:
            new.write(text.replace('name="office"', 'name="renamed-by-hand"').replace(
                'name="work"', 'name="w$(touch hurt);`touch hurt`"'))
        expect("an editor's change is seen", ["renamed-by-hand"], terminal.completed("qvm-start ren"))
        expect("a hostile name is not offered", ["w"], terminal.completed("qvm-start w"))
        expect("nor run", False, os.path.exists(os.path.join(WORK, "here", "hurt")))
    finally:
        terminal.close()


main()
