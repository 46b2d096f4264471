#!/usr/bin/env bash
# Builds all packages twice, from clones of the last commit in two directories, and compares the bytes.
#   reproducible.sh DIRECTORY          DIRECTORY: gets the packages
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
output=$(realpath -m "${1:?"usage: reproducible.sh DIRECTORY"}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What the caller's build uses must not be shared.
unset ArtifactsPath SOURCE_DATE_EPOCH
# What a program that forgets quotes takes for its own.
mkdir "$work/the" && touch "$work/the/file"

for clone in "$work/first" "$work/the other place"; do
    echo "==> Building in a new clone: $(basename "$clone")"
    git -c safe.directory='*' clone -q "$root" "$clone"
    "$clone/bridge" package --output "$clone.packages" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
done
diff "$work/first.packages/SHA256SUMS" "$work/the other place.packages/SHA256SUMS" || { echo "The packages depend on where they are built." && exit 1; }
[ -e "$work/the/file" ] || { echo "The builds have removed a file beside them." && exit 1; }
mkdir -p "$output"
cp -r "$work/first.packages/." "$output/"
