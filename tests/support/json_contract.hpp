// docs/json.md as a contract: its tables read, and an answer held against them, both ways.
//
//   JsonContract contract;                       // of the repository's own page
//   contract.check("rings", Json::parse(out));   // "" or what is not as documented
//
// Threads: one.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace tickplant::tests {

class JsonContract {
 public:
  using Json = nlohmann::json;

  explicit JsonContract(const std::string& file = TICKPLANT_SOURCE_DIR "/docs/json.md") {
    std::ifstream in(file);
    std::string section;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("#")) {
        section = line.substr(line.find(' ') + 1);
        sections_[section];
      } else if (line.starts_with("Prints")) {
        sections_[section].prints = line;
      } else if (line.starts_with("| `")) {
        add_rows(sections_[section], line);
      }
    }
  }

  [[nodiscard]] bool has(const std::string& section) const { return sections_.count(section) != 0; }
  /// "Prints an object." and so on; empty: the section is none of a verb.
  [[nodiscard]] std::string prints(const std::string& section) const {
    const auto found = sections_.find(section);
    return found == sections_.end() ? "" : found->second.prints;
  }

  /// Every difference, a line each; empty: as documented. `answer`: one object. With `type` its rows are those of
  /// "section: type", too.
  [[nodiscard]] std::string check(const std::string& section, const Json& answer, const std::string& also = "") const {
    if (!has(section)) return "there is no section '" + section + "'\n";
    Section rows = sections_.at(section);
    if (!also.empty()) {
      if (!has(also)) return "there is no section '" + also + "'\n";
      for (const auto& [key, row] : sections_.at(also).rows) rows.rows[key] = row;
    }
    std::string problems;
    compare(rows, answer, "", section + ": ", problems);
    return problems;
  }

 private:
  struct Row {
    std::string type;  // "integer", "as rings"
    bool may_be_null = false;
    bool is_optional = false;
  };
  struct Section {
    std::string prints;
    std::map<std::string, Row> rows;
  };

  static void add_rows(Section& section, const std::string& line) {
    const std::size_t end = line.find(" | ", 2);
    const std::string keys = line.substr(2, end - 2);
    const std::size_t type_end = line.find(" |", end + 3);
    std::string type = line.substr(end + 3, type_end - end - 3);
    Row row;
    row.is_optional = cut(type, ", optional");
    row.may_be_null = cut(type, ", or null") || cut(type, " or null");
    row.type = type;
    for (std::size_t at = 0; (at = keys.find('`', at)) != std::string::npos;) {
      const std::size_t closing = keys.find('`', at + 1);
      section.rows[keys.substr(at + 1, closing - at - 1)] = row;
      at = closing + 1;
    }
  }
  static bool cut(std::string& text, const std::string& what) {
    const std::size_t at = text.find(what);
    if (at != std::string::npos) text.erase(at, what.size());
    return at != std::string::npos;
  }

  static bool is_of_type(const std::string& type, const Json& value) {
    if (type == "any") return true;
    if (type == "text") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer" || type == "time" || type == "size") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "object") return value.is_object();
    if (type != "price" || !value.is_string()) return false;
    const std::string text = value.get<std::string>();
    return !text.empty() && text.find_first_not_of("-0123456789.") == std::string::npos;
  }

  void compare(const Section& section, const Json& object, const std::string& prefix, const std::string& where,
               std::string& problems) const {
    if (!object.is_object()) {
      problems += where + prefix + " is no object\n";
      return;
    }
    std::set<std::string> seen;
    for (const auto& [key, value] : object.items()) {
      seen.insert(key);
      compare_value(section, value, prefix + key, where, problems);
    }
    std::map<std::string, bool> is_required;
    for (const auto& [path, row] : section.rows) {
      if (!path.starts_with(prefix)) continue;
      std::string key = path.substr(prefix.size());
      key.resize(std::min({key.find('.'), key.find("[]"), key.size()}));
      is_required[key] |= !row.is_optional && !is_optional(section, prefix + key);
    }
    for (const auto& [key, required] : is_required) {
      if (required && seen.count(key) == 0) problems += where + prefix + key + " is documented and not printed\n";
    }
  }
  static bool is_optional(const Section& section, const std::string& path) {
    const auto found = section.rows.find(path);
    return found != section.rows.end() && found->second.is_optional;
  }

  void compare_value(const Section& section, const Json& value, const std::string& path, const std::string& where,
                     std::string& problems) const {
    const auto found = section.rows.find(path);
    const bool has_parts = std::any_of(section.rows.begin(), section.rows.end(), [&](const auto& entry) {
      return entry.first.starts_with(path + '.') || entry.first.starts_with(path + "[]");
    });
    if (found == section.rows.end() && !has_parts) {
      problems += where + path + " is printed and not documented\n";
    } else if (found != section.rows.end()) {
      compare_row(section, found->second, value, path, where, problems);
    } else if (value.is_array()) {
      for (const Json& element : value) compare_element(section, element, path + "[]", where, problems);
    } else {
      compare(section, value, path + '.', where, problems);
    }
  }
  void compare_element(const Section& section, const Json& element, const std::string& path, const std::string& where,
                       std::string& problems) const {
    const auto row = section.rows.find(path);
    if (row != section.rows.end()) return compare_row(section, row->second, element, path, where, problems);
    compare(section, element, path + '.', where, problems);
  }
  void compare_row(const Section& section, const Row& row, const Json& value, const std::string& path,
                   const std::string& where, std::string& problems) const {
    if (value.is_null()) {
      if (!row.may_be_null && row.type != "any") problems += where + path + " is null, and not said to be\n";
    } else if (row.type.starts_with("as ")) {
      problems += check(row.type.substr(3), value);
    } else if (row.type.starts_with("map of ")) {
      std::string type = row.type.substr(7);
      for (const auto& [key, each] : value.items()) {
        if (!is_of_type(type, each) && !(each.is_null() && row.may_be_null)) {
          problems += where + path + '.' + key + " is no " + type + ": " + each.dump() + '\n';
        }
      }
    } else if (!is_of_type(row.type, value)) {
      problems += where + path + " is no " + row.type + ": " + value.dump() + '\n';
    } else if (row.type == "object") {
      compare(section, value, path + '.', where, problems);
    }
  }

  std::map<std::string, Section> sections_;
};

}  // namespace tickplant::tests
