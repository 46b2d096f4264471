#!/bin/bash
# Boots the throw-away machine of boot.sh: a new control group in every hierarchy, then new namespaces with init.sh as process 1.
#   start.sh NAME DISK [INIT]
# INIT: another script in the place of init.sh.
# When this process ends, so does everything in the machine.
set -eu
name=$1
disk=$2
scripts=$(dirname "$(readlink -f "$0")")
# shellcheck source=tests/TestHosts/Machine/Scripts/cgroups.sh
. "$scripts/../TestHosts/Machine/Scripts/cgroups.sh"

hierarchies=$(cat /proc/self/cgroup)
enter_own_cgroups "$name" "$hierarchies"

exec unshare --mount --net --pid --cgroup --uts --ipc --fork --kill-child --mount-proc --propagation private \
    bash "${3:-$scripts/init.sh}" "$name" "$disk" "$hierarchies"
