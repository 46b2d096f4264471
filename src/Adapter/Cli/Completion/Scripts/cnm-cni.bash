# shellcheck shell=bash
# bash completion of cnm-cni. Every candidate comes from the program itself:
#   source <(cnm-cni completion bash)
# or, for all users: cnm-cni completion bash > /usr/share/bash-completion/completions/cnm-cni

_cnm_cni() {
    local program=$1 flag
    local -a lines
    COMPREPLY=()
    program=${program/#\~\//$HOME/}
    type -P -- "$program" >/dev/null || program=cnm-cni
    mapfile -t lines < <("$program" __complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    for flag in ${lines[0]-}; do
        case $flag in
            files) compopt -o default ;;
            directories) compopt -o dirnames ;;
            nospace) compopt -o nospace ;;
        esac
    done
    COMPREPLY=("${lines[@]:1}")
}

complete -F _cnm_cni cnm-cni
