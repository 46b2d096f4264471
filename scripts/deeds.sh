# shellcheck shell=bash
# The record of what `up` did, one file per deed. `down` undoes exactly that. Sourced by installer.sh.

readonly memory=/var/lib/cnm-cni-up

remember() { mkdir -p "$memory" && printf '%s\n' "$2" >"$memory/$1"; }
remembered() { [ -e "$memory/$1" ]; }
recall() { cat "$memory/$1" 2>/dev/null || true; }
forget() { rm -f "$memory/$1"; }

# absent_before DEED DIRECTORY: records a directory that does not exist yet. down removes it if it is empty by then.
absent_before() { [ -e "$2" ] || remember "$1" "$2"; }

take_back_directory() {
    remembered "$1" || return 0
    rmdir "$(recall "$1")" 2>/dev/null || true
    forget "$1"
}

# A process id can be reused; together with the start time (proc_pid_stat(5), field 22) it is unique.
started_at() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
remember_process() { remember "$1" "$2 $(started_at "$2")"; }

process_of() {
    local pid start
    read -r pid start < <(recall "$1") || return 1
    [ "$(started_at "$pid")" = "$start" ] && printf '%s' "$pid"
}

stop_process() {
    local pid
    if pid=$(process_of "$1"); then
        kill "$pid" 2>/dev/null || true
        until_true 20 not_running "$pid" || kill -KILL "$pid" 2>/dev/null || true
        until_true 5 not_running "$pid" || die "process $pid ($1) does not end, not even after SIGKILL."
    fi
    forget "$1"
}

not_running() { [ ! -d "/proc/$1" ] || [ "$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -c 1)" = Z ]; }
