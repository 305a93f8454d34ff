#include "config/quoting.hpp"

#include <algorithm>
#include <array>

namespace tickplant::config {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Reads back as itself without quotes, in every YAML version.
bool is_plain(std::string_view text) {
  constexpr std::array<std::string_view, 3> kNulls{"null", "Null", "NULL"};
  if (text.empty() || !(is_letter_or_digit(text.front()) || text.front() == '/') || text.back() == ':') return false;
  if (std::find(kNulls.begin(), kNulls.end(), text) != kNulls.end()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("_./:+-").find(c) != std::string_view::npos;
  });
}

/// In double quotes; `hex` starts the escape of a control character: "\x" in YAML, "\u00" in JSON.
std::string in_double_quotes(std::string_view text, std::string_view hex) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += hex;
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      shown += c;
    } else {
      shown += "\\x";
      shown += kHex[byte >> 4];
      shown += kHex[byte & 0xf];
    }
  }
  return shown;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMaxShown = 60;
  return '\'' + printable(text.substr(0, kMaxShown)) + (text.size() > kMaxShown ? "...'" : "'");
}

std::string yaml_scalar(std::string_view text) {
  return is_plain(text) ? std::string(text) : in_double_quotes(text, "\\x");
}

std::string json_string(std::string_view text) { return in_double_quotes(text, "\\u00"); }

}  // namespace tickplant::config
