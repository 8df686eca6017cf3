# Common part of make-v2.sh, make-v3.sh and make-v4.sh; sourced, not run. No code of ours takes part in what they make.
#
# The tree holds what is backed up, under the paths that it has inside the backup: qubes.xml, appvms/NAME/...,
# servicevms/NAME/..., vm-templates/NAME/..., vm<qid>/..., dom0-home/USER/...

set -eu
LC_ALL=C
export LC_ALL

chunk=104857600
whole=' '
pass=

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# start TREE OUT PASSPHRASE-FILE: checks the operands, makes the work directory. Sets tree, out, pass, work.
start() {
    [ $# -eq 3 ] || die "wrong number of arguments (see -h)"
    [ -f "$1/qubes.xml" ] || die "no qubes.xml in $1"
    tree=$(cd "$1" && pwd)
    out=$2
    IFS= read -r pass <"$3" || [ -n "$pass" ] || die "no passphrase in $3"
    pass=${pass%"${pass##*[![:space:]]}"} # as all readers of such files
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir "$work/members"
    : >"$out"
}

# member NAME: appends $work/members/NAME to the outer archive as a tar archive of its own, and deletes it.
member() {
    tar --format=posix -c -C "$work/members" -f - "$1" >>"$out"
    rm -f "$work/members/$1"
}

# each_chunk NAME COMMAND: cuts $work/stream; calls COMMAND with the name of each chunk, which is a file in members.
each_chunk() {
    case $1 in
        */*) mkdir -p "$work/members/${1%/*}" ;;
    esac
    split -b "$chunk" -d -a 3 "$work/stream" "$work/members/$1."
    # As the original writers: behind a last chunk of full size comes an empty one.
    if [ $(($(wc -c <"$work/stream") % chunk)) -eq 0 ]; then
        : >"$work/members/$1.$(printf %03d $(($(wc -c <"$work/stream") / chunk)))"
    fi
    rm "$work/stream"
    number=000
    while [ -f "$work/members/$1.$number" ]; do
        "$2" "$1.$number"
        number=$(printf %03d $((${number#"${number%%[1-9]*}"} + 1)))
    done
}

# Names of all inner archives, one a line, in the order of a backup: VMs, those stored as a whole, the home.
inner_archives() {
    later=
    printf 'qubes.xml\n'
    for vm in "$tree"/appvms/* "$tree"/servicevms/* "$tree"/vm[0-9]* "$tree"/vm-templates/*; do
        [ -d "$vm" ] || continue
        name=${vm#"$tree/"}
        case "$whole" in
            *" $name "*) later="$later $name/." ; continue ;;
        esac
        for entry in "$vm"/*; do
            if [ -e "$entry" ] || [ -L "$entry" ]; then
                printf '%s\n' "${entry#"$tree/"}"
            fi
        done
    done
    for name in $later; do
        printf '%s\n' "$name"
    done
    for home in "$tree"/dom0-home/*; do
        [ ! -d "$home" ] || printf '%s\n' "${home#"$tree/"}"
    done
}
