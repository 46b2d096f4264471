#!/usr/bin/env bash
# Checks the package as a user gets it: two builds in two directories have the same bytes, and the README's program, built against the package
# alone, works with the stock plugins in a network namespace of its own.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CI=true

say() { echo "==> $*"; }
fail() { echo "$*" >&2 && exit 1; }

# pack TREE TO: builds the package into a directory of its own. Warnings are errors.
pack() {
    dotnet pack "$1/src/CniInvoker" -c Release --nologo -v q -p:ArtifactsPath="$2/artifacts" -o "$2" -warnaserror
    mkdir "$2/content"
    busybox unzip -q -o "$2"/CniInvoker.*.snupkg -d "$2/content"
    busybox unzip -q -o "$2"/CniInvoker.*[0-9].nupkg -d "$2/content"
}

say "Packing twice"
mkdir -p "$work/other place" "$work/first" "$work/second"
tar -C "$root" --exclude=./artifacts -c . | tar -C "$work/other place" -x
pack "$root" "$work/first"
pack "$work/other place" "$work/second"

say "Comparing"
files=(LICENSE README.md lib/net10.0/CniInvoker.dll lib/net10.0/CniInvoker.pdb lib/net10.0/CniInvoker.xml)
for file in "${files[@]}"; do
    cmp "$work/first/content/$file" "$work/second/content/$file" || fail "$file depends on where it is built."
    ! grep -qaF -e "$root/" -e "$work" "$work/first/content/$file" || fail "$file contains the path of its build."
done

say "Building the README's program against the package"
program=$work/program
mkdir -p "$program" "$work/feed"
cp "$work"/first/CniInvoker.*[0-9].nupkg "$work/feed"
version=$(basename "$work"/feed/*.nupkg .nupkg)
awk '/^```csharp$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$work/first/content/README.md" >"$program/Program.cs"
[ -s "$program/Program.cs" ] || fail "The README has no program."
cat >"$program/nuget.config" <<EOF
<configuration>
  <packageSources>
    <add key="the package" value="$work/feed" />
  </packageSources>
</configuration>
EOF
cat >"$program/cnitool.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <IsAotCompatible>true</IsAotCompatible>
    <PublishTrimmed>true</PublishTrimmed>
    <TrimmerSingleWarn>false</TrimmerSingleWarn>
    <RuntimeIdentifier>$(dotnet --info | awk '$1 == "RID:" { print $2 }' | sed 's/.*-/linux-/')</RuntimeIdentifier>
    <!-- Not the user's cache: a later build of the same version has other content. -->
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
    <RestoreFallbackFolders>$(dotnet nuget locals global-packages --list | sed 's/.*: //')</RestoreFallbackFolders>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="CniInvoker" Version="[${version#CniInvoker.}]" />
  </ItemGroup>
</Project>
EOF
dotnet publish "$program" -c Release --nologo -v q -o "$work/published"
cmp "$work/packages/cniinvoker/${version#CniInvoker.}/lib/net10.0/CniInvoker.dll" "$work/first/content/lib/net10.0/CniInvoker.dll" ||
    fail "The program was built with another CniInvoker."

# The commands of the sample's README, but for the build.
say "Running it: ADD, CHECK and DEL"
awk '/^```sh$/ { block++; inside = 1; next } /^```$/ { inside = 0 } inside && block > 1' "$root/samples/cnitool/README.md" >"$work/commands"
cat >"$work/host" <<EOF
set -eux
mount -t tmpfs none /var/lib
mount -t tmpfs none /run
cnitool=$work/published/cnitool
. $work/commands
ip link show cni-web 2>/dev/null && exit 1
[ -z "\$(find /var/lib/cni-invoker/results /var/lib/cni/networks/web -name '*10.99*' -o -name 'web-*')" ]
EOF
unshare --net --mount bash "$work/host" >"$work/output" 2>&1 || { cat "$work/output" && fail "The program failed."; }
grep -q '"address": "10.99.0.2/24"' "$work/output" || { cat "$work/output" && fail "ADD printed no address."; }
grep -q 'inet 10.99.0.2/24' "$work/output" || { cat "$work/output" && fail "The namespace had no address."; }
say "The package is good: $(basename "$work"/feed/*.nupkg)"
