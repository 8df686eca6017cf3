#!/bin/sh
# Makes a backup of format 3 from a tree, with tar, openssl and gzip alone.
. "$(dirname "$0")/make-common.sh"

usage() {
    cat <<'END'
usage: make-v3.sh [-e] [-z] [-c BYTES] [-w DIR]... TREE OUT PASSPHRASE-FILE

  -e        encrypt (aes-256-cbc)
  -z        compress (gzip)
  -c BYTES  size of a chunk, 104857600 unless given
  -w DIR    store this directory of the tree as a whole, as templates are; vm-templates/* always are
END
}

encrypted=False
compressed=False
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
start "$@"
mkfifo "$work/pipe"
for template in "$tree"/vm-templates/*; do
    whole="$whole${template#"$tree/"} "
done

signed() {
    openssl dgst -sha512 -hmac "$pass" <"$work/members/$1" >"$work/members/$1.hmac"
    member "$1"
    member "$1.hmac"
}

# By a named pipe, as the original: then tar fills the end of what the filter prints with zeros, part of this format.
archive() {
    filter=
    [ $compressed = False ] || filter=--gzip
    cat "$work/pipe" >"$work/stream" &
    tar --format=gnu --sparse $filter -c -C "$tree" -f "$work/pipe" -- "$1"
    wait
    if [ $encrypted = True ]; then
        PASS=$pass openssl enc -e -aes-256-cbc -md md5 -pass env:PASS \
            -in "$work/stream" -out "$work/encrypted" 2>"$work/messages" || die "openssl: $(cat "$work/messages")"
        mv "$work/encrypted" "$work/stream"
    fi
    each_chunk "$1" signed
}

{
    printf 'version=3\nhmac-algorithm=SHA512\ncrypto-algorithm=aes-256-cbc\n'
    printf 'encrypted=%s\ncompressed=%s\n' $encrypted $compressed
    [ $compressed = False ] || printf 'compression-filter=gzip\n'
} >"$work/members/backup-header"
signed backup-header
inner_archives >"$work/list"
while IFS= read -r name; do
    archive "$name"
done <"$work/list"
