// bash: one function. It walks the words to the verb they lead to, and says what may stand at the cursor: the value of
// the option before it, an option, a verb, or what the verb's positional is. No bash-completion package is needed.
#include "clients/cli/help/completion.hpp"

namespace tickplant::cli {
namespace {

/// Of the options that take a value: a line each, "path|--name) offer".
std::string value_cases(const CommandRow& row) {
  std::string text;
  for (const OptionRow& option : row.options) {
    if (option.is_flag()) continue;
    text += "    ";
    for (std::size_t i = 0; i < option.names.size(); ++i) {
      text += (i == 0 ? "" : "|") + shell_quoted(path_below(row) + ' ' + option.names[i]);
    }
    text += ") offer=" + shell_quoted(offer_of(option.value.kind)) + " ;;\n";
  }
  return text;
}

std::string words_case(const CommandRow& row) {
  std::string verbs, options, offer;
  for (const CommandRow& part : row.parts) verbs += (verbs.empty() ? "" : " ") + part.name();
  for (const OptionRow& option : row.options) {
    for (const std::string& name : option.names) options += (options.empty() ? "" : " ") + name;
  }
  std::string text =
      "    " + shell_quoted(path_below(row)) + ") verbs=" + shell_quoted(verbs) + " options=" + shell_quoted(options);
  if (!row.positionals.empty()) {
    text += " positionals=(";
    for (std::size_t i = 0; i < row.positionals.size(); ++i) {
      text += (i == 0 ? "" : " ") + shell_quoted(offer_of(row.positionals[i].value.kind));
    }
    text += ')';
    if (row.positionals.back().is_repeated) text += " repeats=1";
  }
  return text + " ;;\n";
}

constexpr const char* kBashHead = R"sh(# bash completion for tickplant; written by `tickplant completion bash`.
# For this shell: source <(tickplant completion bash)

# What a plant knows. $1: plants, symbols, ...; $2: how they begin. Nothing when that takes long.
_tickplant_live() {
  local -a ask=(tickplant live-values "$1" --prefix "$2")
  [ -z "$plant" ] || ask+=(--plant "$plant")
  timeout 1 "${ask[@]}" 2>/dev/null
}

# Fills COMPREPLY. $1: "words:a b;files;plants", perhaps with "list;" before; $2: what is typed.
_tickplant_offer() {
  local IFS=$' \t\n' part before='' typed=$2
  local -a parts
  IFS=';' read -ra parts <<<"$1"
  if [ "${parts[0]-}" = list ] && [[ $typed == *,* ]]; then before=${typed%,*}, typed=${typed##*,}; fi
  for part in "${parts[@]}"; do
    case $part in
      list) ;;
      words:*) while read -r word; do COMPREPLY+=("$before$word"); done < <(compgen -W "${part#words:}" -- "$typed") ;;
      files) compopt -o filenames 2>/dev/null; while read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$typed") ;;
      folders) compopt -o filenames 2>/dev/null; while read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$typed") ;;
      *)  # a name may have what the shell would take for its own: sma(20)
        while read -r word; do
          printf -v word %q "$word"
          COMPREPLY+=("$before$word")
        done < <(_tickplant_live "$part" "$typed") ;;
    esac
  done
}

# The words as a person sees them: bash cuts them at '=', '@' and ':', which are no ends of ours.
_tickplant_words() {
  local i line=${COMP_LINE:0:COMP_POINT} is_new
  typed_words=()
  for ((i = 0; i <= COMP_CWORD; ++i)); do
    is_new=''
    while [[ $line == [[:space:]]* ]]; do line=${line:1} is_new=1; done
    if [ "$i" = 0 ] || [ -n "$is_new" ]; then
      typed_words+=("${COMP_WORDS[i]}")
    else
      typed_words[${#typed_words[@]}-1]+=${COMP_WORDS[i]}
    fi
    line=${line:${#COMP_WORDS[i]}}
  done
}

)sh";

constexpr const char* kBashWalk = R"sh(
_tickplant() {
  local IFS=$' \t\n' path='' plant='' word option='' offer verbs options value_of='' i repeats count=0
  local -a typed_words positionals
  _tickplant_words
  COMPREPLY=()
  local last=$((${#typed_words[@]} - 1)) typed
  typed=${typed_words[last]}
  for ((i = 1; i < last; ++i)); do
    word=${typed_words[i]}
    if [ -n "$option" ]; then
      [ "$option" != --plant ] || plant=$word
      option=''
    elif [[ $word == --*=* ]]; then
      [[ $word != --plant=* ]] || plant=${word#*=}
    elif [[ $word == -* ]]; then
      _tickplant_value "$path" "$word" && option=$word
    else
      _tickplant_node "$path"
      if [[ " $verbs " == *" $word "* ]]; then path=${path:+$path }$word; else count=$((count + 1)); fi
    fi
  done
  _tickplant_node "$path"
  if [ -n "$option" ]; then
    _tickplant_value "$path" "$option"
    _tickplant_offer "$offer" "$typed"
  elif [[ $typed == --*=* ]]; then
    _tickplant_value "$path" "${typed%%=*}" && _tickplant_offer "$offer" "${typed#*=}"
  elif [[ $typed == -* ]]; then
    while read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$options ${path:+$_tickplant_common}" -- "$typed")
  elif [ -n "$verbs" ]; then
    while read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$verbs" -- "$typed")
  elif [ "${#positionals[@]}" != 0 ]; then
    if [ "$count" -ge "${#positionals[@]}" ]; then
      [ -n "$repeats" ] || return 0
      count=$((${#positionals[@]} - 1))
    fi
    _tickplant_offer "${positionals[count]}" "$typed"
  fi
  # readline replaces what stands behind the last '@', ':' or '=' alone.
  local cut=$typed
  [[ $cut != --*=* ]] || cut=${cut#*=}
  if [[ $cut == *[@:]* ]] && [[ $COMP_WORDBREAKS == *[@:]* ]]; then
    local kept=${cut%"${cut##*[@:]}"}
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  fi
}
complete -F _tickplant tickplant
)sh";

}  // namespace

std::string bash_completion(const CommandRow& table) {
  std::string common;
  for (const OptionRow& option : table.options) {
    for (const std::string& name : option.names) {
      const bool is_everywhere = name != "--version" && name != "--help" && name != "-h";  // each verb has its own help
      if (is_everywhere) common += (common.empty() ? "" : " ") + name;
    }
  }
  std::string out = kBashHead;
  out += "# Options that every verb takes.\n_tickplant_common='" + common + "'\n\n";
  out += "# What the verb $1 takes: verbs, options, positionals, whether the last one repeats.\n_tickplant_node() {\n";
  out += "  verbs='' options='' repeats='' positionals=()\n  case $1 in\n";
  for (const CommandRow* row : all_commands(table)) out += words_case(*row);
  out += "  esac\n}\n\n# Does option $2 of verb $1 take a value? `offer`: which.\n_tickplant_value() {\n";
  out += "  offer=''\n  case \"$1 $2\" in\n";
  for (const CommandRow* row : all_commands(table)) {
    if (row != &table) out += value_cases(*row);
  }
  out += "    *) case $2 in\n";
  for (const OptionRow& option : table.options) {
    if (option.is_flag()) continue;
    out += "      " + option.names.back() + ") offer=" + shell_quoted(offer_of(option.value.kind)) + " ;;\n";
  }
  out += "      *) return 1 ;;\n    esac ;;\n  esac\n}\n";
  return out + kBashWalk;
}

}  // namespace tickplant::cli
