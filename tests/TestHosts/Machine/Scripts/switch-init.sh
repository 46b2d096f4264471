#!/bin/bash
# The switch of a rack: a bridge in the network namespace in which this script runs. Prints "ready" and runs until its standard input ends; the
# namespace ends with it, and with that the bridge and every cable.
set -eu
ip link set lo up
ip link add rack type bridge
ip link set rack up
echo ready
while read -r _; do :; done
