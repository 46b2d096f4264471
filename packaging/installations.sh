# other_installation: prints the program of an installation that did not come as this package, if there is one.
other_installation() {
    for program in /usr/local/bin/cnm-cni $(grep '/bin/cnm-cni$' /var/lib/cnm-cni-install/files 2>/dev/null); do
        if [ "$program" != /usr/bin/cnm-cni ] && [ -e "$program" ]; then
            echo "$program"
            return 0
        fi
    done
    return 1
}

# Whether the unit that runs is that of another installation.
other_unit_runs() {
    [ -f /etc/systemd/system/cnm-cni.service ] && ! grep -q '^ExecStart=.*/usr/bin/cnm-cni' /etc/systemd/system/cnm-cni.service
}
