# shellcheck shell=bash disable=SC2154
# A throw-away machine with a systemd and a Docker of its own. Sourced by install.sh.
# Its user sets scripts (the directory of this file), work (a directory on a file system that overlays accept, such as tmpfs), and tree (its Debian).

machine='' systemd='' name=bridge-package-$$

inside() { nsenter --target "$systemd" --mount --net --pid --cgroup --uts --ipc --root --wd -- "$@"; }
# shellcheck source=tests/systemd/machine.sh
. "$scripts/../systemd/machine.sh"

boot() {
    mkdir -p "$work/disk/shared"
    ln -sfn "$tree" "$work/disk/tree"
    "$scripts/../systemd/start.sh" "$name" "$work/disk" "$scripts/init.sh" >>"$work/console" 2>&1 &
    machine=$!
    patiently 10 is_booting || fail "systemd did not become process 1"
    patiently 60 has_booted || fail "it did not boot"
    patiently 60 inside docker version || fail "Docker does not answer"
}

make_image() {
    local layer=$work/image
    mkdir -p "$layer/bin" "$layer/www"
    cp "$tree/bin/busybox" "$layer/bin/busybox"
    echo served >"$layer/www/index.html"
    tar -C "$layer" -c . | inside docker import -c 'CMD ["/bin/busybox","httpd","-f","-p","80","-h","/www"]' - page >/dev/null
}

address() { inside docker inspect -f '{{.NetworkSettings.Networks.pods.IPAddress}}' "$1"; }

# begin_watch ADDRESS: asks a server again and again, until end_watch, which fails if it did not always answer.
begin_watch() {
    rm -f "$work/watched"
    while true; do
        if answers "$1"; then echo yes; else echo no; fi >>"$work/watched"
        sleep 0.05
    done &
    watch=$!
}
end_watch() {
    kill "$watch"
    wait "$watch" 2>/dev/null || true
    [ "$(grep -c yes "$work/watched")" -ge 5 ] || fail "$1: the container was asked too seldom"
    ! grep -q no "$work/watched" || fail "$1: the container did not answer $(grep -c no "$work/watched") of $(wc -l <"$work/watched") times"
    echo "    the container answered $(grep -c yes "$work/watched") times in a row"
}

# What the machine has that a package or an attachment can leave behind. Plugins keep their bridge, their basic chains and a lock.
# shellcheck disable=SC2016 # the inner shell expands
census() {
    inside sh -c '
        echo "# links" && ip -o link | sed "s/^[0-9]*: \([^:@]*\).*/\1/" | grep -vx cni-pods | sort
        echo "# firewall" && { iptables-save; ip6tables-save; } 2>/dev/null | grep -E "^-A|^:[^ ]+ -" | sed "s/ \[.*//" |
            grep -vE "CNI-(HOSTPORT|FORWARD|ADMIN)" | sort
        echo "# files" && find / -xdev -path /shared -prune -o -name "*cnm-cni*" -print | sort
        find /var/lib/cnm-cni /run/cnm-cni /run/docker/plugins 2>/dev/null | sort
        find /var/lib/cni -type f 2>/dev/null | grep -vE "/(lock|last_reserved_ip.0)$"
        echo "# units" && systemctl list-unit-files --no-legend --no-pager | grep cnm-cni
        echo "# processes" && pgrep -x cnm-cni' || true
}
