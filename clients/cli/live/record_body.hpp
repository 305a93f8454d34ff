// The venue's texts in a record: for those that write records out.
//
// Threads: any; pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "clients/cli/terminal.hpp"
#include "ringbuf/records/with_body.hpp"

namespace tickplant::cli {

/// Characters of a venue, up to the first zero, without blanks at either end.
template <std::size_t N>
std::string venue_text(const std::array<char, N>& field) {
  const auto end = std::find(field.begin(), field.end(), '\0');
  std::string text = printable(std::string(field.begin(), end));
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace tickplant::cli
