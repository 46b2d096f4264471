#!/bin/bash
# Makes the Debian from which test hosts take another Docker Engine (see host-init.sh); does nothing when it is there
# with all that is wanted of it.
#   make-tree.sh VERSION
# It goes to $BRIDGE_TREES, or /var/cache/bridge-test/trees; debootstrap fetches it from $BRIDGE_MIRROR, or from where it does by itself: Debian's own servers.
set -eu
version=${1:?"which engine? make-tree.sh 28.5"}
case $version in
    26.1) suite=trixie ;;
    28.5) suite=sid ;;
    *) echo "No Debian with Docker $version is known here; there are 26.1 and 28.5." >&2 && exit 2 ;;
esac
trees=${BRIDGE_TREES:-/var/cache/bridge-test/trees}
tree=$trees/$suite
packages=docker.io,docker-cli,containerd,runc,containernetworking-plugins,iptables,nftables,iproute2,procps,ca-certificates,docker-compose

mkdir -p "$trees"
# Two that start together make it once.
exec 9> "$trees/$suite.lock"
flock 9
[ ! -e "$tree/usr/bin/docker-compose" ] || exit 0

if ! command -v debootstrap > /dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap
fi

# A tree has its name only when it is whole.
unfinished=$(mktemp -d "$trees/$suite.XXXXXX")
trap 'rm -rf --one-file-system "$unfinished"' EXIT
chmod 755 "$unfinished"
# In a mount namespace of its own: what it mounts in there is nobody else's to see, and is gone when it ends.
unshare --mount --propagation private debootstrap --variant=minbase --include="$packages" "$suite" "$unfinished" ${BRIDGE_MIRROR:+"$BRIDGE_MIRROR"}
rm -rf "$unfinished"/var/cache/apt/archives/*.deb "$unfinished"/var/lib/apt/lists/*

# A suite moves on; its engine is then another than the one asked for.
found=$(chroot "$unfinished" dpkg-query -W -f '${Version}' docker.io)
if [ "${found#"$version".}" = "$found" ]; then
    echo "Debian $suite has Docker $found by now. Debian's snapshot archive has the suite as it was on a day when it had $version:" >&2
    echo "BRIDGE_MIRROR=URL-OF-THAT-DAY $0 $version" >&2
    exit 1
fi
rm -rf --one-file-system "$tree"
mv -T "$unfinished" "$tree"
