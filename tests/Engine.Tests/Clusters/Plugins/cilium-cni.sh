# shellcheck shell=sh disable=SC2154
# Cilium: its agent gives the address; the gateway is the address of the host's cilium_host.
name_link lxc
if [ "$CNI_COMMAND" = DEL ]; then
    ip link del "$outer" 2>/dev/null
    assign cilium-agent 10.110.2.0/24
    exit
fi
answer=$(assign cilium-agent 10.110.2.0/24) || {
    printf %s "$answer"
    exit 1
}
address=$(printf %s "$answer" | address_in)
make_pair mtu 1450
ip link show cilium_host >/dev/null 2>&1 || {
    ip link add cilium_host type bridge
    ip addr add 10.110.2.254/32 dev cilium_host
    ip link set cilium_host up
}
route_by 10.110.2.254
printf '{"cniVersion":"0.3.1","interfaces":[{"name":"%s","mac":"%s"},{"name":"%s","mac":"%s","sandbox":"%s"}],' \
    "$outer" "$(mac_of "$outer")" "$CNI_IFNAME" "$(mac_inside)" "$CNI_NETNS"
printf '"ips":[{"version":"4","interface":1,"address":"%s/32","gateway":"10.110.2.254"}],' "$address"
printf '"routes":[{"dst":"10.110.2.254/32"},{"dst":"0.0.0.0/0","gw":"10.110.2.254"}]}'
