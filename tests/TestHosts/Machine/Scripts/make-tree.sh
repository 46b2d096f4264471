#!/bin/bash
# Makes the Debian from which test hosts take a Docker Engine of engines.txt (see host-init.sh), unless it is complete already.
#   make-tree.sh VERSION
# Of an engine for which a person has made a tree (docs/testing.md), it only checks whether that is complete.
# It is in $BRIDGE_TREES, by default /var/cache/bridge-test/trees. debootstrap downloads it from $BRIDGE_MIRROR, by default Debian's servers.
set -eu
version=${1:?"a version of engines.txt"}
# shellcheck source=tests/TestHosts/Machine/Scripts/trees.sh
. "$(dirname "$(readlink -f "$0")")/trees.sh"
trees=$(trees_directory)
own=$(own_tree "$version")
if [ -n "$own" ]; then
    lacking=$(lacking_in "$own")
    [ -n "$lacking" ] || exit 0
    echo "The tree $own lacks $lacking, which test hosts need: put it there, or remove the tree. docs/testing.md says how to make one." >&2
    exit 1
fi
suite=$(awk -v version="$version" '$1 == version { print $2 }' "$tree_scripts/engines.txt")
if [ -z "$suite" ]; then
    echo "No Debian release with Docker $version is known; known are: $(table_engines | paste -s -d ' ')." >&2
    echo "Put a tree with that engine into $trees/$version; docs/testing.md says how to make one." >&2
    exit 2
fi
tree=$trees/$suite
packages=docker.io,docker-cli,containerd,runc,containernetworking-plugins,iptables,nftables,iproute2,procps,ca-certificates,docker-compose

mkdir -p "$trees"
# One process at a time: of two, the second finds the tree complete.
exec 9> "$trees/$suite.lock"
flock 9
[ ! -e "$tree/usr/bin/docker-compose" ] || exit 0

if ! command -v debootstrap > /dev/null; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends debootstrap
fi

# A tree gets its name when it is complete.
unfinished=$(mktemp -d "$trees/$suite.XXXXXX")
trap 'rm -rf --one-file-system "$unfinished"' EXIT
chmod 755 "$unfinished"
# In a new mount namespace: no other process sees debootstrap's mounts, and they end with it.
unshare --mount --propagation private debootstrap --variant=minbase --include="$packages" \
    "$suite" "$unfinished" ${BRIDGE_MIRROR:+"$BRIDGE_MIRROR"}
rm -rf "$unfinished"/var/cache/apt/archives/*.deb "$unfinished"/var/lib/apt/lists/*

# A suite moves on, and then has another engine.
# shellcheck disable=SC2016 # dpkg-query expands it
found=$(chroot "$unfinished" dpkg-query -W -f '${Version}' docker.io)
if [ "${found#"$version".}" = "$found" ]; then
    echo "Debian $suite now has Docker $found. Take the suite of a day on which it had $version from Debian's snapshot archive:" >&2
    echo "BRIDGE_MIRROR=URL-OF-THAT-DAY $0 $version" >&2
    exit 1
fi
rm -rf --one-file-system "$tree"
mv -T "$unfinished" "$tree"
