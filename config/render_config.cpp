#include "config/render_config.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "config/schema.hpp"

namespace tickplant::config {

namespace {

constexpr std::size_t kTextColumns = 110;
constexpr std::size_t kOriginColumn = 52;

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string indent(std::size_t depth) { return std::string(2 * depth, ' '); }

bool is_in_force(const LoadedConfig& loaded, const Setting& setting) {
  return loaded.is_given(setting.path) || (!setting.default_text.empty() && setting.foreign_to.empty());
}

/// "# text", wrapped.
std::string comment(std::size_t depth, std::string_view text) {
  const std::string margin = indent(depth) + "#";
  std::string out, line = margin;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (line != margin && line.size() + 1 + word.size() > kTextColumns) {
      out += line + '\n';
      line = margin;
    }
    line += ' ';
    line += word;
    begin = end + 1;
  }
  return out + line + '\n';
}

/// Calls `open(path, name, depth)` for each section that starts before a key.
class SectionWalk {
 public:
  template <class Open>
  std::size_t enter(std::string_view setting_path, Open open) {
    const std::vector<std::string_view> parts = parts_of(setting_path);
    const std::size_t sections = parts.size() - 1;
    std::size_t same = 0;
    while (same < std::min(sections, open_.size()) && open_[same] == parts[same]) ++same;
    for (std::size_t depth = same; depth < sections; ++depth) {
      const auto length = static_cast<std::size_t>(parts[depth].data() + parts[depth].size() - setting_path.data());
      open(std::string(setting_path.substr(0, length)), std::string(parts[depth]), depth);
    }
    open_.assign(parts.begin(), parts.end() - 1);
    return sections;
  }

 private:
  std::vector<std::string> open_;
};

/// Writes the explained form. Entries of a section share their explanations: the first one has them.
class Explainer {
 public:
  explicit Explainer(const LoadedConfig& loaded) : loaded_(loaded) {
    for (const EntrySection& section : kEntrySections) {
      if (section.count(loaded_.config) != 0) continue;
      section.add(loaded_.config, std::string(section.example_entry));
      examples_.insert(std::string(section.name) + '.' + std::string(section.example_entry));
    }
  }

  std::string text() {
    for (const Setting& setting : settings_of(loaded_.config)) add(setting);
    return std::move(out_);
  }

 private:
  void add(const Setting& setting) {
    const std::vector<std::string_view> parts = parts_of(setting.path);
    const EntrySection* section = find_entry_section(parts[0]);
    const bool is_explained = section == nullptr || explained_.emplace(parts[0], parts[1]).first->second == parts[1];
    const bool is_given = loaded_.is_given(setting.path);
    if (!is_explained && !is_given) return;
    const std::size_t depth = walk_.enter(setting.path, [&](const std::string& path, const std::string& name,
                                                            std::size_t at) { open(path, name, at, is_explained); });
    if (is_explained) {
      if (!out_.ends_with(":\n")) out_ += '\n';
      explain(setting, depth);
    }
    const std::string value = is_given                       ? setting.text()
                              : setting.default_text.empty() ? std::string(setting.meaning.example)
                                                             : setting.default_text;
    out_ += indent(depth) + (is_given ? "" : "#") + std::string(setting.key()) + ": " + value + '\n';
  }

  void open(const std::string& path, const std::string& name, std::size_t depth, bool is_explained) {
    if (!out_.empty() && !out_.ends_with(":\n")) out_ += '\n';
    const std::string_view purpose = section_purpose(generic(path));
    if (is_explained && !purpose.empty()) out_ += comment(depth, purpose);
    out_ += indent(depth) + (is_example(path) ? "#" : "") + name + ":\n";
  }

  [[nodiscard]] bool is_example(const std::string& path) const {
    return std::any_of(examples_.begin(), examples_.end(),
                       [&](const std::string& example) { return path == example || path.starts_with(example + '.'); });
  }

  /// feeds.nasdaq.source -> feeds.*.source
  static std::string generic(const std::string& path) {
    const std::vector<std::string_view> parts = parts_of(path);
    if (parts.size() < 2 || find_entry_section(parts[0]) == nullptr) return path;
    const std::size_t rest = parts[0].size() + 1 + parts[1].size();
    return std::string(parts[0]) + ".*" + path.substr(rest);
  }

  void explain(const Setting& setting, std::size_t depth) {
    const Meaning& meaning = setting.meaning;
    std::string facts = std::string("Allowed: ") + (setting.list ? "a list, each item " : "") + setting.expected;
    if (meaning.unit != "-") facts += ". Unit: " + std::string(meaning.unit);
    facts += setting.required               ? ". Required."
             : setting.default_text.empty() ? ". Default: none."
                                            : ". Default: " + setting.default_text + '.';
    out_ += comment(depth, meaning.purpose) + comment(depth, facts) + comment(depth, meaning.trade);
  }

  LoadedConfig loaded_;
  std::set<std::string> examples_;                             // paths of entries that stand only in comments
  std::map<std::string, std::string, std::less<>> explained_;  // section of entries -> its entry with explanations
  SectionWalk walk_;
  std::string out_;
};

}  // namespace

std::vector<ShownSetting> effective_settings(const LoadedConfig& loaded) {
  PlantConfig copy = loaded.config;
  std::vector<ShownSetting> shown;
  for (const Setting& setting : settings_of(copy)) {
    if (!is_in_force(loaded, setting)) continue;
    shown.push_back({setting.path, setting.text(), setting.json(), std::string(setting.meaning.unit),
                     loaded.origin_of(setting.path)});
  }
  return shown;
}

std::string render_effective(const LoadedConfig& loaded) {
  std::string out;
  SectionWalk walk;
  for (const ShownSetting& shown : effective_settings(loaded)) {
    const std::size_t depth = walk.enter(shown.path, [&](const std::string&, const std::string& name, std::size_t at) {
      out += indent(at) + name + ":\n";
    });
    std::string line = indent(depth) + shown.path.substr(shown.path.rfind('.') + 1) + ": " + shown.text;
    if (line.size() < kOriginColumn) line.resize(kOriginColumn, ' ');
    out += line + "  # " + shown.origin + '\n';
  }
  return out;
}

std::string render_explained(const LoadedConfig& loaded) { return Explainer(loaded).text(); }

}  // namespace tickplant::config
