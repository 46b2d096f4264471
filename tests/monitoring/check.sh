#!/usr/bin/env bash
# Checks samples/monitoring with Prometheus's own tool, and the page of a running cnm-cni: its format, its names, and that every metric of
# the rules and of the dashboard is on it.
#   check.sh PROGRAM         PROGRAM: a cnm-cni; root, since cnm-cni serve needs it
# promtool is the machine's, or comes from Debian's package prometheus, unpacked into a scratch directory: nothing is installed or started.
set -euo pipefail
program=$(readlink -f "${1:?"usage: check.sh artifacts/publish/Adapter/release/cnm-cni"}")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
work=$(mktemp -d)
daemon=''
finish() {
    [ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

promtool=$(command -v promtool || true)
if [ -z "$promtool" ]; then
    (cd "$work" && chmod 755 . && apt-get download -q prometheus >/dev/null 2>&1) ||
        (apt-get update -q >/dev/null && cd "$work" && apt-get download -q prometheus >/dev/null)
    dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb | tar -xC "$work" ./usr/bin/promtool
    promtool=$work/usr/bin/promtool
fi

cp "$root"/samples/monitoring/{prometheus.yml,alerts.yml} "$root/tests/monitoring/alerts-test.yml" "$work"
"$promtool" check config "$work/prometheus.yml"
"$promtool" test rules "$work/alerts-test.yml"

# In a network namespace of its own: its netlink sockets see nothing of this machine, and the port is free.
cat >"$work/settings.yaml" <<EOT
socket: $work/plugins/cni.sock
stateDirectory: $work/state
runDirectory: $work/run
configurationDirectory: $work/net.d
dockerSocket: $work/no-docker.sock
criSocket: $work/no-runtime.sock
metrics: { listen: '127.0.0.1:9464' }
EOT
mkdir "$work/net.d"
# shellcheck disable=SC2016 # the inner shell expands
unshare --net sh -c 'ip link set lo up; exec "$0" "$@"' "$program" serve --config "$work/settings.yaml" >"$work/log" 2>&1 &
daemon=$!
for _ in {1..300}; do
    if grep -q 'Metrics are on' "$work/log"; then break; fi
    kill -0 $daemon || { cat "$work/log" >&2 && exit 1; }
    sleep 0.1
done
"$program" metrics --config "$work/settings.yaml" >"$work/socket-page"
nsenter --target $daemon --net bash -c \
    'exec 3<>/dev/tcp/127.0.0.1/9464; printf "GET /metrics HTTP/1.0\r\n\r\n" >&3; cat <&3' | sed '1,/^\r$/d' >"$work/page"
"$promtool" check metrics <"$work/page"
diff <(grep -o '^# TYPE .*' "$work/socket-page") <(grep -o '^# TYPE .*' "$work/page")

exported=$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$work/page")
used=$(grep -ohE 'cnm_cni_[a-z_]+' "$work/alerts.yml" "$root/samples/monitoring/dashboard.json" | sed -E 's/_(bucket|sum|count)$//' | sort -u)
if missing=$(grep -vxF "$exported" <<<"$used"); then
    echo "cnm-cni does not export: $missing" >&2
    exit 1
fi
echo "$(wc -l <<<"$used") metrics are used, $(wc -l <<<"$exported") are exported."
