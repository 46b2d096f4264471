#!/bin/bash
# Makes the Debian of a throw-away machine with systemd and Docker, unless it is there already, and prints where it is.
#   make-machine.sh SUITE
# It is in $BRIDGE_MACHINES, by default /var/cache/bridge-test/machines. debootstrap downloads it from $BRIDGE_MIRROR, by default Debian's servers.
set -eu
suite=${1:?"a Debian release, such as trixie"}
machines=${BRIDGE_MACHINES:-/var/cache/bridge-test/machines}
packages=systemd,systemd-sysv,dbus,docker.io,containernetworking-plugins,iptables,nftables,iproute2,procps,busybox-static,ca-certificates
# From Debian 13 on, the docker command is a package of its own.
[ "$suite" = bookworm ] || packages=$packages,docker-cli

mkdir -p "$machines"
# One process at a time: of two, the second finds it complete.
exec 9>"$machines/$suite.lock"
flock 9
if [ ! -e "$machines/$suite" ]; then
    if ! command -v debootstrap >/dev/null; then
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap; } >&2
    fi
    # It gets its name when it is complete.
    unfinished=$(mktemp -d "$machines/$suite.XXXXXX")
    trap 'rm -rf --one-file-system "$unfinished"' EXIT
    chmod 755 "$unfinished"
    # In a new mount namespace: no other process sees debootstrap's mounts, and they end with it.
    unshare --mount --propagation private debootstrap --variant=minbase --include="$packages" \
        "$suite" "$unfinished" ${BRIDGE_MIRROR:+"$BRIDGE_MIRROR"} >&2
    rm -rf "$unfinished"/var/cache/apt/archives/*.deb
    mv -T "$unfinished" "$machines/$suite"
    trap - EXIT
fi
echo "$machines/$suite"
