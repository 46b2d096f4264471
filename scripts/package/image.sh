# shellcheck shell=bash disable=SC2154
# The container image, as an archive that `docker load`, `ctr images import` and podman read: an OCI image layout with Docker's own list beside it
# (image-spec image-layout.md; moby image/tarexport). Made without any of them. Sourced by scripts/package.sh.

package_image() {
    local name
    name=cnm-cni-image-$package_version-$(uname -m).tar
    step "Building $name"
    "$root/scripts/package/container-root.sh" "$published" "$package_work/image/rootfs"
    write_image "$package_work/image/rootfs" "$package_version" "$package_work/image/layout" "$package_output/$name"
}

# write_image ROOTFS VERSION LAYOUT ARCHIVE
write_image() {
    local rootfs=$1 version=$2 layout=$3 archive=$4 layer settings manifest
    rm -rf --one-file-system "$layout"
    mkdir -p "$layout/blobs/sha256"
    layer=$(plain_tar "$rootfs" . | add_blob "$layout")
    settings=$(image_settings "$layer" "$version" | add_blob "$layout")
    manifest=$(image_manifest "$layout" "$settings" "$layer" | add_blob "$layout")
    printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' \
        "$(descriptor "$layout" manifest "$manifest" "$version")" >"$layout/index.json"
    printf '[{"Config":"blobs/sha256/%s","RepoTags":["cnm-cni:%s"],"Layers":["blobs/sha256/%s"]}]' "$settings" "$version" "$layer" \
        >"$layout/manifest.json"
    plain_tar "$layout" blobs index.json manifest.json oci-layout >"$archive"
}

plain_tar() {
    tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" --mode=u=rwX,go=rX --format=gnu -c "${@:2}"
}

# add_blob LAYOUT: keeps standard input under its hash, which it prints.
add_blob() {
    local hash
    cat >"$1/blob"
    hash=$(sha256sum "$1/blob" | cut -d ' ' -f 1)
    mv "$1/blob" "$1/blobs/sha256/$hash"
    echo "$hash"
}

# descriptor LAYOUT KIND HASH [VERSION]
descriptor() {
    local names=
    [ -z "${4:-}" ] || printf -v names ',"annotations":{"io.containerd.image.name":"docker.io/library/cnm-cni:%s","org.opencontainers.image.ref.name":"%s"}' "$4" "$4"
    case $2 in
        manifest) printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json"' ;;
        settings) printf '{"mediaType":"application/vnd.oci.image.config.v1+json"' ;;
        layer) printf '{"mediaType":"application/vnd.oci.image.layer.v1.tar"' ;;
    esac
    printf ',"digest":"sha256:%s","size":%s%s}' "$3" "$(stat -c %s "$1/blobs/sha256/$3")" "$names"
}

image_manifest() {
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
        "$(descriptor "$1" settings "$2")" "$(descriptor "$1" layer "$3")"
}

image_settings() {
    local architecture
    case $(uname -m) in x86_64) architecture=amd64 ;; aarch64) architecture=arm64 ;; *) architecture=$(uname -m) ;; esac
    printf '{"created":"%s","architecture":"%s","os":"linux","config":{"Env":["PATH=%s"],"Entrypoint":["/usr/bin/cnm-cni"],"Cmd":["serve"],' \
        "$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%FT%TZ)" "$architecture" /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    printf '"WorkingDir":"/","Labels":{"org.opencontainers.image.title":"cnm-cni","org.opencontainers.image.version":"%s",' "$2"
    printf '"org.opencontainers.image.licenses":"Apache-2.0"}},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$1"
}
