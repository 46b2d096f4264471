#!/usr/bin/env bash
# Builds the packages from the published program, and checks what is in them: files, dependencies, scripts, settings. Installs the .deb and the archive
# into directories without systemd. Half a minute; install.sh tests them in machines.
# BRIDGE_PACKAGES=DIRECTORY: takes the packages from there; there must be one of each kind.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
if [ -z "${BRIDGE_PACKAGE_WORK:-}" ]; then
    work=$(mktemp -d)
    status=0
    BRIDGE_PACKAGE_WORK=$work unshare --mount --propagation private "${BASH_SOURCE[0]}" || status=$?
    rm -rf --one-file-system "$work"
    exit $status
fi
work=$BRIDGE_PACKAGE_WORK
mount -t tmpfs bridge-test "$work"
mkdir "$work/packages" "$work/deb" "$work/rpm" "$work/tar" "$work/plugin" "$work/image" "$work/installed"

say() { echo "==> $*"; }
fail() { echo "FAILED: $*" >&2 && exit 1; }
require() { command -v "$1" >/dev/null || { apt-get update -q && apt-get install -q -y --no-install-recommends "$1"; } >/dev/null; }

if [ -n "${BRIDGE_PACKAGES:-}" ]; then
    find "$BRIDGE_PACKAGES" -maxdepth 1 -type f -exec cp -t "$work/packages" {} +
else
    say "Building"
    BRIDGE_PACKAGE_LEVEL=1 "$root/bridge" package --output "$work/packages" >"$work/log" 2>&1 || { cat "$work/log" && fail "it does not build"; }
fi
(cd "$work/packages" && sha256sum --quiet -c SHA256SUMS && [ "$(wc -l <SHA256SUMS)" = "$(find . -name 'cnm-cni[-_]*' | wc -l)" ]) || fail "SHA256SUMS"
deb=$(echo "$work"/packages/*.deb) rpm=$(echo "$work"/packages/*.rpm)
dpkg-deb -R "$deb" "$work/deb"
require cpio
(cd "$work/rpm" && rpm2cpio "$rpm" | cpio --quiet -idm)
tar -C "$work/tar" --strip-components=1 -xf "$work"/packages/cnm-cni-*-linux-*.tar.gz
program=$work/deb/usr/bin/cnm-cni

say "Files"
for file in usr/bin/cnm-cni usr/lib/systemd/system/cnm-cni.service usr/lib/systemd/system/cnm-cni.socket usr/lib/systemd/system-preset/80-cnm-cni.preset \
    usr/share/man/man8/cnm-cni.8.gz usr/share/man/man8/cnm-cni-networks-create.8.gz usr/share/man/man5/cnm-cni.yaml.5.gz \
    usr/share/bash-completion/completions/cnm-cni usr/share/fish/vendor_completions.d/cnm-cni.fish \
    usr/share/cnm-cni/{10-pods.conflist,cnm-cni-firewalld.service,alerts.yml,dashboard.json,prometheus.yml} etc/cnm-cni/config.yaml; do
    cmp "$work/deb/$file" "$work/rpm/$file" || fail "$file"
    [ "${file#usr/}" = "$file" ] || [[ $file == usr/lib/* ]] || cmp "$work/deb/$file" "$work/tar/${file#usr/}" || fail "$file"
done
for place in deb/usr/share/zsh/vendor-completions rpm/usr/share/zsh/site-functions tar/share/zsh/site-functions; do
    [ -s "$work/$place/_cnm-cni" ] || fail "$place has no completion"
done
grep -qx 'ExecStart=/usr/bin/cnm-cni serve' "$work/deb/usr/lib/systemd/system/cnm-cni.service" || fail "the unit starts another program"
! dpkg-deb -c "$deb" | awk '{ print $2 }' | grep -vx root/root || fail "the .deb has files of other owners"
[ "$(rpm -qp --qf '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]' "$rpm" | sort -u)" = root:root ] || fail "the .rpm has files of other owners"
[ "$(rpm -qp --configfiles "$rpm")" = /etc/cnm-cni/config.yaml ] || fail "the .rpm has other settings files"

say "Settings: every key with its default, and none set"
"$program" settings --config /dev/null >"$work/defaults"
"$program" settings --config "$work/deb/etc/cnm-cni/config.yaml" | diff "$work/defaults" - || fail "the settings file changes something"
sed 's/^#\([A-Za-z]\| \)/\1/; t; s/^#  /  /' "$work/deb/etc/cnm-cni/config.yaml" >"$work/uncommented"
sed -n 's/^\( *[A-Za-z]*\):.*/\1:/p' "$work/defaults" | while read -r key; do
    grep -q "^ *$key" "$work/uncommented" || fail "the settings file lacks $key"
done

say "Dependencies"
newest=$(readelf -V "$program" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
[[ $(dpkg-deb -f "$deb" Depends) == *"libc6 (>= ${newest#GLIBC_})"* ]] || fail "the .deb needs another libc6"
rpm -qp --requires "$rpm" | grep -qF "libc.so.6($newest)" || fail "the .rpm needs another glibc"
mapfile -t libraries < <(sed -n 's/.*<PackageReference Include="\([^"]*\)" \/>.*/\1/p' "$root/src/Adapter/Adapter.csproj")
for library in "${libraries[@]}"; do
    grep -q "pkg:nuget/$library@" "$work"/packages/*.cdx.json || fail "the bill of materials lacks $library"
    grep -q "$library" "$root/packaging/debian/copyright" || fail "packaging/debian/copyright lacks $library"
done
page_library=$(sha256sum "$root/src/Adapter/Ui/Page/vendor/d3.min.js" | cut -d ' ' -f 1)
grep -q "\"content\": \"$page_library\"" "$work"/packages/*.cdx.json || fail "the bill of materials lacks d3, the library of the page"
grep -q "$page_library" "$root/packaging/debian/copyright" || fail "packaging/debian/copyright lacks d3, or names another one"
grep -q 'pkg:nuget/Microsoft.NETCore.App.Runtime.NativeAOT' "$work"/packages/*.cdx.json || fail "the bill of materials lacks the runtime"

say "The managed plugin and the image"
tar -C "$work/plugin" --strip-components=1 -xf "$work"/packages/cnm-cni-plugin-*.tar.gz
[ -s "$work/plugin/config.json" ] || fail "the plugin has no config.json"
cmp "$program" "$work/plugin/rootfs/usr/bin/cnm-cni" || fail "the plugin has another program"
chroot "$work/plugin/rootfs" /usr/bin/cnm-cni version >/dev/null || fail "the plugin lacks a library"
[ -z "$(find "$work/plugin" ! -user 0)" ] || fail "the plugin has files of other owners"
tar -C "$work/image" -xf "$work"/packages/cnm-cni-image-*.tar
[ "$(find "$work/image/blobs/sha256" -type f -printf '%f  %p\n' | sha256sum --quiet -c - && find "$work/image/blobs/sha256" -type f | wc -l)" = 3 ] ||
    fail "the image's files do not have the hashes that are their names"
grep -ho '[0-9a-f]\{64\}' "$work/image/index.json" "$work/image/manifest.json" | while read -r hash; do
    [ -e "$work/image/blobs/sha256/$hash" ] || fail "the image lacks $hash"
done

say "Versions of pre-releases"
order=$(
    # shellcheck source=scripts/package/deb.sh
    . "$root/scripts/package/deb.sh"
    for package_version in 0.1.0 0.2.0-alpha 0.2.0-rc.1 0.2.0-rc.2 0.2.0; do debian_version; done
)
previous=''
for version in $order; do
    [ -z "$previous" ] || dpkg --compare-versions "$previous" lt "$version" || fail "$previous is not before $version"
    previous=$version
done

say "Scripts"
require shellcheck
shellcheck "$work"/deb/DEBIAN/{postinst,prerm,postrm} "$work/tar/install.sh" || fail "shellcheck"
for script in POSTIN PREUN POSTUN; do
    rpm -qp --qf "%{$script}" "$rpm" | shellcheck -s sh - || fail "shellcheck of $script"
done
require lintian
complaints=$(lintian --allow-root "$deb" 2>&1) || true
[ -z "$complaints" ] || { echo "$complaints" && fail "lintian"; }

say "The .deb without systemd: installed, removed and purged"
tree=${BRIDGE_TREES:-/var/cache/bridge-test/trees}/trixie
[ -d "$tree" ] || "$root/tests/TestHosts/Machine/Scripts/make-tree.sh" 26.1 >/dev/null
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" bridge-test "$work/root"
cp "$deb" "$work/root/cnm-cni.deb"
in_root() { chroot "$work/root" "$@" >"$work/log" 2>&1 || { cat "$work/log" && fail "$*"; }; }
in_root dpkg -i /cnm-cni.deb
in_root cnm-cni version
[ -L "$work/root/etc/systemd/system/sockets.target.wants/cnm-cni.socket" ] || fail "the socket unit is not enabled"
[ -L "$work/root/etc/systemd/system/multi-user.target.wants/cnm-cni.service" ] || fail "the service is not enabled"
in_root dpkg -r cnm-cni
[ -e "$work/root/etc/cnm-cni/config.yaml" ] || fail "a removal takes the settings"
mkdir -p "$work/root/var/lib/cnm-cni/attachments" "$work/root/run/cnm-cni"
touch "$work/root/var/lib/cnm-cni/attachments/one.json"
in_root dpkg -i /cnm-cni.deb
in_root dpkg -P cnm-cni
grep -q '1 interfaces are still attached to CNI networks' "$work/log" || fail "the removal does not report attachments"
[ -e "$work/root/var/lib/cnm-cni/attachments/one.json" ] || fail "a purge takes records of attachments"
rm "$work/root/var/lib/cnm-cni/attachments/one.json"
mkdir -p "$work/root/usr/local/bin"
touch "$work/root/usr/local/bin/cnm-cni"
in_root dpkg -i /cnm-cni.deb
grep -q '/usr/local/bin/cnm-cni is another installation' "$work/log" || fail "another installation is not reported"
mkdir -p "$work/root/etc/systemd/system"
echo 'ExecStart=/usr/local/bin/cnm-cni serve' >"$work/root/etc/systemd/system/cnm-cni.service"
in_root dpkg -P cnm-cni
[ -d "$work/root/var/lib/cnm-cni/attachments" ] || fail "a purge takes the state of another installation"
[ -L "$work/root/etc/systemd/system/multi-user.target.wants/cnm-cni.service" ] || fail "a purge disables another installation"
rm "$work/root/usr/local/bin/cnm-cni" "$work/root/etc/systemd/system/cnm-cni.service"
in_root dpkg -i /cnm-cni.deb
in_root dpkg -P cnm-cni
rm "$work/root/cnm-cni.deb"
[ -z "$(find "$work/upper" ! -type c -name '*cnm-cni*')" ] || fail "a purge leaves $(find "$work/upper" -name '*cnm-cni*')"

say "The archive into another root directory"
"$work/tar/install.sh" --help | grep -q -- --uninstall || fail "install.sh --help"
mkdir "$work/installed/opt"
touch "$work/installed/opt/cnm-cni"
! DESTDIR=$work/installed "$work/tar/install.sh" --prefix /opt/cnm-cni >"$work/log" 2>&1 || fail "a file in the place of a directory"
rm "$work/installed/opt/cnm-cni"
# From the directory above, as a user with another umask, again after it was interrupted.
(cd "$work" && umask 077 && DESTDIR=installed tar/install.sh --prefix /opt/cnm-cni >/dev/null) || fail "install.sh"
[ "$(stat -c %a "$work/installed/opt/cnm-cni/share")" = 755 ] || fail "the umask decides who can read what is installed"
cmp "$program" "$work/installed/opt/cnm-cni/bin/cnm-cni" || fail "the program"
grep -qx 'ExecStart=/opt/cnm-cni/bin/cnm-cni serve' "$work/installed/etc/systemd/system/cnm-cni.service" || fail "the unit starts another program"
[ -L "$work/installed/etc/systemd/system/multi-user.target.wants/cnm-cni.service" ] || fail "the service is not enabled"
echo 'stateDirectory: /srv/state' >"$work/installed/etc/cnm-cni/config.yaml"
mkdir -p "$work/installed/srv/state/attachments"
touch "$work/installed/srv/state/attachments/one.json"
DESTDIR=$work/installed "$work/tar/install.sh" --uninstall --purge >"$work/log" || fail "install.sh --uninstall"
grep -q '/srv/state stays' "$work/log" || fail "the records of the image do not count"
[ -e "$work/installed/srv/state/attachments/one.json" ] || fail "a purge takes a directory that the settings name"
[ -z "$(find "$work/installed" -name '*cnm-cni*')" ] || fail "install.sh --uninstall leaves $(find "$work/installed" -name '*cnm-cni*')"
for wrong in "--prefix relative" "--prefix /a;b" "--purge" "--nonsense"; do
    # shellcheck disable=SC2086 # an option and its value
    ! DESTDIR=$work/installed "$work/tar/install.sh" $wrong >/dev/null 2>&1 || fail "install.sh accepts $wrong"
done
say "The packages' content is good"
