# SPDX-License-Identifier: MIT
# Completion of vaultctl's commands, options and files for bash: `source` this file, or install it
# as /usr/share/bash-completion/completions/vaultctl.

_vaultctl_options() {
    case $1 in
    keygen) echo '--keyring --secret --yes --json' ;;
    rewrap) echo '--secret --json' ;;
    issue) echo '--secret --aud --sub --exp --nbf --iss --jti --keyring --json' ;;
    verify) echo '--keyring --aud --iss --json' ;;
    inspect) echo '--json' ;;
    list) echo '--keyring --json' ;;
    retire | revoke | revoke-token) echo '--keyring --reason --json' ;;
    unrevoke) echo '--keyring --json' ;;
    esac
}

# The IDs of the keys in the keyring that the line names.
_vaultctl_kids() {
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == --keyring ]]; then
            "${COMP_WORDS[0]}" list --keyring "${COMP_WORDS[i + 1]}" 2>/dev/null |
                sed -n 's/^\(k4\.pid\.[^ ]*\) .*/\1/p'
        fi
    done
}

_vaultctl() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]}
    local commands='keygen rewrap issue verify inspect list retire revoke revoke-token unrevoke'
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
        return
    fi
    case $previous in
    --keyring | --secret)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --aud | --sub | --exp | --nbf | --iss | --jti | --reason) return ;;
    esac
    if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_vaultctl_options "$command") --help" -- "$word")
    elif [[ $command == retire || $command == revoke ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_vaultctl_kids)" -- "$word")
    fi
}

complete -F _vaultctl vaultctl
