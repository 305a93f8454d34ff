// What a shell would hand to `tickplant` in a line of its help: quotes, pipes, && and redirections understood as far as
// our examples go.
//
// Threads: any; pure functions.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace tickplant::tests {

/// The words of one line, without quotes; an operator of the shell is a word of its own.
[[nodiscard]] inline std::vector<std::string> shell_words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool is_word = false;
  const auto end_word = [&] {
    if (is_word) words.push_back(word);
    word.clear();
    is_word = false;
  };
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      is_word = true;
    } else if (c == ' ') {
      end_word();
    } else {
      word += c;
      is_word = true;
    }
  }
  end_word();
  return words;
}

/// The words behind `program` of each time that the line runs it.
[[nodiscard]] inline std::vector<std::vector<std::string>> runs_of(const std::string& program,
                                                                   const std::string& line) {
  const auto is_operator = [](const std::string& word) {
    return word == "|" || word == "&&" || word == "||" || word == ">" || word == "<" || word == ";" || word == "#";
  };
  const auto is_setting = [](const std::string& word) {
    return word.starts_with("TICKPLANT_") && word.find('=') != std::string::npos;
  };
  std::vector<std::vector<std::string>> runs;
  const std::vector<std::string> words = shell_words(line);
  for (auto at = words.begin(); at != words.end();) {
    const auto end = std::find_if(at, words.end(), is_operator);
    const auto first = std::find_if_not(at, end, is_setting);
    if (first != end && *first == program) runs.emplace_back(first + 1, end);
    if (end != words.end() && *end == "#") break;
    at = end == words.end() ? end : end + 1;
  }
  return runs;
}

}  // namespace tickplant::tests
