#!/bin/bash
# Puts a test host into the state after a power cut and a boot: no processes, an empty /run, no network state in the kernel,
# unchanged disks, a new boot id.
#   power-cycle.sh NEIGHBOUR_PID
set -u
neighbour=$1

for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    case $pid in 1 | "$$" | "$neighbour") continue ;; esac
    kill -KILL "$pid" 2> /dev/null
done

awk '{ print $5 }' /proc/self/mountinfo | grep -E '^/run/(docker|containerd|netns/|cnm-cni|cni)|^/var/lib/(docker|containerd)/' | sort -r |
    while read -r target; do umount --lazy "$target"; done
find /run -mindepth 1 -maxdepth 1 ! -name bridge-test ! -name netns -exec rm -rf {} +
find /run/netns -mindepth 1 -delete
mkdir -p /run/lock /run/docker/plugins

for link in /sys/class/net/*; do
    link=${link##*/}
    case $link in lo | uplink) ;; *) ip link delete "$link" 2> /dev/null ;; esac
done
nft flush ruleset 2> /dev/null
for tool in iptables-legacy ip6tables-legacy; do
    # shellcheck disable=SC2013 # one word a line
    for table in $(cat /proc/net/"${tool/tables-legacy/_tables_names}" 2> /dev/null); do
        $tool -t "$table" -F
        $tool -t "$table" -X
    done
done

cat /proc/sys/kernel/random/uuid > /run/bridge-test/boot_id
