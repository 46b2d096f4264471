# shellcheck shell=bash disable=SC2154
# This machine's Docker: the engine, and the first network, image and container on it. Sourced by installer.sh.

readonly network=pods
readonly hello=cnm-cni-hello

# This machine's Docker, also where DOCKER_HOST or a context names another: a network driver serves its own host.
engine() { env -u DOCKER_HOST -u DOCKER_CONTEXT docker -H unix:///var/run/docker.sock "$@"; }
engine_answers() { engine version --format '{{.Server.Version}}' >/dev/null 2>&1; }
containerd_answers() { ctr --connect-timeout 1s version >/dev/null 2>&1; }

# From API 1.49 on Docker names its firewall back end. Without a name, or with "iptables", the chains tell whether it has rules there.
docker_uses_nftables() {
    [[ $(engine info --format '{{with .FirewallBackend}}{{.Driver}}{{end}}' 2>/dev/null || true) == nftables* ]]
}

forwards_packets() { [ "$(cat /proc/sys/net/ipv4/ip_forward)" != 0 ]; }

docker_does_not_start() {
    forwards_packets ||
        set -- "$@" "With its nftables back end Docker starts only if this host forwards packets: sysctl -w net.ipv4.ip_forward=1"
    die "Docker does not start." "$@"
}

start_engine() {
    if engine_answers; then return 0; fi
    ip link show docker0 >/dev/null 2>&1 || remembered docker0 || {
        remember docker0 "absent before"
        remember forward-policy "$(iptables -w -S FORWARD | sed -n 's/^-P FORWARD //p')"
        remember ip-forward "$(cat /proc/sys/net/ipv4/ip_forward)"
    }
    if has_systemd; then
        systemctl --quiet is-active containerd.service || remember containerd-unit containerd.service
        remember engine-unit docker.service
        patiently "Starting Docker" systemctl start docker.service || docker_does_not_start "See journalctl -u docker."
    else
        containerd_answers || start_in_background containerd containerd
        until_true 30 containerd_answers || die "containerd does not answer." "See $memory/containerd.log."
        start_in_background dockerd dockerd --containerd /run/containerd/containerd.sock
    fi
    patiently "Waiting for Docker" until_true 60 engine_answers ||
        docker_does_not_start "It does not answer on /var/run/docker.sock. See its log: $memory/dockerd.log, or journalctl -u docker."
}

start_in_background() {
    local name=$1
    shift
    step "Starting $name (this machine has no service manager)"
    mkdir -p "$memory"
    setsid nohup "$@" >>"$memory/$name.log" 2>&1 </dev/null &
    remember_process "$name.process" $!
}

stop_engine() {
    if remembered engine-unit; then
        step "Stopping Docker, which up started"
        systemctl stop docker.socket docker.service
        if remembered containerd-unit; then systemctl stop containerd.service; fi
        forget containerd-unit
        forget engine-unit
    fi
    if remembered dockerd.process; then
        step "Stopping Docker, which up started"
        stop_process dockerd.process
    fi
    if remembered containerd.process; then
        stop_process containerd.process
    fi
    rm -f "$memory/dockerd.log" "$memory/containerd.log"
    if remembered docker0; then take_back_docker_firewall; fi
}

# Docker leaves its bridge and chains when it stops. They are removed only if they did not exist before up started it.
take_back_docker_firewall() {
    ip link delete docker0 2>/dev/null || true
    remove_chains '-j DOCKER|docker0' '^DOCKER'
    nft delete table ip docker-bridges 2>/dev/null || true # The nftables back end's.
    nft delete table ip6 docker-bridges 2>/dev/null || true
    iptables -w -P FORWARD "$(recall forward-policy | grep . || echo ACCEPT)"
    [ "$(recall ip-forward)" != 0 ] || echo 0 >/proc/sys/net/ipv4/ip_forward
    forget forward-policy
    forget ip-forward
    forget docker0
}

# remove_chains RULES CHAINS: removes all rules that match the one expression, then all chains that match the other.
remove_chains() {
    local tool table flag chain
    for tool in iptables ip6tables; do
        for table in filter nat; do
            "$tool-save" -t "$table" 2>/dev/null | grep -E -- "^-A .*($1)" | sed 's/^-A/-D/' | xargs -r -L 1 "$tool" -w -t "$table" || true
            for flag in -F -X; do
                for chain in $("$tool-save" -t "$table" 2>/dev/null | sed -n 's/^:\([^ ]*\) .*/\1/p' | grep -E -- "$2"); do
                    "$tool" -w -t "$table" "$flag" "$chain"
                done
            done
        done
    done
}

# create_network [CNI_NETWORK]: keeps an existing Docker network of cnm-cni. A new one reserves addresses ahead if the CNI network's IPAM can.
create_network() {
    local driver made
    driver=$(engine network inspect -f '{{.Driver}}' "$network" 2>/dev/null || true)
    [ "$driver" != cni ] || return 0
    [ -z "$driver" ] || die "a Docker network \"$network\" of driver $driver exists already." \
        "Remove or rename it, then run this again: docker network rm $network"
    step "cnm-cni networks create ${1:+$1 }--name $network"
    remember network "$network"
    made=$("$program" networks create ${1:+"$1"} --name "$network") || {
        forget network
        die "the Docker network could not be created; see the reason above." \
            "cnm-cni networks lists the CNI networks. Choose one: ./bridge up --cni-network NAME"
    }
    say "${made#*: }"
}

make_image() {
    local rootfs applet
    if engine image inspect "$hello" >/dev/null 2>&1; then return 0; fi
    step "Making an image from this machine's busybox: $hello"
    rootfs=$(mktemp -d)
    mkdir -p "$rootfs"/{bin,etc,proc,sys,dev,tmp,www}
    cp "$(readlink -f "$(command -v busybox)")" "$rootfs/bin/busybox"
    for applet in $(busybox --list); do [ -e "$rootfs/bin/$applet" ] || ln -s busybox "$rootfs/bin/$applet"; done
    echo "root:x:0:0:root:/:/bin/sh" >"$rootfs/etc/passwd"
    echo "Hello from a Docker container on a CNI network." >"$rootfs/www/index.html"
    remember image "$hello"
    tar -C "$rootfs" --owner=0 --group=0 -c . |
        engine import -c 'ENV PATH=/bin' -c 'CMD ["httpd", "-f", "-p", "80", "-h", "/www"]' - "$hello" >/dev/null
    rm -rf "$rootfs"
}

run_container() {
    local running
    running=$(engine container inspect -f '{{.State.Running}}' "$hello" 2>/dev/null || true)
    case $running in
        true) ;;
        false) step "docker start $hello" && engine start "$hello" >/dev/null ;;
        *)
            step "docker run -d --name $hello --network $network $hello"
            remember container "$hello"
            # httpd is process 1 and ignores SIGTERM; it has nothing to lose.
            engine run -d --name "$hello" --network "$network" --stop-signal KILL "$hello" >/dev/null
            ;;
    esac
}

address_of() { engine inspect -f "{{(index .NetworkSettings.Networks \"$network\").IPAddress}}" "$hello"; }

# With bash alone: a bare machine has no curl, and the wget of a static busybox crashes when glibc resolves names.
# shellcheck disable=SC2016 # the inner bash expands
page_of() {
    timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/80" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && sed "1,/^\r*$/d" <&3' "$1" 2>/dev/null | grep .
}
