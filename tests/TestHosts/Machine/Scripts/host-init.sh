#!/bin/bash
# Process 1 of a test host: lays out its file systems and links, says "ready", and lives as long as its standard input.
#   host-init.sh NAME HIERARCHIES TREE
# HIERARCHIES: /proc/self/cgroup of the machine. TREE: a Debian whose /usr, /etc and /var/lib the host has; empty: the machine's own.
# Nothing here can reach the machine's own files: /run and the state directories are empty memory file systems,
# and what is written to /etc, /opt and /var/lib lands in an overlay that ends with the host.
set -eu
name=$1
hierarchies=$2
tree=$3

hostname "$name"
# What the machine has mounted there would stay pinned by us, and vanish under us when the machine unmounts it. The last mount of all comes first: what is
# mounted on another, or in it, is younger. One path may have several. Only what others cover cannot be reached, nor be seen.
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
    # The machine's plugins are not those of this engine.
    mkdir -p /opt/cni
    mount -t tmpfs -o mode=755 bridge-test /opt/cni
fi
overlay "$tree/var/cache" var/cache # Last: trees are kept there.
mount -t tmpfs -o mode=1777 bridge-test /dev/shm
# A driver may be in use on the machine: its units, its log, what `./bridge up` remembers.
rm -rf --one-file-system /etc/systemd/system/cnm-cni.* /var/log/cnm-cni* /var/lib/cnm-cni* /var/cache/cnm-cni*
for directory in /etc/docker /etc/cni /etc/cnm-cni /etc/containerd \
    /var/lib/docker /var/lib/containerd /var/lib/cni /var/lib/cnm-cni; do
    mkdir -p "$directory"
    mount -t tmpfs -o mode=755 bridge-test "$directory"
done
mkdir -p /etc/cni/net.d /opt/cni/bin

# A boot of its own: a power cut changes the file.
cat /proc/sys/kernel/random/uuid > /run/bridge-test/boot_id
mount --bind /run/bridge-test/boot_id /proc/sys/kernel/random/boot_id

# A sysfs shows the links of the network namespace in which it was mounted.
mount -t sysfs sysfs /sys
if [ "$(wc -l <<< "$hierarchies")" = 1 ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    # Version 2 wants no processes beside child groups.
    mkdir /sys/fs/cgroup/init
    echo 1 > /sys/fs/cgroup/init/cgroup.procs
else
    mount -t tmpfs -o mode=755 bridge-test /sys/fs/cgroup
    while IFS=: read -r _ controllers _; do
        group=/sys/fs/cgroup/${controllers#name=}
        case $controllers in
            "") mkdir "$group/unified"; mount -t cgroup2 cgroup2 "$group/unified" ;;
            name=*) mkdir "$group"; mount -t cgroup -o "none,$controllers" cgroup "$group" ;;
            *) mkdir "$group"; mount -t cgroup -o "$controllers" cgroup "$group" ;;
        esac
    done <<< "$hierarchies"
fi

# Runtimes mount network namespaces below this directory and expect others to see them.
mount --bind /run/netns /run/netns
mount --make-shared /run/netns

# The neighbour: a namespace that stands for another host, at the other end of a cable.
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

# As Kubernetes demands of every node. Where dockerd has to turn it on itself, it also makes DROP the policy of the FORWARD chain.
echo 1 > /proc/sys/net/ipv4/ip_forward

echo "ready $neighbour"
while read -r _; do :; done
