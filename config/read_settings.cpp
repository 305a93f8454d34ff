#include "config/read_settings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "config/schema.hpp"
#include "config/text_kinds.hpp"
#include "config/yaml_section.hpp"

namespace tickplant::config {

namespace {

std::string inside(const std::string& path, const std::string& key) { return path.empty() ? key : path + '.' + key; }

class SettingsReader {
 public:
  SettingsReader(LoadedConfig& loaded, std::vector<Violation>& violations) : loaded_(loaded), violations_(violations) {}

  void read(const YamlNode& root) {
    make_entries(root);
    settings_ = settings_of(loaded_.config);
    for (Setting& setting : settings_) {
      by_path_.emplace(setting.path, &setting);
      note_sections(setting.path);
    }
    for (const EntrySection& section : kEntrySections) note_sections(std::string(section.name));
    read_section(root, "");
  }

 private:
  void report(const YamlNode& at, const std::string& path, std::string message, std::string remedy) {
    violations_.push_back({loaded_.file_name, at.line, at.column, path, std::move(message), std::move(remedy)});
  }

  /// Rings, feeds and threads have to exist before their keys do. Bad and repeated names are reported by read_section.
  void make_entries(const YamlNode& root) {
    if (root.kind != YamlNode::Kind::map) return;
    std::set<std::string> made;
    for (std::size_t i = 0; i + 1 < root.children.size(); i += 2) {
      const EntrySection* section = find_entry_section(root.children[i].text);
      const YamlNode& entries = root.children[i + 1];
      if (section == nullptr || entries.kind != YamlNode::Kind::map || !made.insert(root.children[i].text).second)
        continue;
      section->clear(loaded_.config);
      for (std::size_t k = 0; k + 1 < entries.children.size(); k += 2) {
        const YamlNode& name = entries.children[k];
        if (section->count(loaded_.config) < kMaxEntries && is_entry_name(name.text) &&
            made.insert(inside(root.children[i].text, name.text)).second) {
          section->add(loaded_.config, name.text);
        }
      }
    }
  }

  /// rings.ticks.slots: "ticks" is known in "rings", "slots" in "rings.ticks".
  void note_sections(const std::string& path) {
    for (std::size_t begin = 0; begin < path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      std::vector<std::string>& known = sections_[begin == 0 ? "" : path.substr(0, begin - 1)];
      const std::string key = path.substr(begin, end - begin);
      if (std::find(known.rbegin(), known.rend(), key) == known.rend()) known.push_back(key);
      begin = end + 1;
    }
  }

  void read_section(const YamlNode& node, const std::string& path) {
    if (node.kind == YamlNode::Kind::null || node.kind == YamlNode::Kind::refused) return;
    if (node.kind != YamlNode::Kind::map) {
      report(node, path, (path.empty() ? "the file" : path) + " is " + kind_word(node.kind) + ", not a section of keys",
             "write `key: value` lines, one under the other");
      return;
    }
    std::map<std::string, std::uint32_t> seen;  // key -> line
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
      if (violations_.size() >= kMaxViolations) return;
      const YamlNode& key = node.children[i];
      const YamlNode& value = node.children[i + 1];
      if (key.kind == YamlNode::Kind::refused) continue;
      if (key.kind != YamlNode::Kind::scalar) {
        report(key, path, "a key " + where(path) + " is " + kind_word(key.kind) + ", not a word", "write `key: value`");
        continue;
      }
      const std::string child = inside(path, key.text);
      const auto [first, is_new] = seen.emplace(key.text, key.line);
      if (!is_new) {
        report(key, child,
               "duplicate key " + in_quotes(key.text) + ' ' + where(path) + ", first on line " +
                   std::to_string(first->second),
               "keep one of the two");
      } else {
        read_key(key, value, path, child);
      }
    }
  }

  void read_key(const YamlNode& key, const YamlNode& value, const std::string& path, const std::string& child) {
    if (find_entry_section(path) != nullptr && sections_.count(child) == 0) {
      report_entry(key, path, child);
    } else if (!knows(path, key.text)) {
      report_unknown(key, path, child);
    } else if (const auto setting = by_path_.find(child); setting != by_path_.end()) {
      loaded_.origins[child] = {loaded_.file_name, value.line, value.column};
      read_value(value, *setting->second);
    } else {
      loaded_.origins[child] = {loaded_.file_name, key.line, key.column};
      read_section(value, child);
    }
  }

  [[nodiscard]] bool knows(const std::string& path, const std::string& key) const {
    const auto section = sections_.find(path);
    return section != sections_.end() &&
           std::find(section->second.begin(), section->second.end(), key) != section->second.end();
  }

  void read_value(const YamlNode& value, Setting& setting) {
    if (value.kind == YamlNode::Kind::refused) return;
    const YamlNode::Kind wanted = setting.list ? YamlNode::Kind::sequence : YamlNode::Kind::scalar;
    const std::string wish = (setting.list ? "write a list, [a, b], each item " : "write ") + setting.expected;
    if (value.kind != wanted) {
      report(value, setting.path, setting.path + " is " + kind_word(value.kind) + ", not " + kind_word(wanted), wish);
      return;
    }
    if (!setting.takes_quotes && value.is_quoted) {
      report(value, setting.path, setting.path + " is text in quotes, not " + setting.expected, "take the quotes off");
      return;
    }
    std::vector<std::string> items;
    if (!setting.list) items.push_back(value.text);
    for (const YamlNode& item : value.children) {
      if (item.kind == YamlNode::Kind::refused) return;
      if (item.kind != YamlNode::Kind::scalar) {
        report(item, setting.path, setting.path + " holds " + kind_word(item.kind) + ", not a single value", wish);
        return;
      }
      items.push_back(item.text);
    }
    std::size_t bad_item = 0;
    if (const Refusal refusal = setting.assign(items, bad_item)) {
      report(setting.list ? value.children[bad_item] : value, setting.path, setting.path + ' ' + refusal->problem,
             refusal->remedy);
    }
  }

  /// A child of `rings`, `feeds` or `threads` that was not made.
  void report_entry(const YamlNode& key, const std::string& path, const std::string& child) {
    if (is_entry_name(key.text)) {
      report(key, child, path + " has more than " + std::to_string(kMaxEntries) + " entries", "remove some");
    } else {
      report(key, child, in_quotes(key.text) + ' ' + where(path) + " is not " + std::string(kEntryNameForm),
             "rename it, for example " + std::string(find_entry_section(path)->example_entry));
    }
  }

  void report_unknown(const YamlNode& key, const std::string& path, const std::string& child) {
    const std::vector<std::string>& siblings = sections_.at(path);
    std::string remedy = nearest(key.text, siblings);
    if (remedy.empty()) remedy = same_key_elsewhere(key.text, path);
    remedy = remedy.empty() ? "known " + where(path) + ": " + listed(siblings) : "did you mean '" + remedy + "'?";
    report(key, child, "unknown key " + in_quotes(key.text) + ' ' + where(path), std::move(remedy));
  }

  /// The path of a key of this name further down or up, first of all in the section `path` itself.
  [[nodiscard]] std::string same_key_elsewhere(const std::string& key, const std::string& path) const {
    std::string found;
    for (const Setting& setting : settings_) {
      if (setting.key() != key) continue;
      if (setting.path.starts_with(path + '.')) return setting.path;
      if (found.empty()) found = setting.path;
    }
    return found;
  }

  LoadedConfig& loaded_;
  std::vector<Violation>& violations_;
  std::vector<Setting> settings_;
  std::unordered_map<std::string, Setting*> by_path_;
  std::map<std::string, std::vector<std::string>> sections_;  // path -> keys known in it, in the order of the schema
};

}  // namespace

void read_settings(const YamlNode& root, LoadedConfig& loaded, std::vector<Violation>& violations) {
  SettingsReader(loaded, violations).read(root);
}

}  // namespace tickplant::config
