#!/bin/sh
# Installs cnm-cni from this directory, updates an installation, or removes it.
#   install.sh [--prefix DIRECTORY]               files go below it; by default /usr/local
#   install.sh --uninstall [--purge]              removes what was installed; --purge: settings and state too
# DESTDIR=DIRECTORY installs into another root directory, without starting anything.
set -eu
umask 022
root=${DESTDIR:-}
case $root in '' | /*) ;; *) root=$PWD/$root ;; esac
unset CDPATH
cd -- "$(dirname -- "$0")"

prefix=/usr/local uninstall='' purge=''
fail() { echo "install.sh: $*" >&2; exit 1; }
say() { echo "==> $*"; }
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ -n "${2:-}" ] || fail "--prefix needs a directory."; prefix=$2; shift ;;
        --prefix=*) prefix=${1#*=} ;;
        --uninstall) uninstall=1 ;;
        --purge) purge=1 ;;
        -h | --help) sed -n '2,5s/^# \{0,1\}//p' "./${0##*/}"; exit 0 ;;
        *) fail "unknown option $1; see install.sh --help." ;;
    esac
    shift
done

case $prefix in
    *[!A-Za-z0-9/._-]* | *..*) fail "--prefix takes a directory of letters, digits, and the characters / . _ - only." ;;
    /*) ;;
    *) fail "--prefix needs an absolute path: $prefix" ;;
esac
prefix=${prefix%/}
[ -z "$purge" ] || [ -n "$uninstall" ] || fail "--purge belongs to --uninstall."
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "this needs root."

# The list of installed files: one per line, absolute. It is also where an installation shows that it is one. It is written before the first file,
# so that an installation that was interrupted can be repeated or removed.
record=/var/lib/cnm-cni-install/files
# Until a first installation has started.
unfinished=/var/lib/cnm-cni-install/unfinished
units=/etc/systemd/system
packaged_unit=/usr/lib/systemd/system/cnm-cni.service
program=$prefix/bin/cnm-cni
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

refuse_other_systems() {
    [ "$(uname -s)" = Linux ] || fail "cnm-cni runs on Linux."
    [ "$(uname -m)" = @MACHINE@ ] || fail "this program is for @MACHINE@; this machine is $(uname -m)."
    found=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* //') || true
    [ -n "$found" ] || fail "this system has no glibc (musl?). cnm-cni needs glibc @LIBC@ or newer."
    [ "$(printf '%s\n' "@LIBC@" "$found" | sort -V | head -n 1)" = "@LIBC@" ] ||
        fail "this system has glibc $found; cnm-cni needs @LIBC@ or newer."
}

is_packaged() { dpkg-query -W -f '${db:Status-Status}' cnm-cni 2>/dev/null | grep -qx installed || rpm -q cnm-cni >/dev/null 2>&1; }

refuse_second_installation() {
    [ -z "$root" ] || return 0
    if [ -f "$record" ] && ! grep -qx "$program" "$record"; then
        other=$(grep '/bin/cnm-cni$' "$record" | head -n 1)
        [ ! -x "$other" ] || fail "cnm-cni is installed as $other. Use that --prefix, or remove it first: install.sh --uninstall"
    fi
    if is_packaged; then
        fail "cnm-cni is installed as a package. Update it with the package manager, or remove it first."
    fi
    if [ -e /var/lib/cnm-cni-up/program ]; then fail "./bridge up has installed cnm-cni here. Remove it first: ./bridge down"; fi
    if [ ! -f "$record" ]; then
        for file in "$program" $units/cnm-cni.service $units/cnm-cni.socket; do
            [ ! -e "$file" ] || fail "$file exists already, and was not installed by install.sh. Remove it first."
        done
    fi
}

# make_directory PATH: with those above it. Records what was not there.
make_directory() {
    [ ! -d "$root$1" ] || return 0
    make_directory "$(dirname "$1")"
    mkdir "$root$1"
    echo "$1" >>"$root$record.directories"
}

# put FILE TARGET: replaces the target in one step.
put() {
    make_directory "$(dirname "$2")"
    cp "$1" "$root$2.new"
    chmod "$(if [ -x "$1" ]; then echo 755; else echo 644; fi)" "$root$2.new"
    mv -f "$root$2.new" "$root$2"
}

install_files() {
    mkdir -p "$(dirname "$root$record")"
    [ -f "$root$record" ] || : >"$root$unfinished"
    find bin share -type f | sort >"$root$record.found"
    {
        sed "s,^,$prefix/," "$root$record.found"
        printf '%s\n' $units/cnm-cni.service $units/cnm-cni.socket
    } >"$root$record.new"
    # What this version and the previous one install, until all of it is in its place.
    if [ -f "$root$record" ]; then cat "$root$record"; fi | sort -u - "$root$record.new" >"$root$record.both"
    mv -f "$root$record.both" "$root$record"
    while read -r file; do put "$file" "$prefix/$file"; done <"$root$record.found"
    for unit in cnm-cni.service cnm-cni.socket; do
        sed "s,/usr/bin/cnm-cni,$program," "systemd/$unit" >"$root$record.found"
        put "$root$record.found" "$units/$unit"
    done
    rm "$root$record.found"
    # Files of the previous version that this one lacks.
    grep -Fvx -f "$root$record.new" "$root$record" | while read -r file; do rm -f "$root$file"; done
    mv -f "$root$record.new" "$root$record"
    # Settings belong to the administrator.
    if [ ! -e "$root/etc/cnm-cni/config.yaml" ]; then
        make_directory /etc/cnm-cni
        cp share/cnm-cni/config.yaml "$root/etc/cnm-cni/config.yaml"
        chmod 644 "$root/etc/cnm-cni/config.yaml"
    fi
    # SELinux: the labels of the directories, not those of where the archive was unpacked.
    if [ -z "$root" ] && command -v restorecon >/dev/null; then restorecon -R "$program" $units/cnm-cni.* /etc/cnm-cni || true; fi
}

start() {
    if [ -n "$root" ]; then
        systemctl --root="$root" enable --quiet cnm-cni.socket cnm-cni.service || say "The units are not enabled: systemctl enable cnm-cni"
        return 0
    fi
    if ! has_systemd; then
        say "systemd does not run here. Start it: $program serve"
        return 0
    fi
    systemctl daemon-reload
    # Units that failed too often start again: this version, or changed settings, may be what they need.
    systemctl reset-failed cnm-cni.socket cnm-cni.service 2>/dev/null || true
    if [ "$1" = update ]; then
        # The socket stays open: Docker's calls wait in it until the new process answers. What is disabled and stopped stays so.
        if systemctl is-enabled --quiet cnm-cni.service; then action=restart; else action=try-restart; fi
        systemctl $action cnm-cni.service || fail "the service did not restart: see journalctl -u cnm-cni"
    else
        systemctl enable --quiet --now cnm-cni.socket cnm-cni.service || fail "the service did not start: see journalctl -u cnm-cni"
    fi
}

cnm_cni_root=$root
#INCLUDE attachments.sh#

# The units of a package have the same names: they were hidden, and are disabled now.
hand_over_to_package() {
    [ -e $packaged_unit ] || return 0
    if systemctl enable --quiet --now cnm-cni.socket cnm-cni.service; then
        say "The package's cnm-cni runs now."
    else
        say "The package's cnm-cni did not start: see journalctl -u cnm-cni"
    fi
}

remove() {
    [ -f "$root$record" ] || fail "install.sh has installed nothing here."
    [ -n "$root" ] || report_what_stays
    if has_systemd; then
        systemctl disable --quiet --now cnm-cni.service cnm-cni.socket || true
    elif [ -n "$root" ]; then
        systemctl --root="$root" disable --quiet cnm-cni.service cnm-cni.socket || true
    fi
    while read -r file; do rm -f "$root$file" "$root$file.new"; done <"$root$record"
    if [ -f "$root$record.directories" ]; then
        sort -r "$root$record.directories" | while read -r directory; do
            rmdir "$root$directory" 2>/dev/null || true
        done
    fi
    rm -f "$root$record" "$root$record".* "$root$unfinished"
    rmdir "$(dirname "$root$record")" 2>/dev/null || true
    if has_systemd; then
        systemctl daemon-reload
        hand_over_to_package
    fi
    if [ -z "$purge" ]; then
        say "Settings ($root/etc/cnm-cni) and state ($cnm_cni_state) stay."
        return 0
    fi
    if [ -z "$root" ] && is_packaged; then
        say "Settings and state stay: the package uses them."
        return 0
    fi
    rm -rf "$root/etc/cnm-cni"
    if nothing_recorded; then
        remove_state
    else
        say "$cnm_cni_state stays: it has records of addresses or attachments that were not cleaned up. Install cnm-cni again to clean them up."
    fi
}

if [ -n "$uninstall" ]; then
    remove
    say "cnm-cni is removed."
    exit 0
fi
refuse_other_systems
refuse_second_installation
if [ -f "$root$record" ] && [ ! -e "$root$unfinished" ]; then action=update; else action=install; fi
install_files
start $action
rm -f "$root$unfinished"
say "$program is installed: $("$root$program" version)"
case :$PATH: in *:"$prefix/bin":*) ;; *) say "$prefix/bin is not on the PATH." ;; esac
