# Makes what scripts/test-xen boots; sourced by it, not run. Expects $cache and $root, and the functions of lib.sh.

packages='xen-utils-4.17,xen-hypervisor-4.17-amd64,xenstore-utils,libvirt-daemon-system,libvirt-daemon-driver-xen,libvirt-clients,linux-image-amd64,openjdk-17-jre-headless,busybox-static,kmod,iproute2,procps,udev,e2fsprogs,cpio,util-linux,passwd'

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
    rm -rf "$cache/tree"
    echo "$version" >"$cache/version"
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

# The initramfs of the guests: says what it sees on its console, and switches off when asked to.
make_guest() {
    tree=$cache/guest
    rm -rf "$tree"
    mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys"
    cp "$(command -v busybox)" "$tree/bin/busybox"
    add_modules "$tree" "$1" xen-blkfront xen-netfront
    cat >"$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
exec >/dev/hvc0 2>&1
echo "GUEST-UP $(uname -r)"
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
    cp "$cache/vmlinuz" "$cache/tree/var/lib/qubes/vm-kernels/test/vmlinuz"
    rm -rf "$tree"
}
