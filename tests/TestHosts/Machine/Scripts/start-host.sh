#!/bin/bash
# Starts a test host: a control group of its own in every hierarchy, then new namespaces with host-init.sh as process 1.
#   start-host.sh NAME [TREE]        (TREE: a Debian whose programs the host uses in place of the machine's)
# Standard input is the life line: when it ends (the owner closed it, or died), process 1 ends, and with it everything in the host.
set -eu
name=$1
tree=${2:-}
scripts=$(dirname "$(readlink -f "$0")")

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
    bash "$scripts/host-init.sh" "$name" "$hierarchies" "$tree"
