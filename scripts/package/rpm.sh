# shellcheck shell=bash disable=SC2154
# The RPM package. Sourced by scripts/package.sh.

package_rpm() {
    local tree=$package_work/rpm/tree home=$package_work/rpm/home version=${package_version/-/\~} name
    name=cnm-cni-$version-1.$(uname -m).rpm
    step "Building $name"
    rm -rf "$package_work/rpm"
    mkdir -p "$home" "$tree"
    cp -a "$package_stage/." "$tree/"
    mv "$tree/usr/share/zsh/vendor-completions" "$tree/usr/share/zsh/site-functions"
    install -D -m 644 "$root/LICENSE" "$tree/usr/share/licenses/cnm-cni/LICENSE"
    install -m 644 "$root/packaging/debian/copyright" "$tree/usr/share/licenses/cnm-cni/copyright"
    install -m 644 "$root/CHANGELOG.md" "$tree/usr/share/doc/cnm-cni/CHANGELOG.md"
    settle_files "$tree"
    fill "$root/packaging/rpm/cnm-cni.spec" VERSION="$version" ARCHITECTURE="$(uname -m)" STAGE="$tree" |
        sed -e "/^@FILES@\$/{r $(rpm_files "$tree")" -e 'd;}' >"$home/cnm-cni.spec"
    # The host, the time and the settings of the builder stay out of the package. Old and new versions of rpm can read xz.
    rpmbuild -bb --quiet --target "$(uname -m)" --define "_topdir $home" --define "_buildhost localhost" \
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
        --define "_binary_payload w$package_level.xzdio" --define "debug_package %{nil}" --define "__os_install_post %{nil}" --define "_build_id_links none" \
        --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" --define "_rpmdir $package_output" \
        "$home/cnm-cni.spec" >"$home/log" 2>&1 || { cat "$home/log" >&2 && die "rpmbuild failed; see its output above."; }
}

# rpm_files TREE: a file with the list of files for the package's specification.
rpm_files() {
    (cd "$1" && find . -type f -printf '/%P\n' | LC_ALL=C sort | sed -e 's,^/etc/.*,%config(noreplace) &,' \
        -e 's,^/usr/share/licenses/.*,%license &,' -e 's,^/usr/share/doc/.*,%doc &,') >"$package_work/rpm/files"
    (cd "$1" && find . -type d -name 'cnm-cni' -printf '%%dir /%P\n' | LC_ALL=C sort) >>"$package_work/rpm/files"
    echo "$package_work/rpm/files"
}
