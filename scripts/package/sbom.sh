# shellcheck shell=bash disable=SC2154
# What the program is made of: a software bill of materials (CycloneDX). Sourced by scripts/package.sh.

package_sbom() {
    local name=cnm-cni-$package_version.cdx.json written=$package_work/sbom
    step "Building $name"
    rm -rf "$written"
    mkdir -p "$written"
    [ -z "${SUDO_UID:-}" ] || chown "$SUDO_UID" "$written"
    # .config/dotnet-tools.json names the version of the tool.
    (cd "$root" && as_builder dotnet tool restore && as_builder dotnet tool run dotnet-CycloneDX -- src/Adapter/Adapter.csproj \
        --configuration Release --base-intermediate-output-path "$artifacts/obj" --recursive --no-serial-number \
        --set-name cnm-cni --set-version "$package_version" --output-format Json --filename "$name" --output "$written") \
        >"$written/log" 2>&1 9>&- || { cat "$written/log" >&2 && die "the software bill of materials could not be built; see above."; }
    # The tool knows neither the parts of .NET that the native compiler puts into the program, nor the library of the page of cnm-cni ui.
    sed -e "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)\"/" \
        -e "/^  \"components\": \[/r $(runtime_components)" "$written/$name" >"$package_output/$name"
}

# runtime_components: a file with what the tool does not know, as components: the runtime packs of the build, and the page's library.
runtime_components() {
    local list=$package_work/sbom/runtime name version
    grep -A 30 '"downloadDependencies"' "$artifacts/obj/Adapter/project.assets.json" |
        sed -n '/"name"/{N;s/.*"name": "\([^"]*\)".*"version": "\[\([^,]*\),.*/\1 \2/p}' |
        grep -E '^Microsoft\.(AspNetCore\.App\.Runtime|NETCore\.App\.Runtime\.NativeAOT)\.' | LC_ALL=C sort |
        while read -r name version; do
            cat <<TEXT
    {
      "type": "framework",
      "bom-ref": "pkg:nuget/$name@$version",
      "authors": [ { "name": "Microsoft" } ],
      "name": "$name",
      "version": "$version",
      "scope": "required",
      "licenses": [ { "license": { "id": "MIT" } } ],
      "purl": "pkg:nuget/$name@$version"
    },
TEXT
        done >"$list"
    [ -s "$list" ] || die "the runtime packs of the build are unknown: $artifacts/obj/Adapter/project.assets.json"
    page_library >>"$list"
    echo "$list"
}

# page_library: d3, which src/Adapter/Ui/Page has as its authors built it, as a component.
page_library() {
    local file=$root/src/Adapter/Ui/Page/vendor/d3.min.js version
    version=$(sed -n '1s/^.*d3js\.org v\([0-9.]*\) .*/\1/p' "$file")
    [ -n "$version" ] || die "the version of the page's library is unknown: $file"
    cat <<TEXT
    {
      "type": "library",
      "bom-ref": "pkg:npm/d3@$version",
      "authors": [ { "name": "Mike Bostock" } ],
      "name": "d3",
      "version": "$version",
      "scope": "required",
      "hashes": [ { "alg": "SHA-256", "content": "$(sha256sum "$file" | cut -d ' ' -f 1)" } ],
      "licenses": [ { "license": { "id": "ISC" } } ],
      "purl": "pkg:npm/d3@$version"
    },
TEXT
}
