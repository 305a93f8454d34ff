// One section of a YAML file while it is read: which keys are known in it, what each holds, and everything that is
// wrong with its place.
//
// For files with lists of sections, whose keys have no table (schema.hpp). Keys are asked for one by one:
//     section.read("size", Duration{...}, window.size_ns);
//
// Threads: any; at set-up, works on its arguments only.
// Not here: the tree (parse_yaml.hpp), kinds of values (value_types.hpp).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/quoting.hpp"
#include "config/value_types.hpp"
#include "config/violation.hpp"
#include "config/yaml_tree.hpp"

namespace tickplant::config {

/// What is wrong with one file, up to kMaxViolations.
class Mistakes {
 public:
  Mistakes(std::string file_name, std::vector<Violation>& violations)
      : file_name_(std::move(file_name)), violations_(violations) {}

  void add(const YamlNode& at, const std::string& path, std::string message, std::string remedy);
  /// `path` + ' ' + what the kind of value has to say.
  void add(const YamlNode& at, const std::string& path, const ValueError& error) {
    add(at, path, path + ' ' + error.problem, error.remedy);
  }
  [[nodiscard]] std::size_t count() const noexcept { return violations_.size(); }
  [[nodiscard]] bool full() const noexcept { return violations_.size() >= kMaxViolations; }

 private:
  std::string file_name_;
  std::vector<Violation>& violations_;
};

/// "a list", for messages.
[[nodiscard]] std::string kind_word(YamlNode::Kind kind);
/// "in feeds.nasdaq".
[[nodiscard]] std::string where(const std::string& path);
/// "size, slide, offset".
template <class Words>
[[nodiscard]] std::string listed(const Words& words) {
  std::string text;
  for (const auto& word : words) (text += text.empty() ? "" : ", ") += word;
  return text;
}

/// `node` is of this kind; else it is reported, unless that was done already.
[[nodiscard]] bool is_kind(const YamlNode& node, YamlNode::Kind wanted, const std::string& path,
                           const std::string& remedy, Mistakes& mistakes);

/// What an item of a list is called in messages: its `name:` where it has one, else its number from 1.
[[nodiscard]] std::string item_path(const std::string& list_path, const YamlNode& item, std::size_t index);

/// false: of this kind a quoted scalar is of the wrong type.
template <class Kind>
inline constexpr bool takes_quotes = !std::is_same_v<Kind, Count> && !std::is_same_v<Kind, Flag>;

class YamlSection {
 public:
  /// Reports what is no section, and keys that are unknown or repeated. `known`: in the order of the documentation,
  /// outlives this; empty: names of the user's choice.
  YamlSection(const YamlNode& node, std::string path, std::span<const std::string_view> known, Mistakes& mistakes);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string child(std::string_view key) const;
  [[nodiscard]] const YamlNode& node() const noexcept { return node_; }
  [[nodiscard]] bool is_section() const noexcept { return node_.kind == YamlNode::Kind::map; }

  struct Entry {
    const YamlNode* key;
    const YamlNode* value;
  };
  /// Known keys, the first of each name, in the order of the file.
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

  /// nullptr: absent.
  [[nodiscard]] const YamlNode* find(std::string_view key) const noexcept;
  [[nodiscard]] bool has(std::string_view key) const noexcept { return find(key) != nullptr; }

  /// Reports the absence of `key`; `example` is one way to write it.
  bool require(std::string_view key, std::string_view example) const;

  /// Reports `key`, where there is one, as out of place: "<path> <message>".
  void refuse(std::string_view key, const std::string& message, std::string remedy) const;

  /// The items of a list of sections; none where it is absent or something else, which is reported.
  [[nodiscard]] std::vector<const YamlNode*> items(std::string_view key, std::size_t max_count) const;

  /// One value. false: absent or refused, and `value` is as it was.
  template <class Kind, class T>
  bool read(std::string_view key, const Kind& kind, T& value) const {
    const YamlNode* node = find(key);
    return node != nullptr && read_scalar(*node, child(key), kind, value);
  }

  /// A list of values, each at most once.
  template <class Kind, class T>
  bool read_list(std::string_view key, const Kind& kind, std::size_t max_count, std::vector<T>& values) const {
    const YamlNode* list = find(key);
    if (list == nullptr) return false;
    const std::string wish = "write a list, [a, b], each item " + kind.expected();
    if (!is_kind(*list, YamlNode::Kind::sequence, child(key), wish, mistakes_)) return false;
    if (list->children.size() > max_count) {
      report_too_many(list->children[max_count], child(key), max_count);
      return false;
    }
    std::vector<T> found;
    for (const YamlNode& item : list->children) {
      T value{};
      if (!read_scalar(item, child(key), kind, value)) return false;
      for (const T& other : found) {
        if (!(other == value)) continue;
        mistakes_.add(item, child(key), child(key) + " holds " + in_quotes(item.text) + " twice", "name it once");
        return false;
      }
      found.push_back(std::move(value));
    }
    values = std::move(found);
    return true;
  }

 private:
  template <class Kind, class T>
  bool read_scalar(const YamlNode& node, const std::string& path, const Kind& kind, T& value) const {
    if (!is_kind(node, YamlNode::Kind::scalar, path, "write " + kind.expected(), mistakes_)) return false;
    if (!takes_quotes<Kind> && node.is_quoted) {
      mistakes_.add(node, path, {"is text in quotes, not " + kind.expected(), "take the quotes off"});
      return false;
    }
    const Refusal refusal = kind.parse(node.text, value);
    if (refusal) mistakes_.add(node, path, *refusal);
    return !refusal;
  }

  void report_too_many(const YamlNode& item, const std::string& path, std::size_t max_count) const;
  void report_unknown(const YamlNode& key, std::span<const std::string_view> known) const;

  const YamlNode& node_;
  std::string path_;
  Mistakes& mistakes_;
  std::vector<Entry> entries_;
};

}  // namespace tickplant::config
