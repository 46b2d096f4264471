# shellcheck shell=bash
# The trees from which test hosts take a Docker Engine. Sourced by make-tree.sh and scripts/engines.sh.

tree_scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

trees_directory() { echo "${BRIDGE_TREES:-/var/cache/bridge-test/trees}"; }

# The engines that a Debian release provides, oldest first.
table_engines() { cut -d ' ' -f 1 "$tree_scripts/engines.txt"; }

# The engines for which a person has put a tree into the directory, under its version: 29.1 or 29.1.3.
own_engines() {
    local tree
    for tree in "$(trees_directory)"/[0-9]*.[0-9]*/; do
        [[ $tree =~ /([0-9]+\.[0-9]+)(\.[0-9]+)?/$ ]] && echo "${BASH_REMATCH[1]}"
    done | sort -u -V
}

# own_tree VERSION: the tree that a person has made of it; nothing without one.
own_tree() {
    local tree
    for tree in "$(trees_directory)/$1"/ "$(trees_directory)/$1".[0-9]*/; do
        [ ! -d "$tree" ] || { echo "${tree%/}" && return; }
    done
}

# lacking_in TREE: the first of tree-files.txt that is not there; nothing for a complete tree. Links into /etc/alternatives lead elsewhere
# from outside of the tree.
lacking_in() {
    local places place
    while read -ra places; do
        for place in "${places[@]}"; do
            if [ -e "$1/$place" ] || [ -L "$1/$place" ]; then continue 2; fi
        done
        echo "${places[0]}"
        return
    done <"$tree_scripts/tree-files.txt"
}
