#!/bin/bash
# Process 1 of a throw-away machine whose root is a Debian that make-machine.sh has made: sets up its file systems, then becomes its systemd.
#   init.sh NAME DISK HIERARCHIES
# DISK: a directory with "tree", a link to the Debian, and room for the machine's own files. HIERARCHIES: see cgroups.sh.
set -eu
name=$1
disk=$2
hierarchies=$3
# shellcheck source=tests/TestHosts/Machine/Scripts/cgroups.sh
. "$(dirname "$(readlink -f "$0")")/../TestHosts/Machine/Scripts/cgroups.sh"

hostname "$name"
root=$disk/root
mkdir -p "$root" "$disk/upper" "$disk/work"
mount -t overlay -o "lowerdir=$(readlink -f "$disk/tree"),upperdir=$disk/upper,workdir=$disk/work" bridge-test "$root"
# No overlay below an overlay: Docker mounts its own in these.
for directory in var/lib/docker var/lib/containerd; do
    mkdir -p "$disk/own/$directory" "$root/$directory"
    mount --bind "$disk/own/$directory" "$root/$directory"
done
mkdir -p "$disk/shared" "$root/shared"
mount --bind "$disk/shared" "$root/shared"
mount -t tmpfs -o mode=755,nosuid,nodev bridge-test "$root/run"
mkdir -p "$root/run/lock"
mount -t proc proc "$root/proc"

mount -t tmpfs -o mode=755,nosuid bridge-test "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue" "$root/dev/net"
for device in null zero full random urandom tty; do cp -a "/dev/$device" "$root/dev/"; done
mknod "$root/dev/net/tun" c 10 200
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 bridge-test "$root/tmp"

cat /proc/sys/kernel/random/uuid >"$root/run/boot_id"
mount --bind "$root/run/boot_id" "$root/proc/sys/kernel/random/boot_id"
mount -t sysfs sysfs "$root/sys"

mkdir -p "$root/old"
cd "$root"
pivot_root . old
mount_cgroups "$hierarchies"
umount --lazy /old
mount --make-rshared /

# machine-id(5): without an id, systemd takes the boot for the first one and enables all units.
tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
for unit in systemd-networkd.service systemd-networkd-wait-online.service systemd-udevd.service; do ln -sf /dev/null "/etc/systemd/system/$unit"; done

echo 1 >/proc/sys/net/ipv4/ip_forward
export container=bridge-test
exec /usr/lib/systemd/systemd --system --unit=multi-user.target --log-target=journal --show-status=no </dev/null
