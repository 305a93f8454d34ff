#include "config/text_kinds.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace tickplant::config {

namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::size_t kMaxNameLength = 31;
constexpr std::size_t kMaxPathLength = 1023;

/// 1 to `max_length` characters, each of them in one of the sets or in `others`.
bool made_of(std::string_view text, std::size_t max_length, std::initializer_list<std::string_view> sets) {
  if (text.empty() || text.size() > max_length) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::any_of(sets.begin(), sets.end(), [c](std::string_view set) { return set.find(c) != set.npos; });
  });
}

/// core3: the word and up to four digits.
bool is_numbered(std::string_view text, std::string_view word) {
  return text.starts_with(word) && made_of(text.substr(word.size()), 4, {kDigits});
}

/// In host order.
std::optional<std::uint32_t> ipv4_address(std::string_view text) {
  constexpr std::size_t kLongest = 15;
  in_addr address{};
  if (text.size() > kLongest || ::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

}  // namespace

bool is_plant_name(std::string_view text) {
  return made_of(text, kMaxNameLength, {kLower, kUpper, kDigits, "_-"}) && text.front() != '-' && text.front() != '_';
}

bool is_entry_name(std::string_view text) {
  return made_of(text, kMaxNameLength, {kLower, kDigits, "_"}) && kLower.find(text.front()) != kLower.npos;
}

bool is_path(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPathLength && std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f;
  });
}

bool is_absolute_path(std::string_view text) { return is_path(text) && text.front() == '/'; }

bool is_group_name(std::string_view text) {
  return text.empty() || (made_of(text, kMaxNameLength, {kLower, kUpper, kDigits, "_-."}) && text.front() != '-');
}

bool is_time_zone(std::string_view text) {
  return made_of(text, 63, {kLower, kUpper, kDigits, "_+-/"}) && kUpper.find(text.front()) != kUpper.npos &&
         text.back() != '/';
}

bool is_mic(std::string_view text) { return text.size() == 4 && made_of(text, 4, {kUpper, kDigits}); }

bool is_multicast_group(std::string_view text) {
  const std::optional<std::uint32_t> address = ipv4_address(text);
  return address && (*address & 0xf0000000u) == 0xe0000000u;
}

bool is_unicast_address(std::string_view text) {
  const std::optional<std::uint32_t> address = ipv4_address(text);
  return address && *address != 0 && *address < 0xe0000000u;
}

bool is_host(std::string_view text) {
  return is_unicast_address(text) ||
         (made_of(text, 253, {kLower, kUpper, kDigits, "-."}) && text.front() != '-' && text.front() != '.' &&
          made_of(text.substr(text.size() - 1), 1, {kLower, kUpper}));
}

bool is_soup_username(std::string_view text) { return text.empty() || made_of(text, 6, {kLower, kUpper, kDigits}); }

bool is_soup_session(std::string_view text) { return text.empty() || made_of(text, 10, {kLower, kUpper, kDigits}); }

bool is_interface(std::string_view text) {
  constexpr std::size_t kMaxInterfaceName = 15;  // IFNAMSIZ - 1; a dotted address is no longer than that
  return made_of(text, kMaxInterfaceName, {kLower, kUpper, kDigits, "_-.:@"});
}

bool is_core_name(std::string_view text) {
  if (text == "any" || is_numbered(text, "cpu")) return true;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view place = text.substr(0, slash), rest = text.substr(slash + 1);
  const std::size_t thread = rest.find('/');
  if (thread != std::string_view::npos && !is_numbered(rest.substr(thread + 1), "thread")) return false;
  constexpr std::string_view kNic = "nic:";
  const bool by_device = place.starts_with(kNic) && is_interface(place.substr(kNic.size()));
  return is_numbered(rest.substr(0, thread), "core") &&
         (by_device || is_numbered(place, "package") || is_numbered(place, "node"));
}

bool is_stage_name(std::string_view text) {
  for (const std::string_view stage : {"recorder", "analytics", "sequencer", "alerts", "journal"}) {
    if (text == stage) return true;
  }
  constexpr std::string_view kShard = "analytics.";
  if (text.starts_with(kShard)) return made_of(text.substr(kShard.size()), 2, {kDigits});
  for (const std::string_view prefix : {"feed.", "capture."}) {
    if (text.starts_with(prefix)) return is_entry_name(text.substr(prefix.size()));
  }
  return false;
}

}  // namespace tickplant::config
