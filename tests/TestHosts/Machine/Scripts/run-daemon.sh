#!/bin/bash
# Becomes a daemon of the test host: in the host's control groups, with a pid file and a log.
#   run-daemon.sh NAME LOG COMMAND...
set -eu
name=$1
log=$2
shift 2
# A process that enters namespaces keeps its control groups, and with them the limits and accounting of its caller.
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
    echo $$ > /sys/fs/cgroup/init/cgroup.procs
else
    for group in /sys/fs/cgroup/*/cgroup.procs; do echo $$ > "$group"; done
fi
echo $$ > "/run/bridge-test/$name.pid"
exec "$@" < /dev/null >> "$log" 2>&1
