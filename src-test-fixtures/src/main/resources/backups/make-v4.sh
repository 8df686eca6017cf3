#!/bin/sh
# Makes a backup of format 4, gzip, from a tree, with tar, gzip and scrypt alone.
. "$(dirname "$0")/make-common.sh"

usage() {
    cat <<'END'
usage: make-v4.sh [-c BYTES] [-i BACKUP-ID] [-n LOGN] TREE OUT PASSPHRASE-FILE

  -c BYTES      size of a chunk, 104857600 unless given
  -i BACKUP-ID  20240101T000000-1 unless given
  -n LOGN       work factor of scrypt, 12 unless given; r is 8, p is 1
END
}

id=20240101T000000-1
cost=12
while getopts hc:i:n: option; do
    case $option in
        h) usage; exit 0 ;;
        c) chunk=$OPTARG ;;
        i) id=$OPTARG ;;
        n) cost=$OPTARG ;;
        *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
start "$@"

# encrypt FILE TO PASSPHRASE
encrypt() {
    PASS=$3 scrypt enc --logN "$cost" -r 8 -p 1 --passphrase env:PASS "$work/members/$1" "$work/members/$2"
}

sealed() {
    encrypt "$1" "$1.enc" "$id!$1!$pass"
    rm "$work/members/$1"
    member "$1.enc"
}

archive() {
    tar --format=gnu --sparse -c -C "$tree" -f "$work/archive" -- "$1"
    gzip -c <"$work/archive" >"$work/stream"
    each_chunk "$1" sealed
}

{
    printf 'version=4\nencrypted=True\ncompressed=True\ncompression-filter=gzip\n'
    printf 'hmac-algorithm=scrypt\nbackup-id=%s\n' "$id"
} >"$work/members/backup-header"
encrypt backup-header backup-header.hmac "backup-header!$pass"
member backup-header
member backup-header.hmac
inner_archives >"$work/list"
while IFS= read -r name; do
    archive "$name"
done <"$work/list"
