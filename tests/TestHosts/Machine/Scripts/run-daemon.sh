#!/bin/bash
# Becomes a daemon of the test host: in the host's control groups, with its process id on file and its output in a log.
#   run-daemon.sh NAME LOG COMMAND...
set -eu
name=$1
log=$2
shift 2
# A process that enters namespaces from outside keeps its control groups; limits and accounting would be the caller's.
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
    echo $$ > /sys/fs/cgroup/init/cgroup.procs
else
    for group in /sys/fs/cgroup/*/cgroup.procs; do echo $$ > "$group"; done
fi
echo $$ > "/run/bridge-test/$name.pid"
exec "$@" < /dev/null >> "$log" 2>&1
