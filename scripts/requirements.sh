# shellcheck shell=bash disable=SC2154
# Root, packages and the SDK. Sourced by bridge.

# The variables that sudo would drop and the commands need.
kept=(PATH DOTNET_ROOT DOTNET_CLI_TELEMETRY_OPTOUT DOTNET_NOLOGO DOTNET_SKIP_FIRST_TIME_EXPERIENCE DOTNET_SYSTEM_GLOBALIZATION_INVARIANT
    ArtifactsPath CI SOURCE_DATE_EPOCH BRIDGE_ENGINE BRIDGE_TREES BRIDGE_MIRROR BRIDGE_FAULT_STRIDE BRIDGE_WITHOUT
    BRIDGE_PACKAGE_LEVEL BRIDGE_PACKAGES BRIDGE_MACHINES)
readonly kept

kept_environment() {
    local name
    for name in "${kept[@]}"; do [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"; done
}

become_root() {
    local environment
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null || die "this needs root, and sudo is not installed." "Become root (su -) and run it again: $self $*"
    # sudo's own PATH may lack this user's dotnet.
    mapfile -t environment < <(kept_environment)
    exec sudo -- env "${environment[@]}" "$self" "$@"
}

# Builds run as the user who called sudo: with that user's package cache, and without files of root in the clone.
as_builder() {
    local environment
    if [ -n "${SUDO_UID:-}" ] && [ "$SUDO_UID" != 0 ]; then
        mkdir -p "$artifacts" && chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$artifacts"
        mapfile -t environment < <(kept_environment)
        sudo -H -u "#$SUDO_UID" -- env "${environment[@]}" "$@"
    else
        "$@"
    fi
}

has_plugins() {
    local directory
    for directory in /opt/cni/bin /usr/lib/cni /usr/libexec/cni; do
        [ -x "$directory/bridge" ] && [ -x "$directory/host-local" ] && [ -x "$directory/portmap" ] && [ -x "$directory/firewall" ] &&
            return 0
    done
    return 1
}

has_static_busybox() { command -v busybox >/dev/null && ! ldd "$(command -v busybox)" >/dev/null 2>&1; }

# missing_packages up|build|tests|packages|recording: one Debian package per line. A program from another source (Docker's own packages, for example) counts too.
missing_packages() {
    if [ "$1" = recording ]; then
        command -v img2webp >/dev/null || echo webp
        return 0
    fi
    if [ "$1" != up ]; then
        command -v clang >/dev/null || echo clang
        [ -e /usr/include/zlib.h ] || echo zlib1g-dev
        [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    fi
    if [ "$1" = packages ]; then
        command -v dpkg-deb >/dev/null || echo dpkg
        command -v rpmbuild >/dev/null || echo rpm
        command -v readelf >/dev/null || echo binutils
        command -v git >/dev/null || echo git
    fi
    case $1 in build | packages) return 0 ;; esac
    command -v docker >/dev/null && command -v dockerd >/dev/null || echo docker.io
    command -v containerd >/dev/null || echo containerd
    command -v runc >/dev/null || echo runc
    has_plugins || echo containernetworking-plugins
    command -v iptables >/dev/null || echo iptables
    command -v ip >/dev/null || echo iproute2
    has_static_busybox || echo busybox-static
    if [ "$1" = tests ]; then
        command -v nft >/dev/null || echo nftables
        command -v ps >/dev/null || echo procps
        command -v docker-compose >/dev/null || echo docker-compose
        command -v systemd-analyze >/dev/null || echo systemd
        command -v mkfs.ext4 >/dev/null || echo e2fsprogs
        command -v strace >/dev/null || echo strace
        command -v iperf3 >/dev/null || echo iperf3
        command -v ethtool >/dev/null || echo ethtool
        command -v zsh >/dev/null || echo zsh
        command -v fish >/dev/null || echo fish
        command -v chromium >/dev/null || echo chromium
        command -v mandoc >/dev/null || echo mandoc
    fi
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$1")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "this machine lacks programs. Debian's packages of them: ${missing[*]}" \
        "Install them with your distribution's package manager, then run this again."
    export DEBIAN_FRONTEND=noninteractive
    patiently "Updating the list of packages" apt-get update -q ||
        die "the list of packages could not be updated; see apt-get's output above."
    # Debian 13 has the docker command in a package of its own.
    if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then missing+=(docker-cli); fi
    patiently "Installing ${missing[*]}" apt-get install -q -y --no-install-recommends "${missing[@]}" ||
        die "apt-get could not install ${missing[*]}; see its output above."
    hash -r
}

need_dotnet() {
    if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then return 0; fi
    die "the build needs the .NET 10 SDK$(command -v dotnet >/dev/null && echo "; this machine's dotnet has no version 10")." \
        "Debian 12:  wget https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb" \
        "            dpkg -i packages-microsoft-prod.deb" \
        "            apt-get update && apt-get install -y dotnet-sdk-10.0" \
        "Ubuntu:     apt-get install -y dotnet-sdk-10.0" \
        "Fedora:     dnf install dotnet-sdk-10.0" \
        "Elsewhere:  https://dotnet.microsoft.com/download/dotnet/10.0; dotnet must be on the PATH."
}
