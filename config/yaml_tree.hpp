// A YAML document as a tree that still knows what yaml-cpp's nodes forget: repeated keys, quotes, and where each thing
// is.
//
// Threads: values.
// Not here: the parser (parse_yaml.hpp, the only door to yaml-cpp), meaning (read_settings.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tickplant::config {

struct YamlNode {
  enum class Kind : std::uint8_t {
    null,  // nothing, ~ or null
    scalar,
    sequence,  // children are the items
    map,       // children are key, value, key, value, ...
    refused,   // an alias, or something with an anchor or a tag: reported already, say no more about it
  };
  Kind kind = Kind::null;
  bool is_quoted = false;
  std::uint32_t line = 1, column = 1;
  std::string text;  // of a scalar
  std::vector<YamlNode> children;
};

}  // namespace tickplant::config
