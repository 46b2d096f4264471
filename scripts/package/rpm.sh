# shellcheck shell=bash disable=SC2154
# The RPM package. Sourced by scripts/package.sh.

package_rpm() {
    local tree=$package_work/rpm/tree version=${package_version/-/\~} home name
    name=cnm-cni-$version-1.$(uname -m).rpm
    step "Building $name"
    rm -rf "$package_work/rpm"
    mkdir -p "$tree"
    # rpmbuild names what is below it without quotes, also to "rm -rf": a space or an ampersand would lead to another directory.
    home=$(mktemp -d /var/tmp/cnm-cni-rpm.XXXXXX)
    cp -a "$package_stage/." "$tree/"
    mv "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/zsh/site-functions"
    install -D -m 644 "$root/LICENSE" "$tree/usr/share/licenses/cnm-cni/LICENSE"
    install -m 644 "$root/packaging/debian/copyright" "$tree/usr/share/licenses/cnm-cni/copyright"
    install -m 644 "$root/CHANGELOG.md" "$tree/usr/share/doc/cnm-cni/CHANGELOG.md"
    settle_files "$tree"
    fill "$root/packaging/rpm/cnm-cni.spec" VERSION="$version" ARCHITECTURE="$(uname -m)" |
        sed -e "/^@FILES@\$/{r $(rpm_files "$tree")" -e 'd;}' >"$home/cnm-cni.spec"
    # The host, the time and the settings of the builder stay out of the package. Old and new versions of rpm can read xz.
    # The clone's directory may have any name: it is in no text that rpm or sed expands.
    CNM_CNI_STAGE=$tree rpmbuild -bb --quiet --target "$(uname -m)" --define "_topdir $home" --define "_buildhost localhost" \
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
        --define "_binary_payload w$package_level.xzdio" --define "debug_package %{nil}" --define "__os_install_post %{nil}" --define "_build_id_links none" \
        --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" --define "_rpmdir $home" \
        "$home/cnm-cni.spec" >"$package_work/rpm/log" 2>&1 || {
        rm -rf "$home"
        cat "$package_work/rpm/log" >&2 && die "rpmbuild failed; see its output above."
    }
    mv "$home/$name" "$package_output/"
    rm -rf "$home"
}

# rpm_files TREE: a file with the list of files for the package's specification.
rpm_files() {
    (cd "$1" && find . -type f -printf '/%P\n' | LC_ALL=C sort | sed -e 's,^/etc/.*,%config(noreplace) &,' \
        -e 's,^/usr/share/licenses/.*,%license &,' -e 's,^/usr/share/doc/.*,%doc &,') >"$package_work/rpm/files"
    (cd "$1" && find . -type d -name 'cnm-cni' -printf '%%dir /%P\n' | LC_ALL=C sort) >>"$package_work/rpm/files"
    echo "$package_work/rpm/files"
}
