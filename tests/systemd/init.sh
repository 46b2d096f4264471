#!/bin/bash
# Process 1 of the throw-away machine of boot.sh: sets up its file systems, then becomes systemd.
#   init.sh NAME DISK HIERARCHIES
# DISK: its files, which outlive a boot. HIERARCHIES: see cgroups.sh.
set -eu
name=$1
disk=$2
hierarchies=$3
# shellcheck source=tests/TestHosts/Machine/Scripts/cgroups.sh
. "$(dirname "$(readlink -f "$0")")/../TestHosts/Machine/Scripts/cgroups.sh"

hostname "$name"
awk '{ print $5 }' /proc/self/mountinfo | grep -E '^/(run|etc/cni|var/lib/(docker|containerd|cni|cnm-cni|kubelet))(/|$)' | sort -r |
    while read -r target; do umount --lazy "$target"; done
mount -t tmpfs -o mode=755,nosuid,nodev bridge-test /run
mkdir -p /run/lock
overlay() { mount -t overlay -o "lowerdir=$1,upperdir=$disk/upper/$1,workdir=$disk/work/$1" bridge-test "$1"; }
for directory in /etc /opt /var /usr/local; do
    mkdir -p "$disk/upper/$directory" "$disk/work/$directory"
    overlay "$directory"
done
# Empty, not the machine's own; and no overlay, since Docker mounts overlays in it.
for directory in /etc/cni /etc/cnm-cni /var/lib/docker /var/lib/containerd /var/lib/cni /var/lib/cnm-cni; do
    mkdir -p "$disk/own/$directory" "$directory"
    mount --bind "$disk/own/$directory" "$directory"
done

# Own devices: systemd creates and removes some.
devices=$disk/dev
mkdir -p "$devices"
mount -t tmpfs -o mode=755,nosuid bridge-test "$devices"
mkdir "$devices/pts" "$devices/shm" "$devices/mqueue" "$devices/net"
for device in null zero full random urandom tty; do cp -a "/dev/$device" "$devices/"; done
mknod "$devices/net/tun" c 10 200
ln -s pts/ptmx "$devices/ptmx"
ln -s /proc/self/fd "$devices/fd"
mount --move "$devices" /dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /dev/pts
mount -t tmpfs -o mode=1777 bridge-test /tmp

# Own boot id: the kernel, and so its boot id, is the machine's.
cat /proc/sys/kernel/random/uuid > /run/boot_id
mount --bind /run/boot_id /proc/sys/kernel/random/boot_id

mount -t sysfs sysfs /sys
mount_cgroups "$hierarchies"
mount --make-rshared /

# Only the units under test and Docker start at boot, whatever the machine has enabled.
rm -f /etc/systemd/system/*.wants/*
# machine-id(5): without an id, systemd takes the boot for the first one and enables all units.
tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
for unit in systemd-networkd.service systemd-networkd-wait-online.service; do ln -sf /dev/null "/etc/systemd/system/$unit"; done
mkdir -p /etc/systemd/system/{multi-user,sockets}.target.wants
for unit in containerd.service docker.service; do
    ln -s "/lib/systemd/system/$unit" "/etc/systemd/system/multi-user.target.wants/$unit"
done
if [ -e /etc/systemd/system/cnm-cni.service ]; then
    ln -s /etc/systemd/system/cnm-cni.service /etc/systemd/system/multi-user.target.wants/
    ln -s /etc/systemd/system/cnm-cni.socket /etc/systemd/system/sockets.target.wants/
fi

echo 1 > /proc/sys/net/ipv4/ip_forward
export container=bridge-test
exec /usr/lib/systemd/systemd --system --unit=multi-user.target --log-target=journal --show-status=no < /dev/null
