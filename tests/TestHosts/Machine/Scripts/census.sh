#!/bin/bash
# Prints the state of a test host: one fact a line, after its topic. Left out is what changes by itself: counters, hardware addresses and MTUs
# of bridges (they follow their ports), link-local addresses and routes, carrier flags, IPv6 routes of local and anycast addresses (they appear
# after duplicate address detection, or when dockerd turns on forwarding), and second copies of the rules that plugins share between containers:
# a plugin adds a rule that it does not find, so two plugins at once both add it.
set -u
about() { sed "s|^|$1: |"; }
# Docker unlinks its namespace files up to a minute after the container, and leaves the mounts of its start-up checks.
lasting() { grep -Ev '/run/docker/netns|/overlay2/(opaque-bug-check|check-overlayfs-support)'; }

ip -o link | awk '{
    sub(/@.*/, "", $2); sub(/:$/, "", $2); m = ""
    for (i = 3; i < NF; i++) if ($i == "master") m = " master " $(i + 1)
    print $2 m }' | about link
ip -o address | awk '$0 !~ / scope link/ { print $2, $3, $4 }' | about address
ip neigh show nud permanent | about neighbour
ip rule | about rule
ip -6 rule | about rule6
ip -4 -o route show table all | sed 's/ linkdown//' | about route
ip -6 -o route show table all | sed 's/ linkdown//' | grep -Ev "fe80|ff00::/8|^(anycast|local) " | about route6
# Filters hang on queueing disciplines; most links have none.
for link in $(tc qdisc show | awk '$2 != "noqueue" { for (i = 1; i < NF; i++) if ($i == "dev") print $(i + 1) }' | sort -u); do
    # shellcheck disable=SC2086 # two words, or none
    for parent in "" "parent ffff:"; do tc filter show dev "$link" $parent 2> /dev/null | about "tc filter $link $parent"; done
done
tc qdisc show | sed 's/ refcnt [0-9]*//' | about "tc qdisc"

for save in iptables-save iptables-legacy-save ip6tables-save ip6tables-legacy-save; do
    { $save 2> /dev/null || true; } | awk -v save=$save '
        /^#/ || /^COMMIT/ { next }
        /^\*/ { table = substr($0, 2); next }
        { sub(/ \[[0-9:]*\]$/, "") }
        !(/ -j CNI-[A-Z-]+$|^-A CNI-HOSTPORT-(SETMARK|MASQ) / && seen[$0]++) { print save " " table ": " $0 }'
done
nft --stateless list ruleset 2> /dev/null | awk '
    /^table/ { table = $2 " " $3; chain = "" }
    /^\tchain/ { chain = $2 }
    !/^table/ && NF > 1 && !((/ jump CNI-[A-Z-]+$/ || chain ~ /^CNI-HOSTPORT-(SETMARK|MASQ)$/) && seen[table chain $0]++) { print "nft " table " " chain ": " $0 }'

awk '{ print $5, $(NF - 2) }' /proc/self/mountinfo | lasting | about mount
{ find /run/netns /run/cni; find /run/cnm-cni -mindepth 2 ! -path "*/versions/*"; } 2> /dev/null | about file
# The history is kept on purpose.
find /var/lib/cnm-cni -path /var/lib/cnm-cni/history -prune -o -type f -print 2> /dev/null | about file
find /var/lib/cni -type f ! -name 'last_reserved_ip.*' ! -name lock 2> /dev/null | while read -r file; do
    echo "file: $file $(head -c 64 "$file" | tr -c '[:alnum:].:_/-' ' ')"
done

declare -A names
for process in /proc/[0-9]*; do
    [ "$process/ns/pid" -ef /proc/1/ns/pid ] || continue
    { read -r name < "$process/comm"; } 2> /dev/null || continue
    names[${process#/proc/}]=$name
    case $name in bash | sed | awk | find | census.sh) ;; *) echo "process: $name" ;; esac
done
find /proc/[0-9]*/fd -lname 'net:*' 2> /dev/null | while IFS=/ read -r _ _ pid _; do
    [ -z "${names[$pid]:-}" ] || echo "namespace held: by ${names[$pid]}"
done
