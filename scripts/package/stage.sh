# shellcheck shell=bash disable=SC2154
# The files as packages install them. Sourced by scripts/package.sh.

# The C library that the program needs at least, by the versions of its symbols.
needed_libc() { readelf -V "$published" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | cut -d _ -f 2; }

# The default settings, as comments: the daemon behaves as without the file.
commented_settings() {
    cat <<TEXT
# Settings of cnm-cni. Each line "#key: value" shows a default: remove the "#" to change it (and that of the line without indentation above it),
# then: systemctl restart cnm-cni. Durations (ms, s, m, h) and sizes (B, KiB, MiB, GiB) have a unit, paths are absolute, and unknown keys are refused.
# "cnm-cni settings" prints what is in force.
TEXT
    sed -e '1,/^$/{/^$/!d}' -e 's/^[^#]/#&/' "$root/samples/bridge/settings.yaml"
}

# fill FILE NAME=VALUE...: prints the file with @NAME@ replaced, and with other files of packaging in the place of #INCLUDE file#.
fill() {
    local file=$1 edits=(-e '') includes=() part pair
    shift
    for part in "$root"/packaging/*.sh; do includes+=(-e "/^#INCLUDE ${part##*/}#\$/{r $part" -e 'd;}'); done
    for pair in "$@"; do edits+=(-e "s,@${pair%%=*}@,${pair#*=},g"); done
    sed "${includes[@]}" "$file" | sed "${edits[@]}"
}

# settle_files TREE: modes and times that do not depend on the umask, the directory and the moment of the build.
settle_files() {
    chmod -R u=rwX,go=rX,ug-s "$1"
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

stage_packages() {
    local stage=$package_stage unit
    rm -rf "$stage"
    install -D -m 755 "$published" "$stage/usr/bin/cnm-cni"
    for unit in cnm-cni.service cnm-cni.socket; do
        mkdir -p "$stage/usr/lib/systemd/system"
        sed 's,/usr/local/bin/cnm-cni,/usr/bin/cnm-cni,' "$root/samples/systemd/$unit" >"$stage/usr/lib/systemd/system/$unit"
    done
    install -D -m 644 "$root/packaging/systemd.preset" "$stage/usr/lib/systemd/system-preset/80-cnm-cni.preset"
    mkdir -p "$stage/etc/cnm-cni" "$stage/usr/share/doc/cnm-cni"
    commented_settings >"$stage/etc/cnm-cni/config.yaml"
    # Not among the documents: images of distributions leave those out.
    install -D -m 644 "$root/samples/bridge/10-pods.conflist" "$stage/usr/share/cnm-cni/10-pods.conflist"
    install -m 644 "$stage/etc/cnm-cni/config.yaml" "$stage/usr/share/cnm-cni/config.yaml"
    install -m 644 "$root/samples/systemd/cnm-cni-firewalld.service" "$root"/samples/monitoring/{alerts.yml,dashboard.json,prometheus.yml} \
        "$stage/usr/share/cnm-cni/"
    stage_manual
    settle_files "$stage"
}

# Manual pages and completions come from the program itself.
stage_manual() {
    local share=$package_stage/usr/share
    mkdir -p "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
    "$published" man --output "$share/man" >/dev/null || die "the program prints no manual pages."
    [ -s "$share/man/man8/cnm-cni.8" ] || die "the program has written no manual page cnm-cni.8."
    gzip -n -9 "$share"/man/man*/*
    completion_for bash >"$share/bash-completion/completions/cnm-cni"
    completion_for zsh >"$share/zsh/vendor-completions/_cnm-cni"
    completion_for fish >"$share/fish/vendor_completions.d/cnm-cni.fish"
}

completion_for() { "$published" completion "$1" || die "the program prints no completions for $1."; }
