#include "clients/cli/compute/csv_lines.hpp"

#include <cstring>
#include <utility>

#include "platform/setup_error.hpp"

namespace tickplant::cli {

using feedhandlers::sources::StreamStatus;
using platform::SetupError;

namespace {

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

}  // namespace

CsvLines::CsvLines(std::string path)
    : path_(std::move(path)), stream_(feedhandlers::sources::ByteStream::open(path_)) {}

bool CsvLines::next(std::string_view& line) {
  for (;;) {
    stream_.consume(shown_);
    bytes_read_ += shown_;
    shown_ = 0;
    const auto bytes = stream_.peek(kLongestLine);
    if (bytes.empty()) {
      const StreamStatus status = stream_.status();
      if (status == StreamStatus::end || status == StreamStatus::open) return false;
      throw SetupError(path_ + ": " + stream_.problem() + " after line " + std::to_string(number_),
                       "get the file again: results of a part of it would pass for those of all");
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t end = text.find('\n');
    ++number_;
    if (end == std::string_view::npos && bytes.size() >= kLongestLine) {
      refuse("a line of more than " + std::to_string(kLongestLine) + " bytes", "name a CSV file");
    }
    shown_ = end == std::string_view::npos ? text.size() : end + 1;
    line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty()) return true;
  }
}

std::size_t CsvLines::split(std::string_view line, std::string_view* fields, std::size_t room) noexcept {
  for (std::size_t count = 0;; ++count) {
    const std::size_t comma = line.find(',');
    if (count < room) fields[count] = line.substr(0, comma);
    if (comma == std::string_view::npos) return count + 1;
    line.remove_prefix(comma + 1);
  }
}

void CsvLines::refuse(const std::string& what, const std::string& remedy) const {
  throw SetupError(path_ + ':' + std::to_string(number_) + ": " + what, remedy);
}

void CsvLines::refuse_width(std::size_t count, std::size_t wanted, std::string_view header) const {
  refuse("has " + std::to_string(count) + (count == 1 ? " field" : " fields") + ", not " + std::to_string(wanted),
         "write " + std::string(header));
}

void CsvLines::refuse_number(std::string_view text, std::string_view column, const char* remedy) const {
  refuse(std::string(column) + " is '" + std::string(text) + "', not a whole number in range", remedy);
}

}  // namespace tickplant::cli
