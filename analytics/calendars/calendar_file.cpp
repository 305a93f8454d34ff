#include "analytics/calendars/calendar_file.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>

#include "config/quoting.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

using platform::SetupError;

constexpr std::string_view kHeader = "date,open_utc_ns,close_utc_ns,early";
constexpr std::size_t kMaxSessions = 1'000'000;
constexpr std::size_t kMaxLineBytes = 128;

class Reader {
 public:
  Reader(std::istream& csv, const std::string& file_name) : csv_(csv), file_name_(file_name) {}

  std::vector<TradingSession> read() {
    if (!next_line() || line_ != kHeader) {
      refuse("starts with " + config::in_quotes(line_), "write the header " + std::string(kHeader));
    }
    while (next_line()) {
      if (line_.empty()) continue;
      const TradingSession session = parse();
      check(session);
      sessions_.push_back(session);
    }
    if (sessions_.empty()) refuse("holds no session", "add a line for each: 2024-11-29,OPEN,CLOSE,0");
    return std::move(sessions_);
  }

 private:
  bool next_line() {
    if (!std::getline(csv_, line_)) return false;
    ++line_number_;
    if (line_.ends_with('\r')) line_.pop_back();
    if (line_.size() > kMaxLineBytes) refuse("is longer than any session", "write " + std::string(kHeader));
    return true;
  }

  TradingSession parse() {
    std::array<std::string_view, 4> fields{};
    std::string_view rest = line_;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::size_t comma = rest.find(',');
      if ((comma == rest.npos) != (i + 1 == fields.size())) {
        refuse("is " + config::in_quotes(line_) + ", not four fields", "write " + std::string(kHeader));
      }
      fields.at(i) = rest.substr(0, comma);
      if (comma != rest.npos) rest.remove_prefix(comma + 1);
    }
    const auto date = platform::parse_date(fields[0]);
    if (!date) refuse("has the date " + config::in_quotes(fields[0]), "write it as 2024-11-29");
    if (fields[3] != "0" && fields[3] != "1") {
      refuse("has 'early' " + config::in_quotes(fields[3]), "write 1 for a day of early close, else 0");
    }
    return {*date, {nanos(fields[1])}, {nanos(fields[2])}, fields[3] == "1"};
  }

  std::int64_t nanos(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
      refuse("has the time " + config::in_quotes(text), "write nanoseconds since 1970-01-01 UTC, in digits");
    }
    return value;
  }

  void check(const TradingSession& session) {
    if (session.close <= session.open) {
      refuse("closes at or before its open", "give the open first, then the close, both in UTC");
    }
    if (!sessions_.empty() && session.open < sessions_.back().close) {
      refuse("opens before the session above has closed", "sort the lines, and let no session overlap another");
    }
    if (sessions_.size() == kMaxSessions) {
      refuse("is session " + std::to_string(kMaxSessions + 1), "keep the years that are needed");
    }
  }

  [[noreturn]] void refuse(const std::string& problem, std::string remedy) const {
    throw SetupError("calendar " + file_name_ + ": line " + std::to_string(line_number_) + ' ' + problem,
                     std::move(remedy));
  }

  std::istream& csv_;
  const std::string& file_name_;
  std::string line_;
  std::size_t line_number_ = 0;
  std::vector<TradingSession> sessions_;
};

}  // namespace

std::vector<TradingSession> read_sessions(std::istream& csv, const std::string& file_name) {
  return Reader(csv, file_name).read();
}

std::vector<TradingSession> read_sessions_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file) {
    throw SetupError(platform::with_errno("cannot read calendar " + path, errno),
                     "name a readable file of " + std::string(kHeader));
  }
  return read_sessions(file, path);
}

}  // namespace tickplant::analytics
