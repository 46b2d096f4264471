#!/bin/bash
# Makes the file system of the container image and of the managed plugin: the program, the libraries that it is linked with, and the directories
# over which a runtime mounts. Everything else is the host's (setting pluginRoot).
#   container-root.sh PROGRAM DIRECTORY
# $SOURCE_DATE_EPOCH is the time of its files; without it: 1970.
set -euo pipefail
program=${1:?"the program cnm-cni"}
tree=${2:?"the directory to make"}
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
time=@${SOURCE_DATE_EPOCH:-0}

if ! libraries=$(ldd "$program" 2>/dev/null); then
    echo "$program is not linked with shared libraries of this machine: publish it for this machine first." >&2
    exit 1
fi

# The licence of a library comes with its Debian package.
copy_licence() {
    local package
    # Debian's list of files has the paths from before /lib became a link to /usr/lib.
    package=$(dpkg-query --search "$1" "${1#/usr}" 2>/dev/null | sed -n '1s/[:,].*//p') || true
    [ -n "$package" ] && [ -e "/usr/share/doc/$package/copyright" ] || return 0
    install -D -m 644 "/usr/share/doc/$package/copyright" "$tree/usr/share/doc/$package/copyright"
}

rm -rf --one-file-system "$tree"
# Without /run/docker/plugins: what the container lacks is the host's (src/Adapter/Service/HostRoot.cs).
mkdir -p "$tree"/{dev,etc/cnm-cni,host,proc,run,sys,tmp}
install -D -m 755 "$program" "$tree/usr/bin/cnm-cni"
# A line of ldd names a library and its file, or the loader's file alone.
awk '$2 == "=>" && $3 ~ "^/" { print $3 } $1 ~ "^/" { print $1 }' <<<"$libraries" | while read -r file; do
    install -D -m 755 "$(readlink -f "$file")" "$tree$file"
    copy_licence "$(readlink -f "$file")"
done
install -m 644 "$root/packaging/plugin/settings.yaml" "$tree/etc/cnm-cni/config.yaml"
install -D -m 644 "$root/LICENSE" "$tree/usr/share/doc/cnm-cni/LICENSE"
find "$tree" -type d -exec chmod 755 {} +
find "$tree" -exec touch -h -d "$time" {} +
