# shellcheck shell=sh disable=SC2154
# Calico's IPAM plugin: each address alone, no gateway; CNI_ARGS may ask for one by IP.
if [ -e /run/not-ready ]; then
    echo '{"cniVersion":"0.3.1","code":11,"msg":"the agent of this node is not ready"}'
    exit 1
fi
printf %s "$input" | sed 's|}$|,"ipam":{"type":"host-local","ranges":[[{"subnet":"10.110.1.0/24"}]]}}|' | run host-local >"/tmp/answer.$$"
status=$?
tr -d '\n' <"/tmp/answer.$$" | sed 's|/24"|/32"|; s|, *"gateway": *"[^"]*"||'
rm -f "/tmp/answer.$$"
exit $status
