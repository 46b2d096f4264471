#compdef cnm-cni
# zsh completion of cnm-cni. Every candidate comes from the program itself:
#   source <(cnm-cni completion zsh)
# or, for all users, as a file _cnm-cni in a directory of fpath: cnm-cni completion zsh > /usr/local/share/zsh/site-functions/_cnm-cni

_cnm-cni() {
    local program=${(Q)words[1]} word=$PREFIX
    local -a lines suffix
    program=${program/#\~\//$HOME/}
    (( $+commands[$program] )) || [[ -x $program ]] || program=cnm-cni
    [[ -n $compstate[quote] ]] || word=${(Q)PREFIX}
    lines=("${(@f)$("$program" __complete zsh "${(@Q)words[2,CURRENT-1]}" "$word" 2>/dev/null)}")
    [[ $PREFIX != --*=* ]] || compset -P 1 '*='
    [[ $lines[1] != *nospace* ]] || suffix=(-S '')
    [[ $lines[1] != *files* ]] || _files
    [[ $lines[1] != *directories* ]] || _files -/
    shift lines
    (( $#lines == 0 )) || _describe -t candidates cnm-cni lines $suffix
}

if [[ $funcstack[1] == _cnm-cni ]]; then
    _cnm-cni "$@"
else
    compdef _cnm-cni cnm-cni
fi
