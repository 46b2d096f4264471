# shellcheck shell=bash disable=SC2154
# The CNI network for the first container: one of the host's, or a new one in /etc/cni/net.d where there is none. Sourced by installer.sh.

readonly net_d=/etc/cni/net.d
readonly conflist=$net_d/10-pods.conflist
readonly link=cni-pods

# has_configuration DIRECTORY
has_configuration() { compgen -G "$1/*.conflist" >/dev/null || compgen -G "$1/*.conf" >/dev/null || compgen -G "$1/*.json" >/dev/null; }

# The parts of cnm-cni networks --json that this needs: it indents by two spaces.
listed_networks() { sed -n '/^  "networks": \[/,/^  \]/s/^      "name": "\(.*\)",$/\1/p'; }
listed_directory() { sed -n 's/^    "configurationDirectory": "\(.*\)",$/\1/p'; }
listed_clusters() { sed -n 's/^        "name": "\(k3s\|RKE2\|k0s\|MicroK8s\)",$/\1/p'; }

has_kubelet() { command -v kubelet >/dev/null || [ -e /var/lib/kubelet/config.yaml ] || [ -e /etc/kubernetes/kubelet.conf ]; }

# settle_cni_network [CNI_NETWORK]: sets cni_network to what --cni-network of create_network gets. Makes no network beside a cluster's.
settle_cni_network() {
    local listing directory cluster names
    cni_network=${1:-}
    listing=$("$available" networks --json) || die "the CNI networks of this host could not be listed; see the reason above."
    directory=$(listed_directory <<<"$listing")
    mapfile -t names < <(listed_networks <<<"$listing")
    if [ ${#names[@]} -gt 0 ]; then
        [ -z "$cni_network" ] || return 0
        [ ${#names[@]} -eq 1 ] || remembered network ||
            die "this host has several CNI networks in $directory: $(paste -s -d , <<<"$(printf '%s\n' "${names[@]}")")." \
                "Choose one, then run this again: ./bridge up --cni-network NAME"
        [ ${#names[@]} -gt 1 ] || [ "$directory" = "$net_d" ] || {
            cni_network=${names[0]}
            step "Using the CNI network of this host: $cni_network ($directory)"
        }
        return 0
    fi
    if has_configuration "$directory"; then return 0; fi # Then create_network says what is wrong with the files.
    cluster=$(listed_clusters <<<"$listing" | paste -s -d ,)
    if [ -z "$cluster" ] && has_kubelet; then cluster=kubelet; fi
    if [ -n "$cluster" ] && [ "$cni_network" != "$network" ]; then
        die "this host has $cluster, whose CNI network is not there yet: there is no configuration in $directory." \
            "Start the cluster, or install its network plugin, then run this again. Otherwise up writes a network of its own to" \
            "$net_d, which a kubelet that reads this directory uses for its pods, too: ./bridge up --cni-network $network"
    fi
    write_cni_network
}

number_of() {
    local a b c d
    IFS=. read -r a b c d <<<"$1"
    echo $(((a << 24) + (b << 16) + (c << 8) + d))
}

# overlaps CIDR CIDR: of IPv4.
overlaps() {
    local left=${1#*/} right=${2#*/} shift
    shift=$((32 - (left < right ? left : right)))
    [ $(($(number_of "${1%/*}") >> shift)) -eq $(($(number_of "${2%/*}") >> shift)) ]
}

free_subnet() {
    local used candidate taken second
    mapfile -t used < <(ip -4 route show table all | grep -oE '\b[0-9]+(\.[0-9]+){3}(/[0-9]+)?' | sed '/\//!s,$,/32,' | sort -u)
    for second in 88 89 90 91 92 93 94 95 200 201 202 203 204; do
        candidate=10.$second.0.0/16
        for taken in "${used[@]}"; do
            if [ "${taken#*/}" -gt 0 ] && overlaps "$candidate" "$taken"; then continue 2; fi
        done
        echo "$candidate"
        return 0
    done
    return 1
}

write_cni_network() {
    local subnet
    if has_configuration "$net_d"; then return 0; fi
    subnet=$(free_subnet) || die "10.88.0.0/16 and the other subnets that up tries are all in use." \
        "Write a CNI network with a free subnet to $net_d yourself, then run this again."
    step "Writing a CNI network: $conflist ($subnet on bridge $link)"
    remember cni-chains-before "$(iptables-save | grep -c '^:CNI-' || true)"
    absent_before etc-cni /etc/cni
    absent_before etc-cni-net-d "$net_d"
    absent_before var-lib-cni /var/lib/cni
    absent_before var-lib-cni-networks /var/lib/cni/networks
    ip link show "$link" >/dev/null 2>&1 || remember link "$link"
    remember conflist unfinished
    mkdir -p "$net_d"
    cat >"$conflist" <<EOF
{
  "cniVersion": "1.0.0",
  "name": "$network",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "$link",
      "isGateway": true,
      "isDefaultGateway": true,
      "ipMasq": true,
      "hairpinMode": true,
      "capabilities": { "mac": true, "ips": true },
      "ipam": { "type": "host-local", "ranges": [[{ "subnet": "$subnet" }]] }
    },
    { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true },
    { "type": "firewall" }
  ]
}
EOF
    remember conflist "$(sha256sum <"$conflist")"
}

take_back_cni_network() {
    local recorded
    remembered conflist || return 0
    recorded=$(recall conflist)
    if [ -e "$conflist" ] && [ "$recorded" != unfinished ] && [ "$recorded" != "$(sha256sum <"$conflist")" ]; then
        say "$conflist has changed since; the file and its Linux bridge stay."
        forget conflist
        forget link
        forget cni-chains-before
        return 0
    fi
    step "Removing the CNI network"
    rm -f "$conflist"
    take_back_directory etc-cni-net-d
    take_back_directory etc-cni
    if remembered link && ip link show "$link" >/dev/null 2>&1; then
        if [ -z "$(ls "/sys/class/net/$link/brif")" ]; then
            ip link delete "$link"
        else
            say "The Linux bridge $link stays: it still has ports."
        fi
    fi
    forget link
    # host-local leaves a lock and the last address. Any other file is an address in use.
    if [ -z "$(find "/var/lib/cni/networks/$network" -type f ! -name lock ! -name 'last_reserved_ip.*' 2>/dev/null)" ]; then
        rm -rf "/var/lib/cni/networks/$network"
    fi
    take_back_directory var-lib-cni-networks
    take_back_directory var-lib-cni
    # The plugins keep their basic chains for the next network. They go if they did not exist before and no CNI network is left.
    if [ "$(recall cni-chains-before)" = 0 ] && ! has_configuration "$net_d"; then remove_chains '-j CNI-' '^CNI-'; fi
    forget cni-chains-before
    forget conflist
}
