# shellcheck shell=bash disable=SC2154
# The Docker Engines of test hosts. Sourced by bridge.

# The engines that a Debian release provides for test hosts: VERSION RELEASE, oldest first.
readonly engine_table=$root/tests/TestHosts/Machine/Scripts/engines.txt

known_engines() { cut -d ' ' -f 1 "$engine_table" | paste -s -d ' '; }

engine_of_machine() { dockerd --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1; }
engine_of_tests() { echo "${BRIDGE_ENGINE:-$(engine_of_machine)}"; }

# Test hosts take an engine other than this machine's from the Debian release that provides it.
need_engine() {
    [ -n "${BRIDGE_ENGINE:-}" ] || return 0
    if ! grep -q "^${BRIDGE_ENGINE//./\\.} " "$engine_table" && [ "$BRIDGE_ENGINE" = "$(engine_of_machine)" ]; then return 0; fi
    patiently "Preparing Docker $BRIDGE_ENGINE for test hosts (downloaded once, in about a minute)" \
        "$root/tests/TestHosts/Machine/Scripts/make-tree.sh" "$BRIDGE_ENGINE" ||
        die "Docker $BRIDGE_ENGINE for test hosts could not be prepared; see the output of make-tree.sh above."
}
