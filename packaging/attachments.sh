# What cnm-cni has recorded, by the directories in its settings. $cnm_cni_root is set before: the root directory of an image, or nothing.
settings_directory() {
    sed -n "s/^$1: *['\"]\{0,1\}\([^'\"#]*[^'\"# ]\).*\$/\1/p" "$cnm_cni_root/etc/cnm-cni/config.yaml" 2>/dev/null | tail -n 1
}
cnm_cni_state=$(settings_directory stateDirectory)
cnm_cni_run=$(settings_directory runDirectory)
cnm_cni_state=$cnm_cni_root${cnm_cni_state:-/var/lib/cnm-cni}
cnm_cni_run=$cnm_cni_root${cnm_cni_run:-/run/cnm-cni}

# recorded DIRECTORY...: the number of records. A record can be in two directories under one name.
recorded() { find "$@" -name '*.json*' ! -name '*.new' 2>/dev/null | sed 's,.*/,,' | sort -u | wc -l; }
attachments() { recorded "$cnm_cni_state/attachments" "$cnm_cni_run/records/attachments"; }
networks() { recorded "$cnm_cni_state/networks"; }

# Everything that only cnm-cni can clean up: attachments, reserved addresses, and what "cnm-cni cni add" has attached.
nothing_recorded() {
    [ "$(recorded "$cnm_cni_state/attachments" "$cnm_cni_state/reservations" "$cnm_cni_run/records")" -eq 0 ] &&
        [ -z "$(find "$cnm_cni_state/cni/results" -type f 2>/dev/null)" ]
}

# Only the usual directories: one that the settings name can hold more. One that is a mount point stays, empty.
remove_state() {
    rm -rf --one-file-system "$cnm_cni_root/var/lib/cnm-cni" "$cnm_cni_root/run/cnm-cni" || true
}

report_what_stays() {
    if [ "$(attachments)" -gt 0 ]; then
        cat >&2 <<TEXT
cnm-cni: $(attachments) interfaces are still attached to CNI networks, for containers or ahead of them. Running containers keep theirs, with
    addresses and published ports.
    Without cnm-cni nothing can detach them: when such a container ends, its address and firewall rules stay, and it cannot start again.
    Install cnm-cni again to clean up; $cnm_cni_state stays for that. To detach them first: docker rm -f CONTAINER,
    or docker network disconnect NETWORK CONTAINER; cnm-cni status lists them.
TEXT
    fi
    if [ "$(networks)" -gt 0 ]; then
        cat >&2 <<TEXT
cnm-cni: $(networks) Docker networks need cnm-cni. Docker cannot remove them without it: docker network rm NETWORK comes before.
TEXT
    fi
}
