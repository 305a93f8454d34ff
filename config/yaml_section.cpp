#include "config/yaml_section.hpp"

#include <algorithm>
#include <unordered_map>

#include "config/nearest.hpp"

namespace tickplant::config {

void Mistakes::add(const YamlNode& at, const std::string& path, std::string message, std::string remedy) {
  if (full()) return;
  violations_.push_back({file_name_, at.line, at.column, path, std::move(message), std::move(remedy)});
}

std::string where(const std::string& path) { return path.empty() ? "at the top level" : "in " + path; }

std::string kind_word(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "a single value";
    case YamlNode::Kind::sequence: return "a list";
    case YamlNode::Kind::map: return "a section";
    case YamlNode::Kind::refused: break;
  }
  return "";
}

bool is_kind(const YamlNode& node, YamlNode::Kind wanted, const std::string& path, const std::string& remedy,
             Mistakes& mistakes) {
  if (node.kind == wanted) return true;
  if (node.kind != YamlNode::Kind::refused) {
    mistakes.add(node, path, path + " is " + kind_word(node.kind) + ", not " + kind_word(wanted), remedy);
  }
  return false;
}

std::string item_path(const std::string& list_path, const YamlNode& item, std::size_t index) {
  if (item.kind == YamlNode::Kind::map) {
    for (std::size_t i = 0; i + 1 < item.children.size(); i += 2) {
      const YamlNode& value = item.children[i + 1];
      if (item.children[i].text == "name" && value.kind == YamlNode::Kind::scalar && !value.text.empty()) {
        constexpr std::size_t kMaxShown = 40;
        return list_path + '.' + printable(std::string_view(value.text).substr(0, kMaxShown));
      }
    }
  }
  return list_path + '[' + std::to_string(index + 1) + ']';
}

YamlSection::YamlSection(const YamlNode& node, std::string path, std::span<const std::string_view> known,
                         Mistakes& mistakes)
    : node_(node), path_(std::move(path)), mistakes_(mistakes) {
  if (node.kind == YamlNode::Kind::null || node.kind == YamlNode::Kind::refused) return;
  if (node.kind != YamlNode::Kind::map) {
    mistakes.add(node, path_,
                 (path_.empty() ? "the file" : path_) + " is " + kind_word(node.kind) + ", not a section of keys",
                 "write `key: value` lines, one under the other, or {key: value, key: value}");
    return;
  }
  std::unordered_map<std::string_view, std::uint32_t> first_lines;
  for (std::size_t i = 0; i + 1 < node.children.size() && !mistakes.full(); i += 2) {
    const YamlNode& key = node.children[i];
    if (key.kind == YamlNode::Kind::refused) continue;
    if (key.kind != YamlNode::Kind::scalar) {
      mistakes.add(key, path_, "a key " + where(path_) + " is " + kind_word(key.kind) + ", not a word",
                   "write `key: value`");
      continue;
    }
    const auto [first, is_new] = first_lines.emplace(key.text, key.line);
    if (!is_new) {
      mistakes.add(key, child(key.text),
                   "duplicate key " + in_quotes(key.text) + ' ' + where(path_) + ", first on line " +
                       std::to_string(first->second),
                   "keep one of the two");
    } else if (!known.empty() && std::find(known.begin(), known.end(), key.text) == known.end()) {
      report_unknown(key, known);
    } else {
      entries_.push_back({&key, &node.children[i + 1]});
    }
  }
}

std::string YamlSection::child(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

const YamlNode* YamlSection::find(std::string_view key) const noexcept {
  for (const Entry& entry : entries_) {
    if (entry.key->text == key) return entry.value;
  }
  return nullptr;
}

bool YamlSection::require(std::string_view key, std::string_view example) const {
  if (has(key)) return true;
  if (node_.kind == YamlNode::Kind::map || node_.kind == YamlNode::Kind::null) {
    mistakes_.add(node_, child(key), child(key) + " is required and missing", "add `" + std::string(example) + '`');
  }
  return false;
}

void YamlSection::refuse(std::string_view key, const std::string& message, std::string remedy) const {
  if (const YamlNode* value = find(key)) {
    mistakes_.add(*value, child(key), child(key) + ' ' + message, std::move(remedy));
  }
}

std::vector<const YamlNode*> YamlSection::items(std::string_view key, std::size_t max_count) const {
  std::vector<const YamlNode*> items;
  const YamlNode* list = find(key);
  if (list == nullptr || list->kind == YamlNode::Kind::null) return items;
  if (!is_kind(*list, YamlNode::Kind::sequence, child(key), "write a list, `- {name: ...}` lines", mistakes_)) {
    return items;
  }
  for (const YamlNode& item : list->children) {
    if (items.size() == max_count) {
      report_too_many(item, child(key), max_count);
      break;
    }
    items.push_back(&item);
  }
  return items;
}

void YamlSection::report_too_many(const YamlNode& item, const std::string& path, std::size_t max_count) const {
  mistakes_.add(item, path, path + " has more than " + std::to_string(max_count) + " entries", "remove some");
}

void YamlSection::report_unknown(const YamlNode& key, std::span<const std::string_view> known) const {
  const std::string near = nearest(key.text, std::vector<std::string>(known.begin(), known.end()));
  mistakes_.add(key, child(key.text), "unknown key " + in_quotes(key.text) + ' ' + where(path_),
                near.empty() ? "known " + where(path_) + ": " + listed(known) : "did you mean '" + near + "'?");
}

}  // namespace tickplant::config
