// fish: a line an option, offered where the words lead to its verb.
#include "clients/cli/help/completion.hpp"

namespace tickplant::cli {
namespace {

constexpr const char* kFishHead = R"sh(# fish completion for tickplant; written by `tickplant completion fish`.
# For this shell: tickplant completion fish | source

# What a plant knows. $argv: plants, symbols, ... Nothing when that takes long.
function __tickplant_live
    set -l ask tickplant live-values $argv[1]
    set -l words (commandline -opc)
    for i in (seq 1 (count $words))
        if test $words[$i] = --plant -a $i -lt (count $words)
            set -a ask --plant $words[(math $i + 1)]
        end
    end
    timeout 1 $ask --prefix $argv[2] 2>/dev/null
end

# $argv[1]: "words:a b;plants", perhaps with "list;" before.
function __tickplant_offer
    set -l typed (commandline -ct | string replace -r '^--[a-z-]*=' '')
    set -l before ''
    for part in (string split ';' -- $argv[1])
        switch $part
            case list
                set before (string match -r '^.*,' -- $typed; or echo '')
                set typed (string replace -r '^.*,' '' -- $typed)
            case 'words:*'
                for word in (string split ' ' -- (string replace 'words:' '' -- $part))
                    echo $before$word
                end
            case files
                __fish_complete_path $typed
            case folders
                __fish_complete_directories $typed
            case '*'
                for word in (__tickplant_live $part "$typed")
                    echo $before$word
                end
        end
    end
end

# Do the words so far lead to verb $argv, and no further?
function __tickplant_at
    set -l path
    for word in (commandline -opc)[2..-1]
        set -l longer (string join -- ' ' $path $word)
        contains -- "$longer" $__tickplant_paths; and set path $longer
    end
    test "$path" = "$argv"
end

)sh";

std::string fish_line_at(const CommandRow& row) {
  return "complete -c tickplant -n " + fish_quoted("__tickplant_at " + path_below(row)) + ' ';
}

std::string line_of(const OptionRow& option) {
  std::string out;
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? "-l " + name.substr(2) + ' ' : "-s " + name.substr(1) + ' ';
  }
  if (!option.is_flag()) {
    const std::string offer = offer_of(option.value.kind);
    out += offer.empty() ? "-x " : "-x -a " + fish_quoted("(__tickplant_offer " + fish_quoted(offer) + ")") + ' ';
  }
  return out + "-d " + fish_quoted(option.help) + '\n';
}

}  // namespace

std::string fish_completion(const CommandRow& table) {
  const std::vector<const CommandRow*> rows = all_commands(table);
  std::string out = kFishHead;
  out += "set -g __tickplant_paths";
  for (const CommandRow* row : rows) {
    if (row != &table) out += ' ' + fish_quoted(path_below(*row));
  }
  out += "\n\ncomplete -c tickplant -f\n";
  for (const OptionRow& option : table.options) {
    if (option.names.back() != "--version") out += "complete -c tickplant " + line_of(option);
  }
  for (const CommandRow* row : rows) {
    for (const CommandRow& part : row->parts) {
      out += fish_line_at(*row) + "-a " + part.name() + " -d " + fish_quoted(part.help) + '\n';
    }
    for (const OptionRow& option : row->options) {
      const bool is_everywhere = row == &table ? option.names.back() != "--version" : option.names.back() == "--help";
      if (!is_everywhere) out += fish_line_at(*row) + line_of(option);
    }
    for (const PositionalRow& word : row->positionals) {
      const std::string offer = offer_of(word.value.kind);
      if (!offer.empty())
        out += fish_line_at(*row) + "-a " + fish_quoted("(__tickplant_offer " + fish_quoted(offer) + ")") + '\n';
    }
  }
  return out;
}

}  // namespace tickplant::cli
