#!/bin/sh
# Installs cnm-cni from this directory, updates an installation, or removes it.
#   install.sh [--prefix DIRECTORY]               files go below it; by default /usr/local
#   install.sh --uninstall [--purge]              removes what was installed; --purge: settings and state too
# DESTDIR=DIRECTORY installs into another root directory, without starting anything.
set -eu
cd "$(dirname "$0")"

prefix=/usr/local uninstall='' purge='' root=${DESTDIR:-}
fail() { echo "install.sh: $*" >&2; exit 1; }
say() { echo "==> $*"; }
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ -n "${2:-}" ] || fail "--prefix needs a directory."; prefix=$2; shift ;;
        --prefix=*) prefix=${1#*=} ;;
        --uninstall) uninstall=1 ;;
        --purge) purge=1 ;;
        -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
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

# The list of installed files: one per line, absolute. It is also where an installation shows that it is one.
record=/var/lib/cnm-cni-install/files
units=/etc/systemd/system
program=$prefix/bin/cnm-cni
if [ -n "$uninstall" ] && [ -f "$root$record" ]; then program=$(grep '/bin/cnm-cni$' "$root$record"); fi
has_systemd() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

refuse_other_systems() {
    [ "$(uname -s)" = Linux ] || fail "cnm-cni runs on Linux."
    [ "$(uname -m)" = @MACHINE@ ] || fail "this program is for @MACHINE@; this machine is $(uname -m)."
    found=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/.* //') || true
    [ -n "$found" ] || fail "this system has no glibc (musl?). cnm-cni needs glibc @LIBC@ or newer."
    [ "$(printf '%s\n' "@LIBC@" "$found" | sort -V | head -n 1)" = "@LIBC@" ] ||
        fail "this system has glibc $found; cnm-cni needs @LIBC@ or newer."
}

refuse_second_installation() {
    [ -z "$root" ] || return 0
    if [ -f "$record" ] && [ -x "$(grep '/bin/cnm-cni$' "$record")" ] && ! grep -qx "$program" "$record"; then
        fail "cnm-cni is installed as $(grep '/bin/cnm-cni$' "$record"). Use that --prefix, or remove it first: install.sh --uninstall"
    fi
    if { dpkg-query -W -f '${db:Status-Status}' cnm-cni 2>/dev/null | grep -qx installed; } || rpm -q cnm-cni >/dev/null 2>&1; then
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

# put FILE TARGET: replaces the target in one step, and records it.
put() {
    make_directory "$(dirname "$2")"
    cp "$1" "$root$2.new"
    chmod "$(if [ -x "$1" ]; then echo 755; else echo 644; fi)" "$root$2.new"
    mv -f "$root$2.new" "$root$2"
    echo "$2" >>"$root$record.new"
}

install_files() {
    mkdir -p "$(dirname "$root$record")"
    : >"$root$record.new"
    find bin share -type f | sort >"$root$record.found"
    while read -r file; do put "$file" "$prefix/$file"; done <"$root$record.found"
    for unit in cnm-cni.service cnm-cni.socket; do
        sed "s,/usr/bin/cnm-cni,$program," "systemd/$unit" >"$root$record.found"
        put "$root$record.found" "$units/$unit"
    done
    rm "$root$record.found"
    # Files of the previous version that this one lacks.
    if [ -f "$root$record" ]; then
        grep -Fvx -f "$root$record.new" "$root$record" | while read -r file; do rm -f "$root$file"; done
    fi
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
    if [ "$1" = update ]; then
        # The socket stays open: Docker's calls wait in it until the new process answers.
        systemctl try-restart cnm-cni.service || fail "the service did not restart: see journalctl -u cnm-cni"
    else
        systemctl enable --quiet --now cnm-cni.socket cnm-cni.service || fail "the service did not start: see journalctl -u cnm-cni"
    fi
}

#INCLUDE attachments.sh#

remove() {
    [ -f "$root$record" ] || fail "install.sh has installed nothing here."
    [ -n "$root" ] || report_what_stays
    if has_systemd; then
        systemctl disable --quiet --now cnm-cni.service cnm-cni.socket || true
    elif [ -n "$root" ]; then
        systemctl --root="$root" disable --quiet cnm-cni.service cnm-cni.socket || true
    fi
    while read -r file; do rm -f "$root$file"; done <"$root$record"
    if [ -f "$root$record.directories" ]; then
        sort -r "$root$record.directories" | while read -r directory; do
            rmdir "$root$directory" 2>/dev/null || true
        done
    fi
    rm -f "$root$record" "$root$record.directories"
    rmdir "$(dirname "$root$record")" 2>/dev/null || true
    if has_systemd; then systemctl daemon-reload; fi
    if [ -z "$purge" ]; then
        say "Settings (/etc/cnm-cni) and state ($cnm_cni_state) stay."
        return 0
    fi
    rm -rf "$root/etc/cnm-cni"
    if nothing_recorded; then
        rm -rf --one-file-system "$root$cnm_cni_state" "$root$cnm_cni_run"
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
if [ -f "$root$record" ]; then action=update; else action=install; fi
install_files
start $action
say "$program is installed: $("$root$program" version)"
case :$PATH: in *:"$prefix/bin":*) ;; *) say "$prefix/bin is not on the PATH." ;; esac
