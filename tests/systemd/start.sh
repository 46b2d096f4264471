#!/bin/bash
# Boots the throw-away machine of boot.sh: a control group of its own in every hierarchy, then new namespaces with init.sh, and so systemd, as process 1.
#   start.sh NAME DISK
# When this process ends, so does everything in the machine.
set -eu
name=$1
disk=$2

# Read before the first move: each move changes the file.
hierarchies=$(cat /proc/self/cgroup)
while IFS=: read -r _ controllers _; do
    case $controllers in
        "") parent=/sys/fs/cgroup; [ -e "$parent/cgroup.procs" ] || parent=/sys/fs/cgroup/unified ;;
        *) parent=/sys/fs/cgroup/${controllers#name=} ;;
    esac
    [ -d "$parent" ] || continue
    mkdir -p "$parent/$name"
    # A cpuset (v1) takes no process before it has processors and memory nodes.
    if [ -e "$parent/$name/cpuset.cpus" ] && [ -e "$parent/cpuset.cpus" ]; then
        cat "$parent/cpuset.cpus" > "$parent/$name/cpuset.cpus"
        cat "$parent/cpuset.mems" > "$parent/$name/cpuset.mems"
    fi
    echo $$ > "$parent/$name/cgroup.procs"
done <<< "$hierarchies"

exec unshare --mount --net --pid --cgroup --uts --ipc --fork --kill-child --mount-proc --propagation private \
    bash "$(dirname "$(readlink -f "$0")")/init.sh" "$name" "$disk" "$hierarchies"
