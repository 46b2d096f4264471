# shellcheck shell=sh disable=SC2154
# Azure, transparent mode: an address of the virtual network's subnet, whose other hosts are reached by the gateway all the same.
name_link azv
if [ "$CNI_COMMAND" = DEL ]; then
    ip link del "$outer" 2>/dev/null
    assign azure-agent 10.110.4.0/24
    exit
fi
answer=$(assign azure-agent 10.110.4.0/24) || {
    printf %s "$answer"
    exit 1
}
address=$(printf %s "$answer" | address_in)
make_pair
inside ip addr add "$address/24" brd + dev "$CNI_IFNAME" noprefixroute
inside ip route add 169.254.1.1 dev "$CNI_IFNAME" scope link
inside ip route add default via 169.254.1.1 dev "$CNI_IFNAME"
inside ip neigh add 169.254.1.1 lladdr "$(mac_of "$outer")" nud permanent dev "$CNI_IFNAME"
ip route add "$address" dev "$outer" scope link
printf '{"cniVersion":"0.3.0","interfaces":[{"name":"%s"}],' "$CNI_IFNAME"
printf '"ips":[{"version":"4","address":"%s/24","gateway":"10.110.4.1"}],"routes":[{"dst":"0.0.0.0/0","gw":"169.254.1.1"}]}' "$address"
