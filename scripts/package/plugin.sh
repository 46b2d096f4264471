# shellcheck shell=bash disable=SC2154
# The managed plugin: a directory for `docker plugin create`, and the same as an archive. Sourced by scripts/package.sh.

package_plugin() {
    local tree=$package_output/plugin name
    name=cnm-cni-plugin-$package_version-$(uname -m).tar.gz
    step "Building $name"
    [ ! -e "$tree" ] || [ -e "$tree/rootfs/usr/bin/cnm-cni" ] || die "$tree exists already, and is no plugin of cnm-cni." "Name another --output."
    rm -rf --one-file-system "$tree"
    mkdir -p "$tree"
    "$root/scripts/package/container-root.sh" "$published" "$tree/rootfs"
    mkdir -p "$tree/rootfs/run/shared"
    install -m 644 "$root/packaging/plugin/config.json" "$tree/config.json"
    settle_files "$tree"
    tar -C "$package_output" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu -c plugin |
        gzip -n -9 >"$package_output/$name"
}
