#!/bin/sh
# Makes a backup of format 2 from a tree, with tar, openssl and gzip alone.
. "$(dirname "$0")/make-common.sh"

usage() {
    cat <<'END'
usage: make-v2.sh [-e | -z] [-c BYTES] [-w DIR]... TREE OUT PASSPHRASE-FILE

  -e        encrypt (aes-256-cbc)
  -z        compress (gzip); the originals never wrote both after the first weeks
  -c BYTES  size of a volume, a multiple of 1024, 102400000 unless given; at most 100 volumes
  -w DIR    store this directory of the tree as a whole, as templates are; vm-templates/* always are
END
}

encrypted=False
compressed=False
chunk=102400000
while getopts hezc:w: option; do
    case $option in
        h) usage; exit 0 ;;
        e) encrypted=True ;;
        z) compressed=True ;;
        c) chunk=$OPTARG ;;
        w) whole="$whole$OPTARG " ;;
        *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $encrypted = False ] || [ $compressed = False ] || die "-e and -z exclude each other"
start "$@"
for template in "$tree"/vm-templates/*; do
    whole="$whole${template#"$tree/"} "
done

signed() {
    openssl dgst -sha512 -hmac "$pass" <"$work/members/$1" >"$work/members/$1.hmac"
    member "$1"
    member "$1.hmac"
}

# Every volume on its own, as the original.
archive() {
    case $1 in
        */*) mkdir -p "$work/members/${1%/*}" ;;
    esac
    volumes=
    for number in $(seq -w 0 99); do
        volumes="$volumes -f $work/volume.0$number"
    done
    tar --format=gnu --sparse -c -M -L $((chunk / 1024)) -C "$tree" $volumes -- "$1" </dev/null
    for volume in "$work"/volume.*; do
        stored=$work/members/$1.${volume##*.}
        if [ $encrypted = True ]; then
            PASS=$pass openssl enc -e -aes-256-cbc -md md5 -pass env:PASS \
                -in "$volume" -out "$stored" 2>"$work/messages" || die "openssl: $(cat "$work/messages")"
        elif [ $compressed = True ]; then
            gzip <"$volume" >"$stored"
        else
            cp "$volume" "$stored"
        fi
        rm "$volume"
        signed "$1.${volume##*.}"
    done
}

{
    printf 'hmac-algorithm=SHA512\ncrypto-algorithm=aes-256-cbc\n'
    printf 'encrypted=%s\ncompressed=%s\n' $encrypted $compressed
} >"$work/members/backup-header"
signed backup-header
inner_archives >"$work/list"
while IFS= read -r name; do
    archive "$name"
done <"$work/list"
