# shellcheck shell=bash
# Messages to the user, and waiting. Sourced by bridge.

step() { printf '==> %s\n' "$*"; }
say() { printf '    %s\n' "$*"; }

die() {
    printf '\nbridge: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '        %s\n' "$@" >&2
    exit 1
}

# patiently LABEL COMMAND...: runs a slow command, shows its progress, and all of its output if it fails.
patiently() {
    local label=$1 log pid from=$SECONDS reported=$SECONDS status=0
    shift
    step "$label"
    log=$(mktemp)
    set -m # a process group of its own: an interrupt ends all of it
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    set +m
    # shellcheck disable=SC2064 # expanded now: the trap runs when these variables are gone
    trap "kill -- -$pid 2>/dev/null; rm -f '$log'; exit 130" INT TERM
    while kill -0 "$pid" 2>/dev/null; do
        if [ -t 1 ]; then
            printf '\r\033[K    %d s  %.100s' $((SECONDS - from)) "$(tail -n 1 "$log" | tr -d '[:cntrl:]')"
        elif [ $((SECONDS - reported)) -ge 10 ]; then
            reported=$SECONDS
            say "$((SECONDS - from)) s  $(tail -n 1 "$log" | cut -c 1-160)"
        fi
        sleep 0.2
    done
    wait "$pid" || status=$?
    trap - INT TERM
    [ ! -t 1 ] || printf '\r\033[K'
    [ "$status" -eq 0 ] || cat "$log" >&2
    [ $((SECONDS - from)) -lt 3 ] || say "done in $((SECONDS - from)) s"
    rm -f "$log"
    return "$status"
}

# until_true SECONDS COMMAND...: repeats the command until it succeeds; fails when the time is over.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}
