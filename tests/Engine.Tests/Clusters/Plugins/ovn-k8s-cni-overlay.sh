# shellcheck shell=sh disable=SC2154
# OVN-Kubernetes: the MAC follows from the address; the gateway is a router of the cluster, here a bridge.
name_link ovn
if [ "$CNI_COMMAND" = DEL ]; then
    ip link del "$outer" 2>/dev/null
    assign ovn-agent 10.110.5.0/24
    exit
fi
answer=$(assign ovn-agent 10.110.5.0/24) || {
    printf %s "$answer"
    exit 1
}
address=$(printf %s "$answer" | address_in)
ip link show br-int >/dev/null 2>&1 || {
    ip link add br-int type bridge
    ip addr add 10.110.5.1/24 dev br-int
    ip link set br-int up
}
# shellcheck disable=SC2046,SC2183
mac=0a:58:$(printf '%02x:%02x:%02x:%02x' $(echo "$address" | tr . ' '))
make_pair mtu 1400 address "$mac"
ip link set "$outer" master br-int
inside ip addr add "$address/24" brd + dev "$CNI_IFNAME"
inside ip route add default via 10.110.5.1 dev "$CNI_IFNAME"
printf '{"cniVersion":"0.4.0","interfaces":[{"name":"%s"},{"name":"%s","mac":"%s","sandbox":"%s"}],' \
    "$outer" "$CNI_IFNAME" "$mac" "$CNI_NETNS"
printf '"ips":[{"version":"4","interface":1,"address":"%s/24","gateway":"10.110.5.1"}]}' "$address"
