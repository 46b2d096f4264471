# shellcheck shell=sh disable=SC2154,SC1091
# flannel: writes its delegate's configuration from the lease and keeps it for DEL. Ranges and routes are always its own; the type of
# the ipam section, and whatever else is in it, stays. Of equal keys Go's reader takes the last, and merges objects.
kept=/var/lib/cni/flannel/$CNI_CONTAINERID
if [ "$CNI_COMMAND" = DEL ]; then
    if [ -e "$kept" ]; then run bridge <"$kept" && rm "$kept"; fi
    exit
fi
if [ ! -e /run/flannel/subnet.env ]; then
    echo '{"cniVersion":"1.0.0","code":999,"msg":"failed to load flannel subnet.env file: no such file or directory"}'
    exit 1
fi
. /run/flannel/subnet.env
case $input in *'"type":"static"'*) type= ;; *) type='"type":"host-local",' ;; esac
subnet=$(echo "$FLANNEL_SUBNET" | sed 's|\.1/|.0/|')
ranges="[{\"subnet\":\"$subnet\"}]" routes="{\"dst\":\"$FLANNEL_NETWORK\"}"
if [ -n "$FLANNEL_IPV6_SUBNET" ]; then
    ranges="$ranges,[{\"subnet\":\"$(echo "$FLANNEL_IPV6_SUBNET" | sed 's|::1/|::/|')\"}]"
    routes="$routes,{\"dst\":\"$FLANNEL_IPV6_NETWORK\"}"
fi
mkdir -p /var/lib/cni/flannel
delegate='"type":"bridge","bridge":"flannel0","hairpinMode":true,"isDefaultGateway":true,"isGateway":true'
ipam="\"ipam\":{$type\"ranges\":[$ranges],\"routes\":[$routes]}"
printf %s "$input" | sed "s|}\$|,$delegate,\"mtu\":$FLANNEL_MTU,$ipam}|" >"$kept"
run bridge <"$kept"
