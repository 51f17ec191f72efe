# SPDX-License-Identifier: MIT
# Completion for bash of the tools' commands, options, files and IDs of keys, made of what --help says, so that
# they can't disagree. `source` this file, or install it as /usr/share/bash-completion/completions/TOOL.

# A line for each command: its name of one word or two, and how it is used. Of a tool without commands, one
# line of all options.
_gql_tool_usages() {
    local help
    help=$("$1" --help 2>/dev/null)
    grep -oP "^  ${1##*/} \K[a-z].*" <<<"$help" ||
        grep -oP '^  (-\w, )?\K--.*?(?=  |$)' <<<"$help" | paste -sd ' '
}

# The usage whose command the line has; else that without a command.
_gql_tool_usage() {
    local usage
    for usage in "${usages[@]}"; do
        if [[ $usage == -* || $usage == "${COMP_WORDS[1]} "[^a-z]* ||
            $usage == "${COMP_WORDS[1]} ${COMP_WORDS[2]} "* ]]; then
            echo "$usage"
            return
        fi
    done
}

# The words that the command may have here.
_gql_tool_commands() {
    if ((COMP_CWORD == 1)); then
        printf '%s\n' "${usages[@]%% *}" --help --version | sort -u
    elif ((COMP_CWORD == 2)); then
        printf '%s\n' "${usages[@]}" | grep -oP "^${COMP_WORDS[1]} \K[a-z]\S*"
    fi
}

# The IDs of the keys in the keyring that the line names.
_gql_tool_kids() {
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == --keyring ]]; then
            "${COMP_WORDS[0]}" list --keyring "${COMP_WORDS[i + 1]}" 2>/dev/null | grep -oP '^k4\.pid\.\S+'
        fi
    done
}

_gql_tool_complete() { # OPTION WORDS: those of compgen that begin as the word under the cursor.
    mapfile -t COMPREPLY < <(compgen "$@" -- "${COMP_WORDS[COMP_CWORD]}")
}

_gql_tool_files() {
    compopt -o filenames 2>/dev/null
    _gql_tool_complete -f
}

_gql_tool() {
    local usages usage commands value previous=${COMP_WORDS[COMP_CWORD - 1]}
    mapfile -t usages < <(_gql_tool_usages "${COMP_WORDS[0]}")
    usage=$(_gql_tool_usage)
    [[ $usage == -* ]] || commands=$(_gql_tool_commands)
    COMPREPLY=()
    [[ $previous == --* ]] && value=$(grep -oP -- "$previous \K[A-Z|]+" <<<"$usage")
    case $value in
    '') ;;
    *FILE* | DIR | PATH | FOLDER | SDK) _gql_tool_files && return ;;
    *) return ;;
    esac
    if [[ -n $commands ]]; then
        _gql_tool_complete -W "$commands"
    elif [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
        _gql_tool_complete -W "$(grep -oP -- '(?<!\w)--[a-z-]+' <<<"$usage --help" | sort -u)"
    elif [[ $usage == *' KID' ]]; then
        _gql_tool_complete -W "$(_gql_tool_kids)"
    elif [[ $usage == -* ]]; then
        _gql_tool_files
    fi
}

complete -F _gql_tool vaultctl integrationsctl gql-plugin-check gql-plugin-new
