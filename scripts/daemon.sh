# shellcheck shell=bash disable=SC2154
# The installed cnm-cni, under systemd where that runs. Sourced by installer.sh.

readonly program=/usr/local/bin/cnm-cni
readonly unit_directory=/etc/systemd/system
readonly units=(cnm-cni.socket cnm-cni.service)
readonly daemon_log=/var/log/cnm-cni.log
readonly state=/var/lib/cnm-cni
readonly run=/run/cnm-cni

has_systemd() { [ -d /run/systemd/system ]; }
daemon_answers() { "$program" status >/dev/null 2>&1; }

install_program() {
    if [ -e "$program" ] && ! remembered program; then
        die "$program exists already, and up did not install it." "Remove it, or do without up: that installation serves the same socket."
    fi
    if cmp -s "$published" "$program"; then return 0; fi
    step "Installing $program"
    absent_before run-docker-plugins /run/docker/plugins
    absent_before run-versions "$run/versions" # `cnm-cni cni` creates it, too.
    remember program "$program"
    install -m 755 "$published" "$program.new" && mv "$program.new" "$program"
    remember restart "the program is new"
}

# unit_of NAME: the unit of samples/systemd, with the path of the installed program.
unit_of() { sed "s,/usr/local/bin/cnm-cni,$program," "$root/samples/systemd/$1"; }

units_are_those_of_samples() {
    local name
    for name in "${units[@]}"; do unit_of "$name" | cmp -s - "$unit_directory/$name" || return 1; done
}

write_units() {
    local name
    if ! remembered unit; then
        for name in "${units[@]}"; do
            [ ! -e "$unit_directory/$name" ] || die "$unit_directory/$name exists already, and up did not install it." \
                "Remove it, or do without up: that installation serves the same socket."
        done
        absent_before run-cni /run/cni # The socket unit creates it for the sandbox of the service.
    fi
    remember unit "${units[*]}"
    for name in "${units[@]}"; do unit_of "$name" >"$unit_directory/$name"; done
    systemctl daemon-reload
}

start_daemon() {
    if has_systemd && remembered unit && ! units_are_those_of_samples; then remember restart "the units are new"; fi
    if remembered restart; then stop_daemon_process; fi
    forget restart
    if daemon_answers; then return 0; fi
    step "Starting cnm-cni"
    if has_systemd; then
        write_units
        systemctl enable --quiet --now "${units[@]}"
    else
        mkdir -p "$run"
        chmod 700 "$run"
        # shellcheck disable=SC2094 # cnm-cni appends, too
        setsid "$program" serve --log-file "$daemon_log" >>"$daemon_log" 2>&1 </dev/null &
        echo $! >"$run/daemon.pid"
        remember_process daemon.process $!
    fi
    until_true 20 daemon_answers && return 0
    if has_systemd; then die "cnm-cni does not answer." "See journalctl -u cnm-cni."; fi
    die "cnm-cni does not answer." "The end of its log, $daemon_log: $(tail -n 3 "$daemon_log")"
}

stop_daemon_process() {
    if remembered unit; then systemctl stop "${units[@]}" 2>/dev/null || systemctl stop cnm-cni.service; fi
    if remembered daemon.process; then stop_process daemon.process; fi
}

take_back_daemon() {
    if remembered unit || remembered daemon.process; then step "Stopping cnm-cni"; fi
    stop_daemon_process
    if remembered unit; then
        systemctl disable --quiet "${units[@]}" 2>/dev/null || true
        rm -f "${units[@]/#/$unit_directory/}"
        systemctl daemon-reload
        take_back_directory run-cni
        forget unit
    fi
    if remembered program; then
        rm -f "$run/daemon.pid" "$run/cni.lock" "$run/lock" "$daemon_log" "$daemon_log.1" "$program"
        # Clean-up needs the records of attachments: a directory that still holds one stays.
        if [ -z "$(find "$state" "$run/records" \( -name '*.json' -o -path "$state/cni/results/*" \) 2>/dev/null)" ]; then
            rm -rf "$state"
        else
            say "$state stays: it holds records of networks or attachments that still exist."
        fi
        if remembered run-versions; then rm -rf "$run/versions"; fi
        forget run-versions
        rmdir "$run/records"/* "$run/records" "$run/netns" "$run" 2>/dev/null || true
        take_back_directory run-docker-plugins
        forget program
    fi
}

nothing_attached() { [ -z "$(find "$state/attachments" "$state/reservations" "$run/records" -name '*.json' 2>/dev/null)" ]; }
