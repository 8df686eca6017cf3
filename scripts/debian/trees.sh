# What the packages hold; sourced by scripts/package, not run. Expects its variables and the functions of lib.sh.

make_tar() {
    tree=$work/tar/qubes-tools-$version
    mkdir -p "$tree"
    programs "$tree"
    cp -R "$dist/man" "$dist/completion" "$tree/"
    pages "$tree"
    mkdir "$tree/systemd"
    cp "$root"/scripts/systemd/* "$tree/systemd/"
    cp "$dist/qubes-backup.jar" "$dist/sbom.cdx.json" "$root/LICENSE" "$root/README.md" "$tree/"
    tidy "$tree"
    tar --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -cf - -C "$work/tar" "qubes-tools-$version" | gzip -6n >"$out/qubes-tools-$version.tar.gz"
}

# What the maintainer is called in the package: as in DEBFULLNAME and DEBEMAIL, else as the last author.
maintainer() {
    if [ -n "${DEBFULLNAME:-}" ] && [ -n "${DEBEMAIL:-}" ]; then
        echo "$DEBFULLNAME <$DEBEMAIL>"
    else
        in_git log -1 --format='%an <%ae>' || echo 'qubes-tools <qubes-tools@localhost.localdomain>'
    fi
}

# A text as sed puts it in, whatever signs it has.
plain() { printf '%s' "$1" | sed 's/[&|\\]/\\&/g'; }

make_deb() {
    tree=$work/deb
    home=$tree/usr/lib/qubes-tools
    share=$tree/usr/share
    doc=$share/doc/qubes-tools
    mkdir -p "$home" "$tree/usr/bin" "$share/man/man1" "$share/bash-completion/completions" "$doc" \
        "$tree/lib/systemd/system" "$tree/var/cache/qubes-tools/archives" "$share/lintian/overrides" "$tree/DEBIAN"
    programs "$home"
    find "$home/lib/native" -mindepth 1 -maxdepth 1 ! -name "$native" -exec rm -r {} +
    ln -s /var/cache/qubes-tools/archives "$home/lib/archives"
    for launcher in "$home"/bin/*; do
        ln -s "../lib/qubes-tools/bin/${launcher##*/}" "$tree/usr/bin/${launcher##*/}"
    done
    for page in "$dist"/man/man1/*.1; do
        gzip -9n <"$page" >"$share/man/man1/${page##*/}.gz"
    done
    # The one launcher for all tools has no page of its own.
    printf '.TH QUBES\\-TOOLS 1\n.SH NAME\nqubes\\-tools \\- run a tool of qubes\\-tools by its name\n.SH SYNOPSIS\n\\fBqubes\\-tools\\fR \\fITOOL\\fR [\\fIARGUMENT\\fR...]\n.br\n\\fBqubes\\-tools \\-\\-list\\-tools\\fR\n' |
        gzip -9n >"$share/man/man1/qubes-tools.1.gz"
    for file in "$dist"/completion/*; do
        [ ! -f "$file" ] || sed '1{/^#!/d}' "$file" >"$share/bash-completion/completions/${file##*/}"
    done
    mkdir -p "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
    cp "$dist/completion/zsh/_qubes_tools" "$share/zsh/vendor-completions/"
    cp "$dist"/completion/fish/*.fish "$share/fish/vendor_completions.d/"
    for unit in "$root"/scripts/systemd/*; do
        sed -e 's|/usr/local/bin/|/usr/bin/|' -e 's| Change the path if the tools are not in /usr/local\.||' \
            -e '/^# tools are not in/d' -e 's| Change the path if the$||' "$unit" >"$tree/lib/systemd/system/${unit##*/}"
        if grep -q /usr/local "$tree/lib/systemd/system/${unit##*/}"; then die "${unit##*/} names /usr/local"; fi
    done
    pages "$doc"
    cp "$root/README.md" "$dist/sbom.cdx.json" "$doc/"
    make_copyright >"$doc/copyright"
    who=$(maintainer)
    {
        printf 'qubes-tools (%s) unstable; urgency=medium\n\n' "$version"
        printf '  * Made from the sources of %s.\n\n' "$(date -u -d "@$SOURCE_DATE_EPOCH" "+%Y-%m-%d %H:%M UTC")"
        printf ' -- %s  %s\n' "$who" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
    } | gzip -9n >"$doc/changelog.gz"
    cp "$root/scripts/debian/lintian-overrides" "$share/lintian/overrides/qubes-tools"
    for part in postinst prerm postrm triggers; do cp "$root/scripts/debian/$part" "$tree/DEBIAN/"; done
    size=$(find "$tree" -type f -printf '%s\n' | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
    sed -e "s|@VERSION@|$version|" -e "s|@ARCH@|$arch|" -e "s|@MAINTAINER@|$(plain "$who")|" -e "s|@SIZE@|$size|" \
        "$root/scripts/debian/control" >"$tree/DEBIAN/control"
    (cd "$tree" && find usr lib -type f | sort | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
    tidy "$tree"
    chmod 755 "$tree"/DEBIAN/postinst "$tree"/DEBIAN/prerm "$tree"/DEBIAN/postrm
    touch -d "@$SOURCE_DATE_EPOCH" "$tree/DEBIAN"
    # One thread: how xz parts its data must not depend on the machine.
    dpkg-deb --root-owner-group -Zxz -z3 --threads-max=1 --build "$tree" "$out/qubes-tools_${version}_$arch.deb" >&2
}

# Our license, then each library's, as the tools themselves list them (--licenses).
make_copyright() {
    licenses=$root/qubes-cli/src/main/resources/org/qubestools/cli/backup/licenses
    printf 'qubes-tools\n\nCopyright (C) the authors of qubes-tools\nLicense: GPL-2.0-or-later, see below and /usr/share/common-licenses/GPL-2.\n\n'
    printf 'The package holds these libraries, each under the license named:\n\n'
    list=$work/licenses
    mkdir -p "$list"
    # The resource as the build filled it in, with the versions.
    unzip -q -o -d "$list" "$dist/lib/qubes-cli-"*.jar 'org/qubestools/cli/backup/licenses/*' || die 'qubes-cli has no licenses'
    cat "$list/org/qubestools/cli/backup/licenses/list.txt"
    printf '\nThe text of Apache-2.0 is in /usr/share/common-licenses/Apache-2.0, those of the GPL in GPL-2 and GPL-3 there.\n'
    for text in "$licenses"/*.txt; do
        case ${text##*/} in
            list.txt | GPL-*.txt | Apache-2.0.txt) ;;
            *) printf '\n==== %s\n\n' "${text##*/}"; cat "$text" ;;
        esac
    done
}

# expect WHAT WANTED FOUND
expect() { [ "$2" = "$3" ] || die "$1: '$3' instead of '$2'"; }

# What a package must hold and must not; each ends the script at the first thing that is not so.
entries=$work/entries
check_deb() {
    deb=$out/qubes-tools_${version}_$arch.deb
    dpkg-deb --contents "$deb" >"$entries"
    expect 'entries of another owner than root' '' "$(awk '$2 != "root/root"' "$entries" | head -n 3)"
    expect 'entries that others may write, or with more rights than their user' '' \
        "$(awk '$1 !~ /^l/ && ($1 ~ /^.....w/ || $1 ~ /^........w/ || $1 ~ /[sStT]/)' "$entries" | head -n 3)"
    expect 'entries in other places' '' "$(awk '{ print $6 }' "$entries" | grep -v -x -E "$places" | head -n 3)"
    for tool in $tools; do
        for wanted in "usr/bin/$tool ->" "usr/lib/qubes-tools/bin/$tool" "usr/share/man/man1/$tool.1.gz" \
            "usr/share/bash-completion/completions/$tool"; do
            grep -q -e " \./$wanted" "$entries" || die "the package lacks ${wanted% *}"
        done
    done
    expect 'native libraries' 1 "$(grep -c 'libjnidispatch\.so$' "$entries")"
    expect 'the version' "$version" "$(dpkg-deb --field "$deb" Version)"
    if grep -rl -F -e "$root" "$work/deb" >"$entries"; then die "this names the place of the build: $(head -n 3 "$entries")"; fi
    say "checked: ${deb##*/}, $(echo $tools | wc -w) tools"
}
places='\./|\./(usr|usr/bin|usr/lib|usr/share|lib|lib/systemd|lib/systemd/system|var|var/cache|var/cache/qubes-tools(/archives)?)/'
places="$places|\./usr/bin/q[^/]*|\./usr/lib/qubes-tools/.*|\./lib/systemd/system/(qubesdb-(daemon|hostd)\.service|qubes-reload-firewall@\.(service|timer))"
places="$places|\./usr/share/(man|doc|lintian|bash-completion|zsh|fish)/.*"

check_tar() {
    tar -tf "$out/qubes-tools-$version.tar.gz" >"$entries"
    for tool in $tools; do
        for wanted in "bin/$tool" "man/man1/$tool.1" "completion/$tool"; do
            grep -q -x -F "qubes-tools-$version/$wanted" "$entries" || die "the archive lacks $wanted"
        done
    done
    expect 'paths outside its directory' '' "$(grep -v "^qubes-tools-$version/" "$entries" | head -n 3)"
}

# Each library of the distribution stands in the bill of materials, ours too.
check_bill() {
    sed -n 's|.*"pkg:maven/[^/]*/\([^@]*\)@\([^?]*\)?type=jar".*|\1-\2.jar|p' "$dist/sbom.cdx.json" >"$entries"
    for jar in "$dist"/lib/*.jar; do
        grep -q -x -F "${jar##*/}" "$entries" || die "the bill of materials lacks ${jar##*/}"
    done
}
