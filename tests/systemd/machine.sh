# shellcheck shell=bash disable=SC2154
# What the tests with a systemd of their own have in common. Sourced by boot.sh and tests/package/machine.sh, which set machine and name,
# and define inside.

patiently() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

# Degraded: some units may not start in namespaces.
has_booted() { [[ $(inside systemctl is-system-running) =~ ^(running|degraded)$ ]]; }
is_booting() {
    systemd=$(pgrep -P "$machine") && [ "$(cat "/proc/$systemd/comm")" = systemd ] && inside systemctl show --property=Version
}

shut_down() {
    [ -n "$machine" ] || return 0
    kill -KILL "$machine" 2>/dev/null || true # unshare --kill-child: process 1 is killed too.
    wait "$machine" 2>/dev/null || true
    machine=''
    for group in /sys/fs/cgroup/*/"$name" /sys/fs/cgroup/"$name"; do
        [ -d "$group" ] || continue
        patiently 5 empty_group "$group" || echo "$group remains" >&2
    done
}
empty_group() { find "$1" -depth -type d -exec rmdir {} + 2>/dev/null; [ ! -d "$1" ]; }

# The wget of a static busybox crashes when glibc resolves a name, and it resolves addresses too.
# shellcheck disable=SC2016 # the inner bash expands
answers() {
    local page
    page=$(inside timeout 3 bash -c \
        'exec 3<>"/dev/tcp/${1%:*}/${1#*:}" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && tail -n 1 <&3' - "$1" 2>/dev/null)
    [ "$page" = served ]
}
served() { patiently 5 answers "$1"; }
