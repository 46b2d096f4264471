# shellcheck shell=bash disable=SC2034,SC2154
# ./bridge package: what users install. Sourced by bridge.
# Each kind is a file scripts/package/KIND.sh with a function package_KIND, which writes to $package_output. It may use $package_stage (the tree of
# files as a package installs them), $package_version, and $SOURCE_DATE_EPOCH; two builds of one commit must have the same bytes.

readonly packages=$artifacts/packages
readonly package_stage=$artifacts/packaging/stage
readonly package_work=$artifacts/packaging/work
# Of xz. A check of the content alone need not wait for the smallest file.
readonly package_level=${BRIDGE_PACKAGE_LEVEL:-6}
# In this order: as_builder, which builds the bill of materials, gives what is in artifacts to the builder, and the plugin's files must belong to root.
# A kind whose file is not there does not exist.
readonly package_kinds=(sbom deb rpm tar image plugin)

known_package_kinds() {
    local kind
    for kind in "${package_kinds[@]}"; do [ ! -e "$root/scripts/package/$kind.sh" ] || echo "$kind"; done
}

# package [--output DIRECTORY] [KIND...], or package --check [SUITE...]
package() {
    local kind kinds=()
    package_output=$packages changed_sources=''
    while [ $# -gt 0 ]; do
        case $1 in
            --output) package_output=$(realpath -m "${2:?"--output needs a directory"}") && shift 2 ;;
            --check)
                install_packages packages
                exec "$root/tests/package/install.sh" "${@:2}"
                ;;
            *)
                known_package_kinds | grep -qx -- "$1" || die "there is no package $1. There are: $(known_package_kinds | paste -s -d ' ')."
                kinds+=("$1") && shift
                ;;
        esac
    done
    [ ${#kinds[@]} -gt 0 ] || mapfile -t kinds < <(known_package_kinds)
    install_packages packages
    need_dotnet
    publish_commit
    package_version=$("$published" version | cut -d ' ' -f 2)
    prepare_directories
    # shellcheck source=scripts/package/stage.sh
    . "$root/scripts/package/stage.sh"
    step "Putting together what packages install"
    stage_packages
    for kind in "${kinds[@]}"; do
        # shellcheck source=/dev/null
        . "$root/scripts/package/$kind.sh"
        "package_$kind"
    done
    write_checksums
    give_to_builder "$package_output"/cnm-cni[-_]* "$package_output/SHA256SUMS" "$artifacts/packaging"
    step "Built in $package_output:"
    say "$(cd "$package_output" && find . -maxdepth 1 \( -name 'cnm-cni[-_]*' -o -name SHA256SUMS -o -name plugin \) -printf '%P\n' | LC_ALL=C sort)"
    [ -z "$changed_sources" ] || say "They are of changed sources: nobody else can build them, and their version names a commit that does not have the changes."
}

# The directory of --output can be any: only what was made in it changes its owner.
prepare_directories() {
    if [ ! -d "$package_output" ]; then
        mkdir -p "$package_output"
        give_to_builder "$package_output"
    fi
    mkdir -p "$package_work"
    # The lock ends with this process: programs that outlive it, such as compiler servers, start without it.
    exec 9>"$artifacts/packaging/lock"
    flock --nonblock 9 || die "another ./bridge package runs in this clone." "Wait until it has ended, then run this again."
}

give_to_builder() { [ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$@"; }

# Of all packages in the directory, also those that an earlier run built.
write_checksums() {
    (cd "$package_output" && find . -maxdepth 1 -type f -name 'cnm-cni[-_]*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum) \
        >"$package_work/SHA256SUMS"
    cp "$package_work/SHA256SUMS" "$package_output/"
}

# Also where root works in another user's clone: what is run as root already comes from there.
in_clone() { as_builder git -c safe.directory='*' -C "$root" "$@"; }

# The version says from which commit the program was built, so a program of the same sources from another commit has other bytes.
publish_commit() {
    local commit
    if commit=$(in_clone rev-parse HEAD 2>/dev/null); then
        SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(in_clone log -1 --format=%ct)}
        changed_sources=$(in_clone status --porcelain)
    fi
    export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:?"This is no git clone: set SOURCE_DATE_EPOCH to the time of the sources, in seconds since 1970"}
    if [ -x "$published" ] && [ -n "$commit" ] && [[ $("$published" version) != *"(commit $commit)" ]]; then
        rm -f "$artifacts/publish/Adapter/sources.sha256"
    fi
    publish
}
