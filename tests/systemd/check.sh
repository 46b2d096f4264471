#!/usr/bin/env bash
# The units of samples/systemd in the judgement of systemd itself: both are understood, and the service is exposed no more than it has to be.
#   check.sh [HIGHEST]       HIGHEST: tenths of systemd's exposure level, from 0 (best) to 100
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
highest=${1:-35}
command -v systemd-analyze >/dev/null || { echo "This needs systemd-analyze, which is in the package systemd." >&2 && exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Whether the program is installed here is not the question.
for unit in cnm-cni.socket cnm-cni.service; do sed 's,^ExecStart=/usr/local/bin/cnm-cni ,ExecStart=/bin/true ,' "$root/samples/systemd/$unit" >"$work/$unit"; done
complaints=$(systemd-analyze verify --man=no "$work/cnm-cni.socket" "$work/cnm-cni.service" 2>&1 | grep -F cnm-cni || true)
[ -z "$complaints" ] || { echo "$complaints" >&2 && exit 1; }
report=$(systemd-analyze security --offline=true --no-pager --threshold="$highest" "$work/cnm-cni.service") || {
    grep -E '^✗|^→' <<<"$report" >&2
    echo "The service is exposed more than $highest tenths." >&2
    exit 1
}
grep '^→' <<<"$report"
