# Makes what scripts/test-xen boots; sourced by it, not run. Expects $cache and $root, and the functions of lib.sh.

packages='xen-utils-4.17,xen-hypervisor-4.17-amd64,xenstore-utils,libvirt-daemon-system,libvirt-daemon-driver-xen,libvirt-clients,linux-image-amd64,openjdk-17-jre-headless,busybox-static,kmod,iproute2,procps,udev,e2fsprogs,cpio,util-linux,passwd'

# The tools of which the parts make much use.
often='qvm-ls qvm-check qvm-prefs qvm-create qvm-remove qvm-start qvm-shutdown qvm-kill qvm-pause qvm-unpause qvm-events
qvm-run qvm-block qvm-init-storage qvm-add-template qubes-prefs qubesdb-read qubesdb-write qubesdb-hostd'

make_image() {
    [ "$(id -u)" -eq 0 ] || die 'the image of dom0 is made by root; run it once with sudo, with the same --cache'
    say "making the image of dom0 in $cache (once)"
    rm -rf "$cache"
    mkdir -p "$cache"
    run mmdebstrap --quiet --variant=minbase --include="$packages" \
        --aptopt='Apt::Install-Recommends "false"' bookworm "$cache/tree" >&2
    gzip -dc "$cache"/tree/boot/xen-4*-amd64.gz >"$cache/xen.elf" 2>/dev/null ||
        die 'the hypervisor is not where it is expected, in boot/xen-4*-amd64.gz'
    cp "$cache"/tree/boot/vmlinuz-* "$cache/vmlinuz"
    install -m 755 "$root/scripts/xen/dom0-init" "$cache/tree/sbin/test-init"
    modules=$(ls -d "$cache"/tree/lib/modules/*)
    make_initrd "$modules"
    make_guest "$modules"
    rm -rf "$cache"/tree/boot/initrd* "$cache"/tree/var/cache/apt/* "$cache"/tree/usr/share/doc "$cache"/tree/usr/share/locale
    run mke2fs -q -F -L xendom0 -t ext4 -O ^has_journal -m 0 -d "$cache/tree" "$cache/root.img" 2600M >&2
    # What is left is for add_archives.
    rm -rf "$cache"/tree/boot "$cache"/tree/lib/modules "$cache"/tree/var/lib/qubes "$cache"/tree/var/lib/apt
    echo "$version" >"$cache/version"
}

# add_archives DIST: shared archives for these tools, made here by dom0's Java in dom0's tree: in the emulation a start
# without one takes three times as long. They hold for one place of the distribution, where dom0 mounts it.
place=/opt/qubes-tools
add_archives() {
    if [ "$(id -u)" -ne 0 ]; then
        say 'only root makes shared archives in the tree of dom0; without them all of it takes twice as long'
        return
    fi
    there=$cache/tree$place
    rm -rf "$1/lib/archives"
    # They fit as long as no file has changed.
    key=$(cd "$1" && find . -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum)
    if [ "$(cat "$cache/archives" 2>/dev/null)" = "$key" ]; then
        cp -a "$there/lib/archives" "$1/lib/archives"
        return
    fi
    rm -rf "$there"
    cp -a "$1" "$there"
    for launcher in "$there"/bin/*; do
        case " qubes-tools $often " in *[[:space:]]"${launcher##*/}"[[:space:]]*) ;; *) rm "$launcher" ;; esac
    done
    # Within a space of mounts of its own, so that nothing stays mounted.
    tree=$cache/tree unshare -m sh -ec 'mount -t proc proc "$tree/proc"
        exec chroot "$tree" "$1/lib/make-archives" --jdk /usr/lib/jvm/java-17-openjdk-amd64' sh "$place"
    cp -a "$there/lib/archives" "$1/lib/archives"
    echo "$key" >"$cache/archives"
}

# add_modules TREE MODULES NAME...: with all they need, in the order to load them.
add_modules() {
    tree=$1
    from=$2
    shift 2
    mkdir -p "$tree/modules"
    for module in "$@"; do
        modprobe -d "${from%/lib/modules/*}" -S "${from##*/}" --show-depends "$module" |
            sed -n 's/^insmod \([^ ]*\).*/\1/p' |
            while read -r file; do
                [ -e "$tree/modules/${file##*/}" ] && continue
                cp "$file" "$tree/modules/"
                echo "${file##*/}" >>"$tree/modules/order"
            done
    done
}

# The initrd of dom0: finds the root disk and goes on there.
make_initrd() {
    tree=$cache/initrd
    rm -rf "$tree"
    mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/new"
    cp "$(command -v busybox)" "$tree/bin/busybox"
    add_modules "$tree" "$1" ata_piix ahci sd_mod ext4
    cat >"$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
tries=0
# By its label: which of the two disks is called sda differs from boot to boot.
until disk=$(findfs LABEL=xendom0 2>/dev/null) || [ $tries -gt 100 ]; do tries=$((tries + 1)); sleep 0.2; done
mount -t ext4 -o ro "$disk" /new
mount --move /dev /new/dev
umount /proc /sys
exec switch_root /new /sbin/test-init
INIT
    chmod 755 "$tree/init"
    (cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc | gzip -9) >"$cache/initrd.gz"
    rm -rf "$tree"
}

# The initramfs of the guests: says what it sees on its console, does what it is told there (see dom0-tests), and switches
# off when asked to.
make_guest() {
    tree=$cache/guest
    rm -rf "$tree"
    mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/tmp"
    cp "$(command -v busybox)" "$tree/bin/busybox"
    add_modules "$tree" "$1" xen-blkfront xen-netfront ext4
    cat >"$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
exec >/dev/hvc0 2>&1
echo "GUEST-UP $(uname -r)"
stty -echo </dev/hvc0
while read -r word number command; do
    [ "$word" = RUN ] || continue
    echo "GUEST-BEGIN $number"
    sh -c "$command"
    echo "GUEST-END $number $?"
done </dev/hvc0 &
shown=
while :; do
    disks=$(ls /sys/block | grep xvd | tr '\n' ' ')
    [ "$disks" = "$shown" ] || { shown=$disks; echo "GUEST-DISKS $disks"; }
    sleep 1
done
INIT
    chmod 755 "$tree/init"
    # What the kernel runs when the toolstack asks it to shut down.
    mkdir -p "$tree/sbin"
    printf '#!/bin/busybox sh\n/bin/busybox echo GUEST-STOPPING >/dev/hvc0\n/bin/busybox poweroff -f\n' >"$tree/sbin/poweroff"
    chmod 755 "$tree/sbin/poweroff"
    mkdir -p "$cache/tree/var/lib/qubes/vm-kernels/test"
    (cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc | gzip -9) \
        >"$cache/tree/var/lib/qubes/vm-kernels/test/initramfs"
    # Unpacked (bzImage: a stub, then xz): Xen's tools take it as well, and unpack it no more at each start, in the emulation.
    at=$(LC_ALL=C grep -abo "$(printf '\3757zXZ')" "$cache/vmlinuz" | LC_ALL=C sed -n '1s/:.*//p')
    [ -n "$at" ] || die 'the kernel is not packed by xz'
    # What follows the stream is no xz, and told as a fault.
    tail -c "+$((at + 1))" "$cache/vmlinuz" | xz -dc >"$cache/tree/var/lib/qubes/vm-kernels/test/vmlinuz" 2>/dev/null || :
    [ "$(head -c 4 "$cache/tree/var/lib/qubes/vm-kernels/test/vmlinuz" | tail -c 3)" = ELF ] ||
        die 'what the kernel unpacks to is no ELF file'
    rm -rf "$tree"
}
