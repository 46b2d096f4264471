# shellcheck shell=sh disable=SC2154
# Calico: its IPAM plugin gives an address of its own; proxy ARP answers for 169.254.1.1.
name_link cali
case $input in *'"type":"static"'*) ipam=static ;; *) ipam=calico-ipam ;; esac
if [ "$CNI_COMMAND" = DEL ]; then
    ip link del "$outer" 2>/dev/null
    printf %s "$input" | run "$ipam"
    exit
fi
answer=$(printf %s "$input" | run "$ipam") || {
    printf %s "$answer"
    exit 1
}
address=$(printf %s "$answer" | address_in)
make_pair
route_by 169.254.1.1
echo 1 >"/proc/sys/net/ipv4/conf/$outer/proxy_arp"
echo 0 >"/proc/sys/net/ipv4/neigh/$outer/proxy_delay"
# A test that wants two ADDs at the same time has made this directory.
if [ -d /run/together ]; then
    touch "/run/together/$CNI_CONTAINERID"
    for _ in $(seq 200); do
        if [ "$(find /run/together -type f | wc -l)" -ge 2 ]; then break; fi
        sleep 0.1
    done
fi
printf '{"cniVersion":"0.3.1","interfaces":[{"name":"%s"}],"ips":[{"version":"4","address":"%s/32"}]}' "$outer" "$address"
