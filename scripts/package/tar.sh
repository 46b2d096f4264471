# shellcheck shell=bash disable=SC2154
# The archive for any distribution with glibc: files and install.sh. Sourced by scripts/package.sh.

package_tar() {
    local name tree share
    name=cnm-cni-$package_version-linux-$(uname -m)
    step "Building $name.tar.gz"
    tree=$package_work/tar/$name
    share=$tree/share
    rm -rf "$package_work/tar"
    mkdir -p "$tree/bin" "$share" "$tree/systemd"
    cp -a "$package_stage/usr/bin/cnm-cni" "$tree/bin/"
    cp -a "$package_stage/usr/share/." "$share/"
    mv "$share/zsh/vendor-completions" "$share/zsh/site-functions"
    mkdir -p "$share/doc/cnm-cni"
    cp "$root/LICENSE" "$root/CHANGELOG.md" "$root/packaging/debian/copyright" "$share/doc/cnm-cni/"
    cp "$package_stage"/usr/lib/systemd/system/* "$tree/systemd/"
    fill "$root/packaging/tar/install.sh" MACHINE="$(uname -m)" LIBC="$(needed_libc)" >"$tree/install.sh"
    chmod 755 "$tree/install.sh"
    settle_files "$tree"
    tar -C "$package_work/tar" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -c "$name" |
        gzip -n -9 >"$package_output/$name.tar.gz"
}
