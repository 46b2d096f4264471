#!/bin/bash
# Becomes systemd as process 1 of a throw-away machine: lays out its file systems and its cable, then runs the machine's own systemd.
#   init.sh DISK HIERARCHIES
# DISK: what survives a reboot of it. HIERARCHIES: /proc/self/cgroup of the machine it runs on.
set -eu
disk=$1
hierarchies=$2

hostname bridge-systemd
awk '{ print $5 }' /proc/self/mountinfo | grep -E '^/(run|etc/cni|var/lib/(docker|containerd|cni|cnm-cni|kubelet))(/|$)' | sort -r | while read -r target; do umount --lazy "$target"; done

# What is mounted over the directory of the disk itself would hide it.
mkdir -p /mnt/disk
mount --move "$disk" /mnt/disk 2> /dev/null || mount --bind "$disk" /mnt/disk
disk=/mnt/disk
mount -t tmpfs -o mode=755,nosuid,nodev bridge-test /run
mkdir -p /run/lock
for directory in etc var opt usr/local; do
    mkdir -p "$disk/layers/$directory/upper" "$disk/layers/$directory/work"
    mount -t overlay -o "lowerdir=/$directory,upperdir=$disk/layers/$directory/upper,workdir=$disk/layers/$directory/work" bridge-test "/$directory"
done
for directory in docker containerd; do
    mkdir -p "$disk/$directory" "/var/lib/$directory"
    mount --bind "$disk/$directory" "/var/lib/$directory"
done

# Devices of its own: systemd makes and removes some.
mount -t tmpfs -o mode=755,nosuid bridge-test /mnt
mkdir /mnt/pts /mnt/shm /mnt/mqueue /mnt/net
for device in null zero full random urandom tty; do cp -a "/dev/$device" /mnt/; done
mknod /mnt/net/tun c 10 200
ln -s /proc/self/fd /mnt/fd
for number in 0 1 2; do ln -s "/proc/self/fd/$number" "/mnt/$(printf 'stdin\nstdout\nstderr\n' | sed -n "$((number + 1))p")"; done
ln -s pts/ptmx /mnt/ptmx
mount --move /mnt /dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /dev/pts
mount -t tmpfs -o mode=1777 bridge-test /tmp

# A boot of its own.
cat /proc/sys/kernel/random/uuid > /run/boot_id
mount --bind /run/boot_id /proc/sys/kernel/random/boot_id

mount -t sysfs sysfs /sys
if [ "$(wc -l <<< "$hierarchies")" = 1 ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
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

# As a machine that has booted: what is mounted in the host is seen by its services.
mount --make-rshared /

ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
export container=bridge-test
exec /usr/lib/systemd/systemd --system --unit=multi-user.target --log-level=info --log-target=console --show-status=no
