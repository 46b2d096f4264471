# shellcheck shell=bash disable=SC2154
# The Docker Engines of test hosts. Sourced by bridge.

readonly tree_maker=$root/tests/TestHosts/Machine/Scripts/make-tree.sh
# shellcheck source=tests/TestHosts/Machine/Scripts/trees.sh
. "$root/tests/TestHosts/Machine/Scripts/trees.sh"

known_engines() { { table_engines; own_engines; } | sort -u -V | paste -s -d ' '; }

engine_of_machine() { dockerd --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1; }
engine_of_tests() { echo "${BRIDGE_ENGINE:-$(engine_of_machine)}"; }

# Test hosts take an engine other than this machine's from a tree: of the Debian release that provides it, or one that a person has made.
need_engine() {
    [ -n "${BRIDGE_ENGINE:-}" ] || return 0
    if [ -n "$(own_tree "$BRIDGE_ENGINE")" ]; then
        "$tree_maker" "$BRIDGE_ENGINE" || die "Docker $BRIDGE_ENGINE for test hosts is not complete; see above."
        return 0
    fi
    if ! table_engines | grep -Fqx "$BRIDGE_ENGINE" && [ "$BRIDGE_ENGINE" = "$(engine_of_machine)" ]; then return 0; fi
    patiently "Preparing Docker $BRIDGE_ENGINE for test hosts (downloaded once, in about a minute)" "$tree_maker" "$BRIDGE_ENGINE" ||
        die "Docker $BRIDGE_ENGINE for test hosts could not be prepared; see the output of make-tree.sh above."
}
