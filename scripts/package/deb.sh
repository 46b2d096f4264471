# shellcheck shell=bash disable=SC2154
# The Debian package. Sourced by scripts/package.sh.

debian_architecture() { case $(uname -m) in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) uname -m ;; esac; }

# A pre-release comes before its release: 0.2.0-rc.1 is 0.2.0~rc.1.
debian_version() { echo "${package_version/-/\~}-1"; }

package_deb() {
    local tree=$package_work/deb script name
    name=cnm-cni_$(debian_version)_$(debian_architecture).deb
    step "Building $name"
    rm -rf "$tree"
    cp -a "$package_stage" "$tree"
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/lintian/overrides"
    cp "$root/packaging/debian/copyright" "$tree/usr/share/doc/cnm-cni/copyright"
    gzip -n -9 <"$root/CHANGELOG.md" >"$tree/usr/share/doc/cnm-cni/changelog.gz"
    debian_changelog | gzip -n -9 >"$tree/usr/share/doc/cnm-cni/changelog.Debian.gz"
    cp "$root/packaging/debian/lintian-overrides" "$tree/usr/share/lintian/overrides/cnm-cni"
    echo /etc/cnm-cni/config.yaml >"$tree/DEBIAN/conffiles"
    for script in postinst prerm postrm; do
        fill "$root/packaging/debian/$script" >"$tree/DEBIAN/$script"
        chmod 755 "$tree/DEBIAN/$script"
    done
    (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
    fill "$root/packaging/debian/control" VERSION="$(debian_version)" ARCHITECTURE="$(debian_architecture)" LIBC="$(needed_libc)" \
        SIZE="$(installed_size "$tree")" >"$tree/DEBIAN/control"
    settle_files "$tree"
    # One thread: with several, xz writes other bytes.
    dpkg-deb --root-owner-group -Zxz -z "$package_level" --threads-max=1 --build "$tree" "$package_output/$name" >/dev/null
}

# In KiB, of the files alone: what directories take differs between file systems.
installed_size() { find "$1" -path "$1/DEBIAN" -prune -o -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }'; }

debian_changelog() {
    cat <<TEXT
cnm-cni ($(debian_version)) stable; urgency=medium

  * Version $package_version. changelog.gz has what users will notice.

 -- The Bridge authors <authors@bridge.invalid>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
TEXT
}
