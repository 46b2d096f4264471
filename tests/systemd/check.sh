#!/usr/bin/env bash
# Has systemd verify the units of samples/systemd and rate the exposure of the service (systemd-analyze(1), security).
#   check.sh [HIGHEST]       HIGHEST: the limit, in tenths of systemd's exposure level, from 0 (best) to 100
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
highest=${1:-35}
command -v systemd-analyze >/dev/null || { echo "systemd-analyze is missing; it is in the package systemd." >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The program need not be installed here.
for unit in cnm-cni.socket cnm-cni.service cnm-cni-firewalld.service; do
    sed 's,^ExecStart=/usr/local/bin/cnm-cni ,ExecStart=/bin/true ,' "$root/samples/systemd/$unit" >"$work/$unit"
done
complaints=$(systemd-analyze verify --man=no "$work"/cnm-cni*.s* 2>&1 | grep -F cnm-cni || true)
[ -z "$complaints" ] || { echo "$complaints" >&2 && exit 1; }
report=$(systemd-analyze security --offline=true --no-pager --threshold="$highest" "$work/cnm-cni.service") || {
    grep -E '^✗|^→' <<<"$report" >&2
    echo "The exposure of the service exceeds $highest tenths." >&2
    exit 1
}
grep '^→' <<<"$report"
