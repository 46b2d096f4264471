#!/usr/bin/env bash
# Tests the units of samples/systemd under a real systemd: process 1 of a throw-away machine in namespaces of its own, with this machine's
# systemd, Docker and stock plugins. A published container on a CNI network keeps running while cnm-cni is restarted, killed and hung,
# leaves nothing when it is removed, and comes back after a reboot.
#   boot.sh PROGRAM          PROGRAM: the published cnm-cni
set -euo pipefail
program=$(readlink -f "${1:?"usage: boot.sh artifacts/publish/Adapter/release/cnm-cni"}")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
if [ -z "${BRIDGE_BOOT_WORK:-}" ]; then
    # The disk is a memory file system in a new mount namespace: it outlives the boots, and ends with this script.
    work=$(mktemp -d)
    status=0
    BRIDGE_BOOT_WORK=$work unshare --mount --propagation private "${BASH_SOURCE[0]}" "$program" || status=$?
    rm -rf --one-file-system "$work"
    exit $status
fi
work=$BRIDGE_BOOT_WORK
name=bridge-systemd-$$
machine='' systemd=''
mkdir "$work/disk"
mount -t tmpfs bridge-test "$work/disk"

say() { echo "==> $*"; }
inside() { nsenter --target "$systemd" --mount --net --pid --cgroup --uts --ipc -- "$@"; }
# shellcheck source=tests/systemd/machine.sh
. "$root/tests/systemd/machine.sh"
fail() {
    echo "FAILED: $*" >&2
    inside journalctl --no-pager -b | grep -v -e dockerd -e containerd 2>/dev/null | tail -n 60 >&2
    inside systemctl --no-pager status cnm-cni.service cnm-cni.socket docker.service 2>/dev/null | tail -n 40 >&2
    cat "$work/console" "$work/check" 2>/dev/null | tail -n 40 >&2
    exit 1
}

boot() {
    "$root/tests/systemd/start.sh" "$name" "$work/disk" >>"$work/console" 2>&1 &
    machine=$!
    patiently 10 is_booting || fail "systemd did not become process 1"
    patiently 60 has_booted || fail "it did not boot"
    patiently 30 inside docker version || fail "Docker does not answer"
}
not_running() { ! kill -0 "$machine"; }
trap shut_down EXIT

address() { inside docker inspect -f '{{.NetworkSettings.Networks.pods.IPAddress}}' "$1"; }
main_pid() { inside systemctl show -P MainPID cnm-cni.service; }
is_active() { [ "$(inside systemctl is-active cnm-cni.service)" = active ]; }
is_new() { [ "$(main_pid)" != "$1" ] && is_active; }

# logs PATTERN [OPTION...]: whether the log of this boot has such a line, of the lines that journalctl shows.
logs() {
    local pattern=$1
    shift
    inside journalctl --quiet --no-pager --boot --output cat --unit cnm-cni.service "$@" | grep -c "$pattern" >/dev/null
}

# What remains of attachments without clean-up: links, namespaces, firewall rules, addresses, records.
# shellcheck disable=SC2016 # the inner shell expands
traces() {
    inside sh -c '
        ip -o link | grep -E "veth|cnm" | sed "s/^[0-9]*: //"
        ls /run/cnm-cni/netns 2>/dev/null
        iptables-save | grep -E "^-A (CNI-HOSTPORT-DNAT|CNI-DN|POSTROUTING|CNI-FORWARD .*10\.90\.0\.)" |
            grep -v docker0 | grep -E "10\.90\.0|CNI-DN"
        ls /var/lib/cni/networks/pods | grep -E "^10\."
        find /var/lib/cnm-cni/attachments /var/lib/cnm-cni/reservations /run/cnm-cni/records -type f
        cd /proc/$(systemctl show -P MainPID cnm-cni.service) && grep cnm-cni/netns mountinfo' || true
}
no_traces() { [ -z "$(traces)" ]; }

install() {
    local units=$work/disk/upper/etc/systemd/system
    mkdir -p "$work/disk/upper/usr/local/bin" "$units/cnm-cni.service.d" "$work/disk/own/etc/cni/net.d"
    cp "$program" "$work/disk/upper/usr/local/bin/cnm-cni"
    cp "$root"/samples/systemd/cnm-cni.{socket,service} "$units/"
    # ProtectProc gives the service a /proc of its own, without the boot id of init.sh.
    printf '[Service]\nWatchdogSec=4\nBindReadOnlyPaths=/run/boot_id:/proc/sys/kernel/random/boot_id\n' >"$units/cnm-cni.service.d/test.conf"
    cat >"$work/disk/own/etc/cni/net.d/10-pods.conflist" <<'EOT'
{ "cniVersion": "1.0.0", "name": "pods", "plugins": [
  { "type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true, "ipMasq": true, "hairpinMode": true,
    "capabilities": { "mac": true, "ips": true },
    "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.90.0.0/24" }]] } },
  { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true }, { "type": "firewall" }, { "type": "tuning" } ] }
EOT
}
make_image() {
    local layer=$work/image
    mkdir -p "$layer/bin" "$layer/www"
    cp "$(command -v busybox)" "$layer/bin/busybox"
    echo served >"$layer/www/index.html"
    tar -C "$layer" -c . | inside docker import -c 'CMD ["/bin/busybox","httpd","-f","-p","80","-h","/www"]' - page >/dev/null
}

install
say "Booting"
boot
make_image
[ "$(inside systemctl is-active cnm-cni.socket)" = active ] || fail "the socket unit is not active"
is_active || fail "the service is not active"
[ "$(inside stat -c '%a %U' /run/docker/plugins/cni.sock)" = "600 root" ] || fail "the socket is not root's alone"
[ "$(inside stat -c '%a' /run/cnm-cni /var/lib/cnm-cni | sort -u)" = 700 ] || fail "the directories are not root's alone"
inside systemctl show -P StatusText cnm-cni.service | grep -q '^Networks: 0, attachments: 0' || fail "no status"

say "A container on a CNI network, published"
inside cnm-cni networks create pods >/dev/null || fail "no Docker network"
inside docker run --rm --network pods -p 8079:80 page /bin/busybox true || fail "the first container did not run"
inside docker run -d --name web --restart always --network pods -p 8080:80 page >/dev/null || fail "docker run"
# The CHECK of portmap 1.1.1 looks for an IPv6 chain that it has not made; a container without ports is checked instead.
inside docker run -d --name plain --network pods page >/dev/null || fail "docker run"
served "$(address web):80" || fail "the container does not serve"
served 127.0.0.1:8080 || fail "the published port does not serve"
inside cnm-cni check plain >"$work/check" || fail "check"

say "The service is restarted, killed, and hung, with the container running"
before=$(main_pid)
inside systemctl restart cnm-cni.service || fail "restart"
is_new "$before" || fail "no restart"
served 127.0.0.1:8080 || fail "not served after a restart"
inside cnm-cni check plain >"$work/check" || fail "check after a restart"
before=$(main_pid)
inside systemctl kill --kill-whom=main -s KILL cnm-cni.service
patiently 15 is_new "$before" || fail "not started again after kill -9"
inside cnm-cni check plain >"$work/check" || fail "check after kill -9"
before=$(main_pid)
inside systemctl kill --kill-whom=main -s STOP cnm-cni.service
patiently 45 is_new "$before" || fail "not started again after it hung"
inside cnm-cni check plain >"$work/check" || fail "check after it hung"
served 127.0.0.1:8080 || fail "not served after it hung"
[ -S "/proc/$systemd/root/run/docker/plugins/cni.sock" ] || fail "the socket is gone"

say "A stopped service is started by the next call"
inside systemctl stop cnm-cni.service 2>/dev/null
inside docker run -d --name second --network pods -p 8081:80 page >/dev/null || fail "docker run did not start the service"
served 127.0.0.1:8081 || fail "the second container does not serve"

say "Removing"
[ -n "$(traces)" ] || fail "no traces of two running containers: this test looks in the wrong places"
inside docker rm -f web plain second >/dev/null
patiently 20 no_traces || fail "remains: $(traces)"

say "The journal knows what is a warning"
! inside docker network create -d cni --ipam-driver null -o cni.network=absent absent 2>/dev/null || fail "a network of nothing"
patiently 10 logs 'CreateNetwork refused' -p warning || fail "journalctl -p warning does not show a refusal"
! logs 'answered in' -p warning || fail "journalctl -p warning shows more than warnings"
logs 'answered in' -p info || fail "journalctl -p info does not show answers"
! logs '^<[0-9]>' || fail "the journal shows priorities as text"

say "A reboot, and a power cut"
for end in reboot cut; do
    inside docker rm -f web >/dev/null 2>&1 || true
    inside docker run -d --name web --restart always --network pods -p 8080:80 page >/dev/null || fail "docker run"
    if [ $end = reboot ]; then inside systemctl reboot; patiently 60 not_running || fail "it does not go down"; fi
    shut_down
    boot
    patiently 30 served 127.0.0.1:8080 || fail "the container is not back after: $end"
    inside docker rm -f web >/dev/null
    patiently 20 no_traces || fail "remains after $end: $(traces)"
done
say "Docker starts although cnm-cni cannot"
shut_down
mkdir -p "$work/disk/own/etc/cnm-cni"
echo "nonsense: true" >"$work/disk/own/etc/cnm-cni/config.yaml"
boot
# shellcheck disable=SC2016 # the inner shell expands
patiently 60 inside sh -c '[ "$(systemctl is-active cnm-cni.socket)" = failed ] && [ ! -e /run/docker/plugins/cni.sock ]' ||
    fail "systemd does not give up the units"
logs 'unknown key nonsense' -p err || fail "journalctl -p err does not show why it does not start"
rm "$work/disk/own/etc/cnm-cni/config.yaml"
inside systemctl reset-failed cnm-cni.socket cnm-cni.service
inside systemctl start cnm-cni.socket cnm-cni.service || fail "they do not start again"
inside docker run --rm --network pods page /bin/busybox true || fail "docker run"
say "The units are good"
