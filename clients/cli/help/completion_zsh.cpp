// zsh: a function a verb, each a call of _arguments; help texts stand beside what is offered.
#include <algorithm>

#include "clients/cli/help/completion.hpp"

namespace tickplant::cli {
namespace {

/// Harmless between the brackets and colons of _arguments.
std::string spec_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action_of(const ValueRow& value) {
  const std::string offer = offer_of(value.kind);
  return ":" + spec_text(value.name) + ":" +
         (offer.empty() ? " " : "_tickplant_offer " + spec_text(shell_quoted(offer)));
}

/// `'(-h --help)'{-h,--help}'[help]'`, or `'*--type[help]:TYPES:action'`.
std::string option_spec(const OptionRow& option) {
  std::string rest = '[' + spec_text(option.help) + ']';
  if (!option.is_flag()) rest += action_of(option.value);
  if (option.names.size() == 1) return shell_quoted((option.is_repeated ? "*" : "") + option.names[0] + rest);
  std::string all, list;
  for (const std::string& name : option.names) {
    all += (all.empty() ? "" : " ") + name;
    list += (list.empty() ? "" : ",") + name;
  }
  return shell_quoted('(' + all + ')') + '{' + list + '}' + shell_quoted(rest);
}

std::string function_name(const CommandRow& row) {
  std::string name = "_tickplant_verb";
  for (std::size_t i = 1; i < row.path.size(); ++i) name += '_' + row.path[i];
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string zsh_function_of(const CommandRow& row, const CommandRow& table) {
  std::string out = function_name(row) + "() {\n";
  if (!row.parts.empty()) out += "  local context state state_descr line\n  typeset -A opt_args\n";
  out += row.parts.empty() ? "  _arguments -s" : "  _arguments -C -s";
  for (const OptionRow& option : row.options) out += " \\\n    " + option_spec(option);
  if (&row != &table) out += " \\\n    $_tickplant_common";
  if (!row.parts.empty()) return out;
  for (const PositionalRow& word : row.positionals) {
    const bool is_last = &word == &row.positionals.back();
    out += " \\\n    " + shell_quoted((is_last && word.is_repeated ? "*"
                                       : word.is_required          ? ""
                                                                   : ":") +
                                      action_of(word.value));
  }
  return out + "\n}\n";
}

std::string dispatch_of(const CommandRow& row) {
  std::string out =
      " \\\n    '1:verb:->verb' \\\n    '*::word:->word'\n  case $state in\n    verb)\n      local -a verbs=(\n";
  for (const CommandRow& part : row.parts) {
    std::string help = part.help;
    for (std::size_t at = 0; (at = help.find(':', at)) != std::string::npos; at += 2) help.insert(at, 1, '\\');
    out += "        " + shell_quoted(part.name() + ':' + help) + '\n';
  }
  out += "      )\n      _describe -t verbs verb verbs\n      ;;\n    word)\n      case $words[1] in\n";
  for (const CommandRow& part : row.parts) out += "        " + part.name() + ") " + function_name(part) + " ;;\n";
  return out + "      esac\n      ;;\n  esac\n}\n";
}

constexpr const char* kZshHead = R"sh(#compdef tickplant
# zsh completion for tickplant; written by `tickplant completion zsh`.
# For this shell: source <(tickplant completion zsh); for good: put it into a folder of $fpath as _tickplant.

# What a plant knows. $1: plants, symbols, ... Nothing when that takes long.
_tickplant_live() {
  local -a ask found
  local at=${words[(I)--plant]}
  ask=(tickplant live-values $1 --prefix "$PREFIX")
  (( at && at < CURRENT - 1 )) && ask+=(--plant $words[at+1])
  found=(${(f)"$(timeout 1 $ask 2>/dev/null)"})
  compadd -a found
}

# $1: "words:a b;files;plants", perhaps with "list;" before.
_tickplant_offer() {
  local part missing=1
  for part in ${(s:;:)${@[-1]}}; do
    case $part in
      list) compset -P '*,' ;;
      words:*) compadd -- ${=part#words:} && missing=0 ;;
      files) _files && missing=0 ;;
      folders) _files -/ && missing=0 ;;
      *) _tickplant_live $part && missing=0 ;;
    esac
  done
  return $missing
}

)sh";

}  // namespace

std::string zsh_completion(const CommandRow& table) {
  std::string out = kZshHead;
  out += "# Options that every verb takes.\n_tickplant_common=(\n";
  for (const OptionRow& option : table.options) {
    const bool is_everywhere = option.names.back() != "--version" && option.names.back() != "--help";
    if (is_everywhere) out += "  " + option_spec(option) + '\n';
  }
  out += ")\n\n";
  for (const CommandRow* row : all_commands(table)) {
    out += zsh_function_of(*row, table);
    if (!row->parts.empty()) out += dispatch_of(*row);
    out += '\n';
  }
  return out +
         "_tickplant() { _tickplant_verb }\n\n"
         "if [ \"$funcstack[1]\" = _tickplant ]; then _tickplant_verb; else compdef _tickplant tickplant; fi\n";
}

}  // namespace tickplant::cli
