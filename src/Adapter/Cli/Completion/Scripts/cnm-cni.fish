# fish completion of cnm-cni. Every candidate comes from the program itself:
#   cnm-cni completion fish | source
# or, for one user: cnm-cni completion fish > ~/.config/fish/completions/cnm-cni.fish

# Asks the program, and succeeds unless names of files are wanted.
function __cnm_cni_ask
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    command -q -- $program; or set program cnm-cni
    set -g __cnm_cni_answer ($program __complete fish $words "$word" 2>/dev/null)
    set -l flags $__cnm_cni_answer[1]
    set -e __cnm_cni_answer[1]
    if string match -q '*directories*' -- $flags
        set -a __cnm_cni_answer (__fish_complete_directories "$word")
    end
    not string match -q '*files*' -- $flags
end

complete -c cnm-cni -e
complete -c cnm-cni -n __cnm_cni_ask -f -a '$__cnm_cni_answer'
