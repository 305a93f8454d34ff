// A CSV file line by line, compressed or not, and what to say where a line is wrong.
//
// Threads: one.
// Not here: what columns mean (tick_csv.hpp, bar_csv.hpp).
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "feedhandlers/sources/byte_stream.hpp"

namespace tickplant::cli {

class CsvLines {
 public:
  /// Throws SetupError when the file cannot be opened or is empty.
  explicit CsvLines(std::string path);

  /// The next line that is not empty, without its end; good until the next call. Throws SetupError: unreadable, or too
  /// long to be a line.
  [[nodiscard]] bool next(std::string_view& line);
  /// The next line in exactly N fields. Throws SetupError: more, or fewer; `header` is the remedy.
  template <std::size_t N>
  [[nodiscard]] bool next(std::array<std::string_view, N>& fields, std::string_view header) {
    std::string_view line;
    if (!next(line)) return false;
    if (const std::size_t count = split(line, fields.data(), N); count != N) refuse_width(count, N, header);
    return true;
  }

  template <class Number>
  requires std::is_integral_v<Number>
  [[nodiscard]] Number integer(std::string_view text, std::string_view column, const char* remedy) const {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) refuse_number(text, column, remedy);
    return value;
  }

  /// Of the newest line, from 1.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  /// Throws SetupError with file and line.
  [[noreturn]] void refuse(const std::string& what, const std::string& remedy) const;

 private:
  static std::size_t split(std::string_view line, std::string_view* fields, std::size_t room) noexcept;
  [[noreturn]] void refuse_width(std::size_t count, std::size_t wanted, std::string_view header) const;
  [[noreturn]] void refuse_number(std::string_view text, std::string_view column, const char* remedy) const;

  std::string path_;
  feedhandlers::sources::ByteStream stream_;
  std::size_t shown_ = 0;  // bytes of the newest line, still in the stream
  std::size_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace tickplant::cli
