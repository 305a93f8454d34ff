// A JSON object, key by key: what the program reports, for programs.
//
// Threads: plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/quoting.hpp"

namespace tickplant::feedhandlers::venue::program {

class Json {
 public:
  Json& add(std::string_view key, std::uint64_t value) { return add_raw(key, std::to_string(value)); }
  Json& add(std::string_view key, const std::string& value) { return add_raw(key, config::json_string(value)); }
  /// `json`: a value as JSON has it.
  Json& add_raw(std::string_view key, std::string_view json) {
    text_.append(text_.empty() ? "{\"" : ",\"").append(key).append("\":").append(json);
    return *this;
  }
  [[nodiscard]] std::string text() const { return text_.empty() ? "{}" : text_ + '}'; }

 private:
  std::string text_;
};

}  // namespace tickplant::feedhandlers::venue::program
