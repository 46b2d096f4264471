# shellcheck shell=sh disable=SC2154
# The VPC plugin of AWS: a permanent neighbour for 169.254.1.1, and rules in the host for each address.
name_link eni
if [ "$CNI_COMMAND" = DEL ]; then
    address=$(ip -o route show dev "$outer" scope link 2>/dev/null | cut -d ' ' -f 1 | head -n 1)
    [ -z "$address" ] || ip rule del to "$address" table main priority 512
    ip link del "$outer" 2>/dev/null
    assign aws-agent 10.110.3.0/24
    exit
fi
answer=$(assign aws-agent 10.110.3.0/24) || {
    printf %s "$answer"
    exit 1
}
address=$(printf %s "$answer" | address_in)
make_pair
route_by 169.254.1.1
inside ip neigh add 169.254.1.1 lladdr "$(mac_of "$outer")" nud permanent dev "$CNI_IFNAME"
ip rule add to "$address" table main priority 512
printf '{"cniVersion":"0.4.0","interfaces":[{"name":"%s"},{"name":"%s","sandbox":"%s"}],' "$outer" "$CNI_IFNAME" "$CNI_NETNS"
printf '"ips":[{"version":"4","interface":1,"address":"%s/32"}]}' "$address"
