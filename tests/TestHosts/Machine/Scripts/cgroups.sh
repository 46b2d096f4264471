# shellcheck shell=bash
# Control groups of a throw-away machine. Sourced by the scripts that start one, here and in tests/systemd.
# HIERARCHIES is the content of /proc/self/cgroup before the first move: each move changes that file. See cgroups(7).

# enter_own_cgroups NAME HIERARCHIES: moves this process into a new group NAME in every hierarchy.
enter_own_cgroups() {
    local name=$1 hierarchies=$2 controllers parent
    while IFS=: read -r _ controllers _; do
        case $controllers in
            "") parent=/sys/fs/cgroup; [ -e "$parent/cgroup.procs" ] || parent=/sys/fs/cgroup/unified ;;
            *) parent=/sys/fs/cgroup/${controllers#name=} ;;
        esac
        [ -d "$parent" ] || continue
        mkdir -p "$parent/$name"
        # cpuset(7): a cpuset without processors and memory nodes accepts no process.
        if [ -e "$parent/$name/cpuset.cpus" ] && [ -e "$parent/cpuset.cpus" ]; then
            cat "$parent/cpuset.cpus" > "$parent/$name/cpuset.cpus"
            cat "$parent/cpuset.mems" > "$parent/$name/cpuset.mems"
        fi
        echo $$ > "$parent/$name/cgroup.procs"
    done <<< "$hierarchies"
}

# mount_cgroups HIERARCHIES: mounts them at /sys/fs/cgroup of the throw-away machine.
mount_cgroups() {
    local hierarchies=$1 controllers group
    if [ "$(wc -l <<< "$hierarchies")" = 1 ]; then
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        return 0
    fi
    mount -t tmpfs -o mode=755 bridge-test /sys/fs/cgroup
    while IFS=: read -r _ controllers _; do
        group=/sys/fs/cgroup/${controllers#name=}
        case $controllers in
            "") mkdir "$group/unified"; mount -t cgroup2 cgroup2 "$group/unified" ;;
            name=*) mkdir "$group"; mount -t cgroup -o "none,$controllers" cgroup "$group" ;;
            *) mkdir "$group"; mount -t cgroup -o "$controllers" cgroup "$group" ;;
        esac
    done <<< "$hierarchies"
}
