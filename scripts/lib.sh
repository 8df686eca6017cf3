# Common part of the scripts; sourced, not run. Expects $0 to be a script of this directory.

root=$(cd "$(dirname "$0")/.." && pwd)
dist=$root/qubes-cli/target/dist
name=${0##*/}

say() { printf '%s: %s\n' "$name" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

wrong_usage() {
    say "$* (see scripts/$name --help)"
    exit 2
}

# run COMMAND...: shows the command, then runs it.
run() {
    printf '+ %s\n' "$*" >&2
    "$@"
}

# Major version of the javac of a JDK, 0 without one.
jdk_version() {
    version=$("$1" -version 2>&1) || version='javac 0'
    version=${version##*javac }
    echo "${version%%[!0-9]*}"
}

# Sets JAVA_HOME: from the argument (a --jdk option), else from the environment, else from the PATH.
# Where JDK or Maven are missing: root gets Debian's packages, others the line that installs them.
need_jdk_and_maven() {
    if [ -n "${1:-}" ]; then
        [ -x "$1/bin/javac" ] || die "--jdk: no JDK in $1 (no bin/javac)"
        JAVA_HOME=$(cd "$1" && pwd)
    fi
    missing=
    have_jdk || missing=openjdk-17-jdk-headless
    command -v mvn >/dev/null || missing="$missing maven"
    if [ -n "$missing" ]; then
        install_packages $missing
        JAVA_HOME=
        have_jdk || die "no JDK 17 or newer even after the installation"
    fi
    if [ -z "${JAVA_HOME:-}" ] || [ ! -x "$JAVA_HOME/bin/javac" ]; then
        JAVA_HOME=$(readlink -f "$(command -v javac)")
        JAVA_HOME=${JAVA_HOME%/bin/javac}
    fi
    export JAVA_HOME
    java=$JAVA_HOME/bin/java
    java_version=$(jdk_version "$JAVA_HOME/bin/javac")
    if [ "$java_version" -ge 24 ]; then
        # Maven's own libraries use what newer JDKs warn about; 17 does not know these options.
        MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
        export MAVEN_OPTS
    fi
    say "JDK $java_version in $JAVA_HOME"
}

have_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/javac" ]; then
        [ "$(jdk_version "$JAVA_HOME/bin/javac")" -ge 17 ]
    else
        command -v javac >/dev/null && [ "$(jdk_version javac)" -ge 17 ]
    fi
}

# install_packages PACKAGE...: as root from Debian, else says how and ends.
install_packages() {
    line="apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "missing on this machine: $*. This line installs it:"
        printf 'sudo apt-get update && sudo %s\n' "$line" >&2
        exit 1
    fi
    say "missing on this machine: $*; installing Debian's packages"
    run apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive run $line >&2
}

# Programs that tests use as independent counterparts; nothing of ours runs them otherwise.
need_counterparts() {
    missing=
    for pair in scrypt:scrypt openssl:openssl zstd:zstd bzip2:bzip2 xz:xz-utils gzip:gzip tar:tar unzip:unzip; do
        command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
    done
    [ -z "$missing" ] || install_packages $missing
}

# Prints the packages of Debian that libvirt and real guests need here besides what is there; nothing if all is.
missing_for_guests() {
    lacking=
    for pair in libvirtd:libvirt-daemon virsh:libvirt-clients qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils \
        busybox:busybox-static mke2fs:e2fsprogs; do
        (PATH=$PATH:/usr/sbin:/sbin; command -v "${pair%%:*}" >/dev/null) || lacking="$lacking ${pair#*:}"
    done
    ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so >/dev/null 2>&1 ||
        lacking="$lacking libvirt-daemon-driver-qemu"
    echo "${lacking# }"
}

# What tests with libvirt and real guests need: root gets Debian's packages, others are told what is not tested.
need_guests() {
    missing=$(missing_for_guests)
    command -v xmllint >/dev/null || missing="$missing libxml2-utils"
    if [ -z "$missing" ]; then
        :
    elif [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        install_packages $missing
    else
        say "tests with libvirt and real guests are skipped, missing on this machine: $missing. This line installs it:"
        printf 'sudo apt-get install --no-install-recommends %s\n' "$missing" >&2
    fi
}

# maven ARGUMENT...: in the project, without colours, downloads not listed.
maven() {
    (cd "$root" && run mvn -B --no-transfer-progress "$@")
}
