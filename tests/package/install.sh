#!/usr/bin/env bash
# Tests the packages of `./bridge package` where they are used: in throw-away machines (Debian 12 and 13) with a systemd and a Docker of their own, and
# with containers running. Also compares two builds.
#   install.sh [SUITE...]          bookworm and trixie without any
# BRIDGE_PACKAGES=DIRECTORY: takes the packages from there, and compares no builds.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
scripts=$root/tests/package
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)
if [ -z "${BRIDGE_PACKAGE_WORK:-}" ]; then
    # The disks are a memory file system in a new mount namespace, which ends with this script.
    work=$(mktemp -d)
    status=0
    BRIDGE_PACKAGE_WORK=$work unshare --mount --propagation private "${BASH_SOURCE[0]}" "${suites[@]}" || status=$?
    rm -rf --one-file-system "$work"
    exit $status
fi
top=$BRIDGE_PACKAGE_WORK
# shellcheck source=tests/package/machine.sh
. "$scripts/machine.sh"

say() { echo "==> $*"; }
fail() {
    echo "FAILED: $*" >&2
    inside journalctl --no-pager -b 2>/dev/null | grep -v -e dockerd -e containerd | tail -n 40 >&2
    tail -n 30 "$work/log" "$work/console" >&2
    exit 1
}
trap shut_down EXIT

# repacked VERSION: the package with another version.
repacked() {
    local tree=$top/repack
    rm -rf "$tree"
    dpkg-deb -R "$package" "$tree"
    sed -i "s/^Version: .*/Version: $1/" "$tree/DEBIAN/control"
    dpkg-deb --root-owner-group -Znone --build "$tree" "$top/cnm-cni_$1_$architecture.deb" >/dev/null
    rm -rf "$tree"
}

# apt COMMAND...: without questions and without the network; its output is in the log.
apt() { inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >"$work/log" 2>&1 || fail "apt-get $*"; }
install_version() { apt install --allow-downgrades "/shared/cnm-cni_$1_$architecture.deb"; }
# shellcheck disable=SC2016 # dpkg-query expands it
installed_version() { inside dpkg-query -W -f '${Version}' cnm-cni; }
main_pid() { inside systemctl show -P MainPID cnm-cni.service; }
socket_inode() { inside stat -c %i /run/docker/plugins/cni.sock; }
is_active() { [ "$(inside systemctl is-active "$1")" = active ]; }
require_units() { is_active cnm-cni.socket || fail "the socket unit is not active"; is_active cnm-cni.service || fail "the service is not active"; }
runs_a_container() { inside docker run --rm --network pods page /bin/busybox true >"$work/log" 2>&1; }
is_attached() { inside cnm-cni status | grep -qF "$(address web)"; }

# shellcheck disable=SC2016 # the inner shell expands
traces() {
    inside sh -c '
        ip -o link | grep -E "veth|cnm" | sed "s/^[0-9]*: //"
        iptables-save | grep -E "10\.88\.|CNI-DN-"
        ls /var/lib/cni/networks/pods 2>/dev/null | grep -E "^10\."
        find /var/lib/cnm-cni/attachments /var/lib/cnm-cni/reservations /run/cnm-cni/records -type f 2>/dev/null' || true
}
no_traces() { [ -z "$(traces)" ]; }

# keeps_running WHAT COMMAND...: the container answers all the time, and the socket stays open.
keeps_running() {
    local what=$1 pid inode
    shift
    say "$what"
    pid=$(main_pid) inode=$(socket_inode)
    begin_watch 127.0.0.1:8080
    "$@"
    sleep 0.5
    end_watch "$what"
    [ "$(socket_inode)" = "$inode" ] || fail "$what: the socket was closed"
    [ "$(main_pid)" != "$pid" ] || fail "$what: the service was not restarted"
    is_active cnm-cni.service || fail "$what: the service does not run"
    is_attached || fail "$what: the attachment is lost"
    runs_a_container || fail "$what: no new container starts"
}

first_container() {
    local from
    say "Installing on a fresh machine, and a first container"
    census >"$work/before"
    from=$(date +%s%N)
    install_version "$version"
    inside install -D -m 644 /usr/share/cnm-cni/10-pods.conflist -t /etc/cni/net.d
    inside cnm-cni networks create pods >"$work/log" 2>&1 || fail "cnm-cni networks create"
    inside docker run -d --name web --restart always --network pods -p 8080:80 page >"$work/log" 2>&1 || fail "docker run"
    patiently 10 answers 127.0.0.1:8080 || fail "the container does not serve"
    echo "    from apt-get install to the first answer: $((($(date +%s%N) - from) / 1000000)) ms"
    require_units
    [ "$(inside systemctl is-enabled cnm-cni.socket cnm-cni.service | sort -u)" = enabled ] || fail "the units are not enabled"
    inside cnm-cni settings >"$work/settings"
    inside cnm-cni settings --config /dev/null | diff - "$work/settings" || fail "the settings file changes something"
}

upgrade_and_downgrade() {
    inside sed -i 's/^#pluginOutputLimit: .*/pluginOutputLimit: 2MiB/' /etc/cnm-cni/config.yaml
    keeps_running "Upgrade to $newer" install_version "$newer"
    inside grep -q '^pluginOutputLimit: 2MiB' /etc/cnm-cni/config.yaml || fail "the upgrade overwrote settings"
    keeps_running "Downgrade to $older" install_version "$older"
    [ "$(installed_version)" = "$older" ] || fail "it is version $(installed_version)"
    keeps_running "The same version again" apt install --reinstall "/shared/cnm-cni_${older}_$architecture.deb"
    say "Containers that start during an upgrade"
    for _ in 1 2 3 4 5 6; do runs_a_container || { touch "$work/failed" && break; }; done &
    local starts=$!
    install_version "$version"
    wait $starts
    [ ! -e "$work/failed" ] || fail "a container did not start during an upgrade"
}

has_failed() { [ "$(inside systemctl is-active "$1")" = failed ]; }

upgrade_of_a_failed_service() {
    say "An upgrade starts a service that failed too often"
    inside sh -c 'echo "nonsense: 1" >>/etc/cnm-cni/config.yaml'
    inside systemctl restart cnm-cni.service >"$work/log" 2>&1 || true
    patiently 40 has_failed cnm-cni.socket || fail "the socket unit did not give up"
    inside sed -i '/^nonsense/d' /etc/cnm-cni/config.yaml
    install_version "$newer"
    require_units
    is_attached || fail "the attachment is lost"
    runs_a_container || fail "no new container starts"
    install_version "$version"
}

removal() {
    say "Removal with a container running"
    begin_watch 127.0.0.1:8080
    apt remove cnm-cni
    grep -q '^cnm-cni: 1 interfaces are still attached to CNI networks' "$work/log" || fail "the removal does not report the attachment"
    grep -q '^cnm-cni: 1 Docker networks need cnm-cni' "$work/log" || fail "the removal does not report the network"
    ! inside test -e /usr/bin/cnm-cni || fail "the program stays"
    ! inside test -e /run/docker/plugins/cni.sock || fail "the socket stays, and Docker would wait"
    sleep 0.5
    end_watch removal
    ! runs_a_container || fail "a container started without cnm-cni"
    begin_watch 127.0.0.1:8080
    install_version "$version"
    end_watch "installation again"
    is_attached || fail "the attachment was not found again"
    inside grep -q '^pluginOutputLimit: 2MiB' /etc/cnm-cni/config.yaml || fail "the settings are lost"

    say "A container ends while the package is removed"
    apt remove cnm-cni
    inside docker rm -f web >"$work/log" 2>&1 || fail "docker rm"
    ! no_traces || fail "no traces of an interface that was not detached: this test looks in the wrong places"
    install_version "$version"
    patiently 60 no_traces || fail "remains: $(traces)"
}

purge() {
    say "Purge, with and without a container"
    inside docker run -d --name web --network pods -p 8080:80 page >"$work/log" 2>&1 || fail "docker run"
    begin_watch 127.0.0.1:8080
    apt purge cnm-cni
    grep -q '^cnm-cni: /var/lib/cnm-cni stays' "$work/log" || fail "the purge does not report the attachment"
    sleep 0.5
    end_watch purge
    install_version "$version"
    inside docker rm -f web >/dev/null
    patiently 30 no_traces || fail "remains: $(traces)"
    inside docker network rm pods >/dev/null || fail "docker network rm"

    say "A service that is disabled stays so"
    inside systemctl disable --quiet --now cnm-cni.service cnm-cni.socket
    install_version "$newer"
    [ "$(inside systemctl is-active cnm-cni.service cnm-cni.socket | sort -u)" = inactive ] || fail "the upgrade started a disabled service"
    [ "$(inside systemctl is-enabled cnm-cni.service cnm-cni.socket | sort -u)" = disabled ] || fail "the upgrade enabled a disabled service"
    apt purge cnm-cni
    census | diff "$work/before" - || fail "the purge leaves something"
}

archive() {
    local here=/shared/unpacked
    say "The archive: install, update, uninstall"
    inside mkdir -p $here
    inside tar -xf "/shared/$(basename "$archive")" --strip-components=1 -C $here
    inside $here/install.sh >"$work/log" 2>&1 || fail "install.sh"
    [ "$(inside sh -c 'command -v cnm-cni')" = /usr/local/bin/cnm-cni ] || fail "it is not in /usr/local/bin"
    require_units
    inside cnm-cni networks create pods >"$work/log" 2>&1 || fail "cnm-cni networks create"
    inside docker run -d --name web --network pods -p 8080:80 page >"$work/log" 2>&1 || fail "docker run"
    served 127.0.0.1:8080 || fail "the container does not serve"
    inside sh -c 'echo "pluginOutputLimit: 2MiB" >/etc/cnm-cni/config.yaml'
    keeps_running "The archive again" inside $here/install.sh >"$work/log" 2>&1 || fail "install.sh: update"
    [ "$(inside cat /etc/cnm-cni/config.yaml)" = "pluginOutputLimit: 2MiB" ] || fail "the update overwrote the settings"
    if inside $here/install.sh --prefix /opt/cnm-cni >"$work/log" 2>&1; then fail "a second installation"; fi
    begin_watch 127.0.0.1:8080
    # A container of a moment ago may still be on its way out.
    inside cnm-cni settle >"$work/log" 2>&1 || fail "cnm-cni settle"
    inside $here/install.sh --uninstall >"$work/log" 2>&1 || fail "install.sh --uninstall"
    grep -q '^cnm-cni: 1 interfaces are still attached to CNI networks' "$work/log" || fail "it does not report the attachment"
    end_watch "uninstall"
    inside $here/install.sh --prefix /opt/cnm-cni >"$work/log" 2>&1 || fail "install.sh --prefix"
    inside docker rm -f web >/dev/null
    patiently 30 no_traces || fail "remains: $(traces)"
    inside docker network rm pods >/dev/null || fail "docker network rm"
    inside $here/install.sh --uninstall --purge >"$work/log" 2>&1 || fail "install.sh --uninstall --purge"
    inside rm -rf $here
    census | diff "$work/before" - || fail "uninstall leaves something"
    install_version "$version"
    inside tar -xf "/shared/$(basename "$archive")" -C /tmp
    if inside sh -c '/tmp/cnm-cni-*/install.sh' >"$work/log" 2>&1; then fail "install.sh beside the package"; fi
    grep -q 'installed as a package' "$work/log" || fail "install.sh does not name the package"
    apt purge cnm-cni
    say "The package takes over when the installation of the archive is removed"
    inside sh -c '/tmp/cnm-cni-*/install.sh' >"$work/log" 2>&1 || fail "install.sh"
    install_version "$version"
    grep -q '/usr/local/bin/cnm-cni is another installation' "$work/log" || fail "the package does not report the other installation"
    inside sh -c '/tmp/cnm-cni-*/install.sh --uninstall' >"$work/log" 2>&1 || fail "install.sh --uninstall beside the package"
    require_units
    [ "$(inside readlink "/proc/$(main_pid)/exe")" = /usr/bin/cnm-cni ] || fail "the package's program does not run"
    apt purge cnm-cni
    inside sh -c 'rm -r /tmp/cnm-cni-*'
}

up_and_down() {
    local here=/shared/repository
    mkdir -p "$work/disk/shared/repository/artifacts/packages"
    tar -C "$root" --exclude=./artifacts --exclude=./.git -c . | tar -C "$work/disk/shared/repository" -x
    cp "$package" "$work/disk/shared/repository/artifacts/packages/"
    say "./bridge up installs the package at hand, without an SDK"
    census >"$work/before"
    inside $here/bridge up >"$work/log" 2>&1 || fail "up"
    grep -q 'answers: Hello from a Docker container' "$work/log" || fail "up: no answer"
    [ "$(installed_version)" = "$version" ] || fail "up has not installed the package"
    ! inside test -e /usr/local/bin/cnm-cni || fail "up has installed a second copy"
    inside $here/bridge up >"$work/log" 2>&1 || fail "a second up"
    ! grep -q Installing "$work/log" || fail "a second up installs again"
    say "./bridge up installs a package that was built again"
    rm -rf "$top/repack"
    dpkg-deb -R "$package" "$top/repack"
    echo >>"$top/repack/usr/bin/cnm-cni"
    dpkg-deb --root-owner-group -Znone --build "$top/repack" "$work/disk/shared/repository/artifacts/packages/$(basename "$package")" >/dev/null
    inside $here/bridge up >"$work/log" 2>&1 || fail "up with another package of the same version"
    inside cat /usr/bin/cnm-cni | cmp - "$top/repack/usr/bin/cnm-cni" || fail "the package that was built again is not installed"
    rm -rf "$top/repack"
    inside $here/bridge down >"$work/log" 2>&1 || fail "down"
    census | diff "$work/before" - || fail "down leaves something"
    say "./bridge up uses the package that is installed, and down leaves it"
    rm "$work/disk/shared/repository/artifacts/packages"/*
    install_version "$older"
    inside systemctl stop cnm-cni.socket cnm-cni.service
    inside $here/bridge up >"$work/log" 2>&1 || fail "up with an installed package"
    require_units
    inside $here/bridge down >"$work/log" 2>&1 || fail "down with an installed package"
    [ "$(installed_version)" = "$older" ] || fail "down removed the user's package"
    [ "$(inside systemctl is-active cnm-cni.service)" = inactive ] || fail "down left the service running"
    apt purge cnm-cni
}

# run_suite SUITE: in a machine of its own.
run_suite() {
    tree=$("$scripts/make-machine.sh" "$1")
    work=$top/$1
    mkdir -p "$work/disk/shared"
    cp "$top"/*.deb "$archive" "$work/disk/shared/"
    echo "### $1"
    boot
    make_image
    first_container
    upgrade_and_downgrade
    upgrade_of_a_failed_service
    removal
    purge
    archive
    up_and_down
    shut_down
    rm -rf --one-file-system "$work"
}

mount -t tmpfs bridge-test "$top"
if [ -z "${BRIDGE_PACKAGES:-}" ]; then
    say "Building twice, from two directories"
    "$scripts/reproducible.sh" "$top/packages"
    BRIDGE_PACKAGES=$top/packages
fi
package=$(find "$BRIDGE_PACKAGES" -name 'cnm-cni_*.deb' | sort -V | tail -n 1)
# The other archive is the managed plugin's.
archive=$(find "$BRIDGE_PACKAGES" -name 'cnm-cni-*-linux-*.tar.gz' | sort -V | tail -n 1)
version=$(dpkg-deb -f "$package" Version)
architecture=$(dpkg-deb -f "$package" Architecture)
older=0.0.1~rc.1-1 newer=$version+newer
cp "$package" "$top/"
repacked $older
repacked "$newer"
for suite in "${suites[@]}"; do run_suite "$suite"; done
say "The packages are good"
