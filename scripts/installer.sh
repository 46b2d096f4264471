# shellcheck shell=bash disable=SC2154
# up, down and status: one Docker container on a CNI network of this machine, and back. Sourced by bridge.

# shellcheck source=scripts/deeds.sh
. "$root/scripts/deeds.sh"
# shellcheck source=scripts/daemon.sh
. "$root/scripts/daemon.sh"
# shellcheck source=scripts/docker.sh
. "$root/scripts/docker.sh"
# shellcheck source=scripts/cni-network.sh
. "$root/scripts/cni-network.sh"

up() {
    local cni_network="" address page
    while [ $# -gt 0 ]; do
        case $1 in
            --cni-network) cni_network=${2:?"--cni-network needs a name"} && shift 2 ;;
            *) usage >&2 && exit 2 ;;
        esac
    done
    install_packages up
    obtain_program
    settle_cni_network "$cni_network"
    install_program
    start_daemon # Before Docker, which needs the socket when it starts containers with a restart policy.
    start_engine
    create_network "$cni_network"
    make_image
    run_container
    address=$(address_of)
    until_true 10 page_of "$address" >/dev/null ||
        die "container $hello has address $address, but its web server does not answer from this host." \
        "See ./bridge status and docker logs $hello. A firewall between the host and $link can be the reason."
    page=$(page_of "$address")
    echo
    echo "A Docker container is on the CNI network. Its address: $address"
    echo "  http://$address/ answers: $page"
    echo
    report_dropped_forwarding
    echo "Try next"
    printf '  %-58s %s\n' \
        "cnm-cni status" "containers and pods on the CNI network" \
        "cnm-cni networks" "the CNI networks of this host, and their Docker networks" \
        "docker network inspect $network" "its subnet and gateway: those of the CNI network" \
        "docker run -d -p 8080:80 --network $network $hello" "another container, published on port 8080 of this host" \
        "docker exec $hello ip address" "the addresses in the container" \
        "cnm-cni check $hello" "run CHECK of the CNI plugins" \
        "./bridge demo" "the same beside pods of a Kubernetes runtime, in a test host" \
        "./bridge down" "undo all of this"
}

# Reported only: the firewall and the kernel's settings belong to the administrator.
report_dropped_forwarding() {
    local chain=FORWARD has_nftables=""
    remembered link || return 0
    if docker_uses_nftables; then has_nftables=1; fi
    if ! forwards_packets; then
        echo "This host does not forward packets (net.ipv4.ip_forward is 0), so containers and pods reach only this host, and other hosts"
        echo "reach no published port.${has_nftables:+ Docker does not turn forwarding on with its nftables back end.}"
        echo "Turn it on, and keep it on after a restart of this host:"
        echo "  sysctl -w net.ipv4.ip_forward=1"
        echo "  echo net.ipv4.ip_forward=1 >/etc/sysctl.d/99-forwarding.conf"
        echo
    fi
    iptables -w -S FORWARD 2>/dev/null | grep -qx -- '-P FORWARD DROP' || return 0
    # Docker's nftables back end uses no such chain, but an earlier Docker may have left it.
    if [ -z "$has_nftables" ] && iptables -w -S DOCKER-USER >/dev/null 2>&1; then chain=DOCKER-USER; fi
    echo "This host drops forwarded packets by default (iptables: FORWARD DROP). A port published with -p is reachable from this host,"
    echo "but not from other hosts. This rule admits them:"
    echo "  iptables -I $chain -o $link -m conntrack --ctstate DNAT -j ACCEPT"
    if [ -n "$has_nftables" ]; then
        echo "Docker does not set that policy with its nftables back end: an earlier Docker or another program has."
        echo "If nothing needs it any more: iptables -P FORWARD ACCEPT"
    fi
    echo
}

# Refuses before it changes anything.
refuse_while_in_use() {
    local users others
    engine_answers || return 0
    if remembered network; then
        users=$(engine network inspect -f '{{range .Containers}}{{.Name}} {{end}}' "$network" 2>/dev/null |
            xargs -r -n 1 | grep -vx "$hello" | xargs || true)
        [ -z "$users" ] || die "containers are still on network $network: $users" "Remove them, then run this again: docker rm -f $users"
    fi
    if remembered program || remembered package; then
        others=$(engine network ls --filter driver=cni --format '{{.ID}} {{.Name}}' |
            if remembered network; then grep -v " $network\$"; else cat; fi || true)
        [ -z "$others" ] || die "Docker networks of cnm-cni still exist: $(cut -d ' ' -f 2- <<<"$others" | paste -s -d ,)" \
            "Remove them, then run this again: docker network rm $(cut -d ' ' -f 1 <<<"$others" | xargs)"
    fi
    if remembered engine-unit || remembered dockerd.process; then
        others=$(engine ps --format '{{.Names}}' | grep -vx "$hello" | xargs || true)
        [ -z "$others" ] ||
            die "containers run in the Docker that up started: $others" "Stop them, then run this again: docker stop $others"
    fi
}

down() {
    [ -d "$memory" ] || { say "Nothing to undo: up has done nothing here." && return 0; }
    find_program
    # Docker and cnm-cni must run to remove what they created; after a reboot they may not.
    if remembered container || remembered network || remembered image; then
        if [ -x "$program" ]; then start_daemon; fi
        start_engine
    fi
    refuse_while_in_use
    if remembered container; then
        step "docker rm -f $hello"
        engine rm -f "$hello" >/dev/null 2>&1 || ! engine container inspect "$hello" >/dev/null 2>&1 ||
            die "container $hello cannot be removed; see docker rm -f $hello."
        forget container
    fi
    if remembered network; then
        step "docker network rm $network"
        engine network rm "$network" >/dev/null 2>&1 || ! engine network inspect "$network" >/dev/null 2>&1 ||
            die "network $network cannot be removed; see docker network rm $network."
        forget network
    fi
    if remembered image; then
        engine image rm -f "$hello" >/dev/null 2>&1 || true
        forget image
    fi
    if { remembered program || remembered package; } && ! until_true 15 nothing_attached; then
        die "attachments are not cleaned up yet; see cnm-cni status." "cnm-cni keeps retrying. Run this again later."
    fi
    take_back_daemon
    stop_engine
    take_back_cni_network
    rmdir "$memory" 2>/dev/null || say "$memory stays: $(ls "$memory")"
    step "All of it is undone. Packages of other programs stay, and so does Docker's data in /var/lib/docker."
}

status() {
    local deed
    find_program
    if [ -d "$memory" ]; then
        step "What up did here"
        for deed in "$memory"/*; do
            case $deed in *.log) ;; *) say "$(basename "$deed"): $(head -n 1 "$deed")" ;; esac
        done
    else
        say "up has done nothing here."
    fi
    if [ -x "$program" ]; then "$program" status; fi
}
