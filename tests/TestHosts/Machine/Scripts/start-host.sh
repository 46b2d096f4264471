#!/bin/bash
# Starts a test host: a new control group in every hierarchy, then new namespaces with host-init.sh as process 1.
#   start-host.sh NAME [TREE]        (TREE: a Debian whose programs the host uses in place of the machine's)
# The host runs as long as standard input is open. When its owner closes it or dies, process 1 ends, and with it every process of the host.
set -eu
name=$1
tree=${2:-}
scripts=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/TestHosts/Machine/Scripts/cgroups.sh
. "$scripts/cgroups.sh"

hierarchies=$(cat /proc/self/cgroup)
enter_own_cgroups "$name" "$hierarchies"

exec unshare --mount --net --pid --cgroup --uts --ipc --fork --kill-child --mount-proc --propagation private \
    bash "$scripts/host-init.sh" "$name" "$hierarchies" "$tree"
