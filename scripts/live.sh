# Real VMs by the tools alone: what 'scripts/demo --live' shows. Sourced by it, not run.
# shellcheck shell=sh disable=SC2016,SC2154 # lines for the shell are shown as they are; variables of the demo

# Short: QEMU's sockets are below it.
tree=$(mktemp -d /tmp/qvm.XXXXXX)
PATH=$dist/bin:$PATH
QUBES_ROOT=$tree/root
QUBES_RUN_DIR=$QUBES_ROOT/var/run/qubes
TZ=UTC
export PATH QUBES_ROOT QUBES_RUN_DIR TZ
unset QUBES_LIBVIRT_URI QUBES_OFFLINE QUBES_GROUP QUBES_LOG_DIR QUBES_DRIVER
unset QUBES_KVM_NETWORK QUBES_KVM_BRIDGE QUBES_KVM_CONSOLE_LOGS
TINY_GUEST_CACHE=${TINY_GUEST_CACHE:-$root/qubes-core/target/tiny-guest/cache}
LIBVIRT_TEST_CACHE=${LIBVIRT_TEST_CACHE:-$root/qubes-core/target/libvirt-cache}
export TINY_GUEST_CACHE LIBVIRT_TEST_CACHE
as_root=
[ "$(id -u)" -ne 0 ] || as_root=' --force-root'
consoles=$QUBES_ROOT/var/log/qubes
watcher=
serving=
loop=

# processes: the ids of all that have our tree in their arguments or their environment, but for this script.
processes() {
    for p in /proc/[0-9]*; do
        [ "${p#/proc/}" != $$ ] || continue
        if { tr '\0' '\n' <"$p/cmdline"; tr '\0' '\n' <"$p/environ"; } 2>/dev/null | grep -qF "$tree"; then
            # A child of ours that only looks has our name; a process that has ended has no arguments.
            case $(tr '\0' ' ' <"$p/cmdline" 2>/dev/null) in
                '' | *scripts/demo*) ;;
                *) echo "${p#/proc/}" ;;
            esac
        fi
    done
}

# over: ends libvirtd with its guests, the daemon of QubesDB, the follower of events; releases the loop device; takes
# the tree away.
over() {
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
    [ -z "$serving" ] || "$root/scripts/private-libvirtd" stop "$tree/d" || true
    for p in $(processes); do
        kill "$p" 2>/dev/null || true
    done
    [ -z "$loop" ] || release_loop || say "$loop is left: losetup -d $loop"
    rm -rf "$tree"
}

# bind_loop FILE: sets loop to a new loop device with the partitions of this image; fails where this user gets none.
bind_loop() {
    [ -w /dev/loop-control ] || return 1
    loop=$(losetup --find --show --partscan "$1") || return 1
    # A kernel that does not read this kind of table is told of it.
    [ -b "${loop}p1" ] || partx --add "$loop" && [ -b "${loop}p1" ]
}

# release_loop: removes the partitions and the device; it goes at its last close.
release_loop() {
    partx --delete "$loop" 2>/dev/null || true
    losetup --detach "$loop" || return 1
    left=50
    while losetup "$loop" >/dev/null 2>&1 || [ -b "${loop}p1" ]; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.1
    done
    loop=
}
trap over EXIT
trap 'exit 130' INT TERM

heading() { printf '\n== %s\n' "$*"; }

# does TEXT LINE [CODE]: shows a line for the shell and runs it; it must print this text and end with
# this code, or 0.
does() {
    printf '\n$ %s\n' "$2"
    code=0
    (cd "$tree" && sh -c "$2") >"$tree/output" 2>&1 </dev/null || code=$?
    cat "$tree/output"
    [ $# -eq 2 ] || printf '(exit code %s)\n' "$code"
    [ "$code" -eq "${3:-0}" ] || die "exit code $code instead of ${3:-0}"
    [ -z "$1" ] || grep -qF -e "$1" "$tree/output" || die "it did not print '$1'"
}

# hears VM TEXT: waits for a line on the console of the VM that begins with this text, and shows it.
hears() {
    left=600
    until line=$(grep -a -m 1 "^$2" "$consoles/guest-$1.log" 2>/dev/null | tr -d '\r') && [ -n "$line" ]; do
        left=$((left - 1))
        [ $left -gt 0 ] || { grep -a ^GUEST "$consoles/guest-$1.log" >&2; die "the console of '$1' has no line '$2'"; }
        sleep 0.1
    done
    printf 'console of %s: %s\n' "$1" "$line"
}

# qemu VM: the process of the VM, as libvirt names it on its command line; none prints nothing.
qemu() { pgrep -f "guest=$1,.*$tree/" || true; }

# leaves_nothing VM: a VM that has ended has no socket and no daemon; the locks of its ports stay, that is how locks work.
leaves_nothing() {
    left=$(find "$QUBES_RUN_DIR" -name "*.$1.*" ! -name '*.lock')
    [ -z "$left" ] || die "'$1' has ended, but this is still there: $left"
    [ -z "$(qemu "$1")" ] || die "'$1' has ended, but its QEMU runs"
}

heading 'A libvirt of our own, and a store'
mkdir -p "$QUBES_ROOT/etc/qubes" "$consoles"
uri=$("$root/scripts/private-libvirtd" start "$tree/d")
serving=1
# Without KVM everywhere, so that a run is like the other.
printf '%s\n' "QUBES_LIBVIRT_URI=$uri" QUBES_DRIVER=qemu QUBES_KVM_CONSOLE_LOGS=/var/log/qubes >"$QUBES_ROOT/etc/qubes/qvm.conf"
printf '\n$ export QUBES_ROOT=%s QUBES_RUN_DIR=%s\n' "$QUBES_ROOT" "$QUBES_RUN_DIR"
does QUBES_LIBVIRT_URI "cat \$QUBES_ROOT/etc/qubes/qvm.conf"
does '' 'qvm-init-storage'

heading 'A template, as a package would leave it'
does 'vm-kernels' "$root/scripts/tiny-guest \$QUBES_ROOT/var/lib/qubes; ls \$QUBES_ROOT/var/lib/qubes/vm-*/*"
does '' 'qubes-prefs default-kernel tiny'
does '' 'qvm-add-template --rpm tiny'

heading 'VMs from it'
does '' "qvm-create$as_root --label red --net sys-net"
does '' "qvm-create$as_root --label blue --property netvm=none work"
for vm in sys-net work; do
    does '' "qvm-prefs$as_root $vm memory=128 maxmem=128 vcpus=1 kernelopts='quiet tiny.name=$vm'"
done
does 'Halted' 'qvm-ls'

heading 'A start'
printf '\n$ qvm-events >events &\n'
qvm-events >"$tree/events" 2>"$tree/events.err" &
watcher=$!
: >>"$tree/events"
until grep -q '"ready"' "$tree/events"; do
    kill -0 "$watcher" 2>/dev/null || die "qvm-events has ended: $(cat "$tree/events.err")"
    sleep 0.1
done
does '' 'qvm-start work'
does 'work|Running' 'qvm-ls --raw-data name-raw state work; qvm-check --running work'
[ -n "$(qemu work)" ] || die 'no process runs the VM'
hears work 'GUEST-UP work .* boots=1 root=clean'
hears work 'GUEST-QDB-SYNCED'
hears work 'GUEST-QDB /name=work'
does 'tiny' 'qubesdb-read -d work /qubes-base-template'

heading 'Commands in it'
does 'Linux work' 'qvm-run -p work "uname -sn; id -un; exit 7"' 7
does '1000000' 'head -c 1000000 /dev/urandom >data; qvm-run -p work cat <data >back; cmp data back && wc -c back'
does 'out' 'qvm-run -p work "echo out; echo err >&2" 2>errors; cat errors'
does 'a service' 'echo "a service" | qvm-run -p --service work test.Echo'

heading 'QubesDB, both ways, while it runs'
does '' 'qubesdb-write -d work /demo/colour green'
hears work 'GUEST-QDB /demo/colour=green'
does '' 'qvm-run -p -u root work "qubesdb-write /qubes-tools/os Linux"'
does 'Linux' 'qubesdb-read -d work /qubes-tools/os'

heading 'A NetVM, given while it runs'
does '' 'qvm-start sys-net'
does '' "qvm-prefs$as_root -s work netvm sys-net"
hears work 'GUEST-UEVENT add eth0'
hears work 'GUEST-QDB /qubes-ip='
does 'sys-net' 'qvm-ls --network'
does '' "qvm-prefs$as_root -s work netvm none"
hears work 'GUEST-UEVENT remove eth0'
hears work 'GUEST-QDB-RM /qubes-ip'

heading 'A partition of a loop device, attached while it runs'
# A table with one partition of Linux: 4096 sectors from sector 2048.
does '' 'truncate -s 8M disk.img
  printf "\203\000\000\000\000\010\000\000\000\020\000\000" | dd of=disk.img bs=1 seek=450 conv=notrunc status=none
  printf "\125\252" | dd of=disk.img bs=1 seek=510 conv=notrunc status=none
  echo "what only the partition has" | dd of=disk.img bs=512 seek=2048 conv=notrunc status=none'
disk_events=
if bind_loop "$tree/disk.img"; then
    disk_events='device-added device-removed '
    disk=${loop#/dev/}
    printf '\n$ losetup --find --show --partscan disk.img; partx --add %s\n%s\n' "$loop" "$loop"
    does "dom0:${disk}p1" "qvm-block$as_root | grep $disk"
    does '' "qvm-block$as_root -a work dom0:${disk}p1"
    does "attached to 'work' as 'xvdi'" "qvm-block$as_root | grep $disk"
    hears work 'GUEST-UEVENT add vde'
    does 'xvdi what only the partition has' \
        "qvm-run -p -u root work 'echo \$(cat /sys/block/vde/serial) \$(head -n 1 /dev/vde)'"
    does 'shares data' "qvm-block$as_root -A work dom0:$loop" 1
    does '' "qvm-block$as_root -d dom0:${disk}p1"
    hears work 'GUEST-UEVENT remove vde'
    does 'no vde' "qvm-run -p -u root work 'ls /sys/block/vde 2>/dev/null || echo no vde'"
    does "dom0:${disk}p1" "qvm-block$as_root | grep $disk"
    ! grep -qF attached "$tree/output" || die 'the partition is detached, but listed as attached'
    release_loop || die "$loop cannot be released"
    ! qvm-block$as_root | grep -F "$tree/disk.img" || die "$disk is released, but listed"
else
    say 'left out: this user gets no loop device with partitions'
    [ -z "$loop" ] || release_loop || die "$loop cannot be released"
fi

heading 'Pause'
does '' 'qvm-pause work'
does 'Paused' 'qvm-ls --raw-data name-raw state work'
does '' 'qvm-unpause work'
does 'Running' 'qvm-ls --raw-data name-raw state work'

heading 'A shutdown, a second start: the private image is kept, the root image is new'
does '' 'qvm-run -p -u root work "echo kept >/rw/note; echo lost >/etc/note; sync"'
does '' 'qvm-shutdown --wait work'
does 'work|Halted' 'qvm-ls --raw-data name-raw state work'
leaves_nothing work
does '' 'qvm-start work'
hears work 'GUEST-UP work .* boots=2 root=clean'
does 'kept' 'qvm-run -p -u root work "cat /rw/note; test ! -e /etc/note"'

heading 'The end'
does '' 'qvm-kill work'
does 'work|Halted' 'qvm-ls --raw-data name-raw state work'
leaves_nothing work
does 'is already stopped' 'qvm-kill work' 1
does '' 'qvm-shutdown --wait sys-net'
leaves_nothing sys-net
does '' "qvm-remove$as_root work sys-net"
does 'tiny' 'qvm-ls --raw-list'

heading 'What qvm-events has seen'
left=100
until grep -q '"event":"removed","vm":"work"' "$tree/events" && grep -q '"undefined","vm":"work"' "$tree/events"; do
    left=$((left - 1))
    [ $left -gt 0 ] || { cat "$tree/events" "$tree/events.err" >&2; die 'qvm-events has not seen the removal within 10 s'; }
    sleep 0.1
done
kill "$watcher"
wait "$watcher" || true
watcher=
[ ! -s "$tree/events.err" ] || die "qvm-events said: $(cat "$tree/events.err")"
does '"undefined"' "grep -v '\"qubesdb\"' events | sed -E 's/,\"(time|uuid)\":\"[^\"]*\"//g'"
does '/demo/colour' "grep '\"qubesdb\"' events | sed 's/.*\"path\":\"\([^\"]*\).*/\1/' | sort | uniq -c"
seen=$(sed -n 's/.*"type":"domain".*"event":"\([a-z-]*\)","vm":"work".*/\1/p' "$tree/events" |
    grep -v -x -e defined -e shutdown | tr '\n' ' ')
# The disk was announced in the database of the VM that got it, once for each change, and in no other.
told=$(sed -n 's,.*"type":"qubesdb".*"vm":"\([^"]*\)".*"path":"/qubes-block-devices".*,\1,p' "$tree/events" | tr '\n' ' ')
[ "$told" = "${disk_events:+work work }" ] || die "/qubes-block-devices was written for these VMs: '$told'"
once='started suspended resumed'
[ "$seen" = "$once device-added device-removed ${disk_events}suspended resumed stopped $once stopped undefined " ] ||
    die "the events of 'work' are not what was done: $seen"

heading 'Nothing is left'
"$root/scripts/private-libvirtd" stop "$tree/d"
serving=
for p in $(processes); do
    case $(tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null) in
        *qubesdb-hostd*) kill "$p" ;; # it would wait for the next VM
        '') ;;
        *) die "process $p is left: $(tr '\0' ' ' <"/proc/$p/cmdline")" ;;
    esac
done
left=100
while [ -n "$(processes)" ]; do
    left=$((left - 1))
    [ $left -gt 0 ] || die "processes are left: $(processes)"
    sleep 0.1
done
left=$(find "$QUBES_RUN_DIR" ! -type d ! -name '*.lock')
[ -z "$left" ] || die "files are left: $left"
for folder in appvms servicevms; do
    [ -z "$(ls -A "$QUBES_ROOT/var/lib/qubes/$folder")" ] || die "files are left in $folder"
done
echo 'No process, no socket, no file of a VM.'
say 'done'
