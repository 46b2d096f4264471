#!/bin/bash
# Process 1 of a test host: sets up its file systems and links, prints "ready", and runs until its standard input ends.
#   host-init.sh NAME HIERARCHIES TREE
# HIERARCHIES: see cgroups.sh. TREE: a Debian whose /usr, /etc and /var/lib the host uses; empty: the machine's own.
# Nothing here can reach the machine's own files: /run and the state directories are empty memory file systems,
# and writes to /etc, /opt and /var/lib go to an overlay that ends with the host.
set -eu
name=$1
hierarchies=$2
tree=$3
# shellcheck source=tests/TestHosts/Machine/Scripts/cgroups.sh
. "$(dirname "$(readlink -f "$0")")/cgroups.sh"

hostname "$name"
# The host would pin the machine's mounts below these directories, and lose them when the machine unmounts them. The youngest goes first:
# a mount on or in another is younger. One path may have several. A covered mount cannot be reached, and is skipped.
covered=" "
of_machine() {
    awk -v covered="$covered" '
        index(covered, " " $1 " ") { next }
        $5 ~ "^/(run|etc/cni|var/lib/(docker|containerd|cni|cnm-cni|kubelet))(/|$)" || / - nsfs / { last = $1 " " $5 }
        END { print last }' /proc/self/mountinfo
}
while read -r id target < <(of_machine) && [ -n "$id" ]; do
    umount --lazy -- "$(printf '%b' "$target")" 2> /dev/null || covered+="$id "
done
mount -t tmpfs -o mode=755 bridge-test /run
mkdir -p /run/lock /run/netns /run/docker/plugins /run/bridge-test
overlay() {
    local lower=$1 directory=$2 layer=/run/bridge-test/$2
    mkdir -p "$layer/upper" "$layer/work"
    mount -t overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" bridge-test "/$directory"
}
for directory in etc var/lib var/log; do overlay "$tree/$directory" "$directory"; done
overlay /opt opt
if [ -n "$tree" ]; then
    overlay "$tree/usr" usr
    # The machine's plugins do not belong to this engine.
    mkdir -p /opt/cni
    mount -t tmpfs -o mode=755 bridge-test /opt/cni
fi
overlay "$tree/var/cache" var/cache # Last: trees are kept there.
mount -t tmpfs -o mode=1777 bridge-test /dev/shm
# cnm-cni may be installed on the machine: its units, its log, the record of `./bridge up`.
rm -rf --one-file-system /etc/systemd/system/cnm-cni.* /var/log/cnm-cni* /var/lib/cnm-cni* /var/cache/cnm-cni*
for directory in /etc/docker /etc/cni /etc/cnm-cni /etc/containerd \
    /var/lib/docker /var/lib/containerd /var/lib/cni /var/lib/cnm-cni; do
    mkdir -p "$directory"
    mount -t tmpfs -o mode=755 bridge-test "$directory"
done
mkdir -p /etc/cni/net.d /opt/cni/bin

# The host has a boot id of its own: a power cut changes it.
cat /proc/sys/kernel/random/uuid > /run/bridge-test/boot_id
mount --bind /run/bridge-test/boot_id /proc/sys/kernel/random/boot_id

# A sysfs shows the links of the network namespace in which it was mounted.
mount -t sysfs sysfs /sys
mount_cgroups "$hierarchies"
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
    # cgroups(7), "no internal processes" rule: version 2 has no processes beside child groups.
    mkdir /sys/fs/cgroup/init
    echo 1 > /sys/fs/cgroup/init/cgroup.procs
fi

# Runtimes mount network namespaces below this directory and expect others to see them.
mount --bind /run/netns /run/netns
mount --make-shared /run/netns

# The neighbour: a namespace in place of another host, at the other end of a cable.
ip link set lo up
unshare --net sleep infinity &
neighbour=$!
until [ "$(readlink /proc/$neighbour/ns/net)" != "$(readlink /proc/1/ns/net)" ]; do sleep 0.01; done
ip link add uplink type veth peer name uplink netns $neighbour
ip addr add 10.200.0.1/24 dev uplink
ip link set uplink up
ip route add default via 10.200.0.2
nsenter --target $neighbour --net ip link set lo up
nsenter --target $neighbour --net ip addr add 10.200.0.2/24 dev uplink
nsenter --target $neighbour --net ip link set uplink up

# Kubernetes demands it of every node. If dockerd has to turn it on, it also sets the policy of the FORWARD chain to DROP.
echo 1 > /proc/sys/net/ipv4/ip_forward

echo "ready $neighbour"
while read -r _; do :; done
