#!/bin/sh
# shellcheck disable=SC2034,SC2154
# The beginning of each of these plugins. What one asks of its cluster (an address, a pod) comes from host-local here.
if [ "$CNI_COMMAND" = VERSION ]; then
    echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]}'
    exit
fi
input=$(cat)
printf '%s %s %s\n' "$(basename "$0")" "$CNI_COMMAND" "$CNI_ARGS" >>/run/cluster-requests # For the tests.

# run PLUGIN: with the configuration on standard input.
run() {
    for place in $(echo "$CNI_PATH" | tr : ' '); do
        if [ -x "$place/$1" ]; then
            "$place/$1"
            return
        fi
    done
    printf '{"cniVersion":"0.3.1","code":5,"msg":"no plugin of type %s"}' "$1"
    return 1
}

# assign NAME SUBNET: an address as an agent would give it.
assign() {
    printf '{"cniVersion":"0.4.0","name":"%s","ipam":{"type":"host-local","ranges":[[{"subnet":"%s"}]]}}' "$1" "$2" | run host-local
}

# The address in an answer, with or without its prefix length.
cidr_in() { tr -d ' \n\t' | sed 's/.*"address":"\([0-9./]*\)".*/\1/'; }
address_in() { cidr_in | cut -d / -f 1; }

inside() { nsenter --net="$CNI_NETNS" "$@"; }

# name_link PREFIX: $outer, the name of the host's end.
name_link() { outer=$1$(printf %s "$CNI_CONTAINERID$CNI_IFNAME" | md5sum | cut -c 1-9); }

# make_pair OPTION...: the host's end and the container's, with options of the latter.
make_pair() {
    ip link add "$outer" type veth peer name "$CNI_IFNAME" netns "$CNI_NETNS"
    ip link set "$outer" up
    inside ip link set "$CNI_IFNAME" "$@" up
}

# route_by GATEWAY: the address alone, and a gateway that is on no subnet.
route_by() {
    inside ip addr add "$address/32" dev "$CNI_IFNAME"
    inside ip route add "$1" dev "$CNI_IFNAME" scope link
    inside ip route add default via "$1" dev "$CNI_IFNAME"
    ip route add "$address" dev "$outer" scope link
}

mac_of() { cat "/sys/class/net/$1/address"; }
mac_inside() { inside ip -o link show dev "$CNI_IFNAME" | sed 's/.*link.ether \([0-9a-f:]*\).*/\1/'; }
