# shellcheck shell=bash disable=SC2154
# Builds, as the user who called sudo. Sourced by bridge.

readonly published=$artifacts/publish/Adapter/release/cnm-cni
# A build with fault points (src/Adapter/Faults). It includes the .NET runtime, which a test host with another engine lacks.
# shellcheck disable=SC2034 # development.sh uses it
readonly with_faults=$artifacts/faults/publish/Adapter/release/cnm-cni

hash_of_sources() {
    {
        cd "$root" && dotnet --version
        find src Directory.Build.props Directory.Packages.props global.json .editorconfig BannedSymbols.txt -type f -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d ' ' -f 1
}

publish() {
    local stamp=$artifacts/publish/Adapter/sources.sha256 sources
    sources=$(hash_of_sources)
    if [ -x "$published" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then return 0; fi
    as_builder rm -f "$stamp"
    patiently "Building the native program (about a minute; only when sources have changed)" publish_strictly ||
        die "the build failed; see the compiler's output above."
    echo "$sources" | as_builder tee "$stamp" >/dev/null
}

publish_strictly() {
    local output
    output=$(mktemp)
    as_builder dotnet publish "$root/src/Adapter" -c Release --nologo 2>&1 | tee "$output"
    if grep -E 'warning (IL|AOT)[0-9]+' "$output"; then
        echo "Trim and AOT warnings are errors: the code that they name fails at run time."
        rm -f "$output"
        return 1
    fi
    rm -f "$output"
}

publish_with_faults() {
    patiently "Building the program with fault points" as_builder dotnet publish "$root/src/Adapter" -c Release --nologo \
        -p:FaultPoints=true -p:PublishAot=false -p:RunAnalyzers=false --self-contained -p:ArtifactsPath="$artifacts/faults" ||
        die "the program with fault points does not build; see the compiler's output above."
}

build() {
    patiently "Building ${1#"$root"/}" as_builder dotnet build "$1" -c Release --nologo ||
        die "$1 does not build; see the compiler's output above."
}
