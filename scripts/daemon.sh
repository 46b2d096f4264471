# shellcheck shell=bash disable=SC2034,SC2154
# The installed cnm-cni, under systemd where that runs. Sourced by installer.sh.

readonly own_program=/usr/local/bin/cnm-cni
readonly packaged_program=/usr/bin/cnm-cni
readonly unit_directory=/etc/systemd/system
readonly packaged_unit=/usr/lib/systemd/system/cnm-cni.service
readonly units=(cnm-cni.socket cnm-cni.service)
readonly daemon_log=/var/log/cnm-cni.log
readonly state=/var/lib/cnm-cni
readonly run=/run/cnm-cni

has_systemd() { [ -d /run/systemd/system ]; }
daemon_answers() { "$program" status >/dev/null 2>&1; }

# Sets program: that of an earlier up; that of a package; or where up will install it.
find_program() {
    program=$own_program
    if ! remembered program && [ -x "$packaged_program" ]; then program=$packaged_program; fi
}
is_packaged() { [ "$program" = "$packaged_program" ]; }

# The newest Debian package in artifacts/packages for this machine.
package_at_hand() {
    local file newest='' version
    command -v dpkg >/dev/null || return 1
    for file in "$packages"/cnm-cni_*_"$(dpkg --print-architecture)".deb; do
        [ -e "$file" ] || continue
        version=$(dpkg-deb -f "$file" Version)
        if [ -z "$newest" ] || dpkg --compare-versions "$version" gt "$(dpkg-deb -f "$newest" Version)"; then newest=$file; fi
    done
    [ -n "$newest" ] && echo "$newest"
}

# obtain_program: what up runs. A package that is installed, else one that is at hand, else it builds. Sets program, and available: where it is now.
obtain_program() {
    local file
    find_program
    available=$published
    if ! remembered program && { ! is_packaged || remembered package; } && file=$(package_at_hand); then install_package "$file"; fi
    if is_packaged; then
        available=$program
    else
        install_packages build
        need_dotnet
        publish
    fi
}

refuse_foreign_program() {
    if [ -e "$own_program" ] && ! remembered program; then
        die "$own_program exists already, and up did not install it." "Remove it, or do without up: that installation serves the same socket."
    fi
}

# A package can be built again with the same version.
# shellcheck disable=SC2016 # dpkg-query expands it
is_installed() {
    [ "$(dpkg-query -W -f '${Version}' cnm-cni 2>/dev/null)" = "$(dpkg-deb -f "$1" Version)" ] &&
        dpkg-deb --fsys-tarfile "$1" 2>/dev/null | tar -xO ./usr/bin/cnm-cni 2>/dev/null | cmp -s - "$packaged_program"
}

install_package() {
    local file=$1
    refuse_foreign_program
    if ! is_installed "$file"; then
        note_directories_before
        absent_before run-cni /run/cni
        [ ! -e /etc/cnm-cni/config.yaml ] || remembered package || remember settings /etc/cnm-cni/config.yaml
        remember package "$(basename "$file")"
        patiently "Installing ${file#"$root"/} (remove it to build the sources instead)" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends --reinstall --allow-downgrades -o Dpkg::Options::=--force-confold "$file" ||
            die "the package could not be installed; see apt-get's output above."
    fi
    find_program
}

note_directories_before() {
    absent_before run-docker-plugins /run/docker/plugins
    absent_before run-versions "$run/versions" # `cnm-cni cni` creates it, too.
}

install_program() {
    if is_packaged; then return 0; fi
    refuse_foreign_program
    if cmp -s "$published" "$program"; then return 0; fi
    step "Installing $program"
    note_directories_before
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
    if has_systemd; then systemctl reset-failed "${units[@]}" 2>/dev/null || true; fi
    if has_systemd && is_packaged; then
        remember started-units "${units[*]}"
        systemctl start "${units[@]}"
    elif has_systemd; then
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
    if remembered unit || remembered started-units; then systemctl stop "${units[@]}" 2>/dev/null || systemctl stop cnm-cni.service; fi
    if remembered daemon.process; then stop_process daemon.process; fi
}

take_back_daemon() {
    local hid_package=""
    if remembered unit || remembered started-units || remembered daemon.process; then step "Stopping cnm-cni"; fi
    stop_daemon_process
    forget started-units
    if remembered unit; then
        [ ! -e "$packaged_unit" ] || hid_package=1
        systemctl disable --quiet "${units[@]}" 2>/dev/null || true
        rm -f "${units[@]/#/$unit_directory/}"
        systemctl daemon-reload
        take_back_directory run-cni
        forget unit
    fi
    rm -f "$run/daemon.pid"
    if remembered program || remembered package; then
        rm -f "$run/cni.lock" "$run/lock" "$daemon_log" "$daemon_log.1"
        # Clean-up needs the records of attachments: a directory that still holds one stays.
        if [ -z "$(find "$state" "$run/records" \( -name '*.json' -o -path "$state/cni/results/*" \) 2>/dev/null)" ]; then
            rm -rf "$state" || true # a mount point stays
        else
            say "$state stays: it holds records of networks or attachments that still exist."
        fi
        if remembered program; then rm -f "$program"; fi
        if remembered package; then
            # A purge would remove settings that were there before.
            patiently "Removing the package cnm-cni" dpkg "$(if remembered settings; then echo --remove; else echo --purge; fi)" cnm-cni ||
                die "the package could not be removed; see the output above."
            take_back_directory run-cni
            forget settings
        fi
        if remembered run-versions; then rm -rf "$run/versions"; fi
        forget run-versions
        rmdir "$run/records"/* "$run/records" "$run/netns" "$run" 2>/dev/null || true
        take_back_directory run-docker-plugins
        forget program
        forget package
    fi
    # The units of the package have the same names: they were hidden, and are disabled now.
    if [ -n "$hid_package" ]; then
        step "Starting cnm-cni of the package that is installed"
        systemctl enable --quiet --now "${units[@]}" || say "It did not start: see journalctl -u cnm-cni."
    fi
}

nothing_attached() { [ -z "$(find "$state/attachments" "$state/reservations" "$run/records" -name '*.json' 2>/dev/null)" ]; }
