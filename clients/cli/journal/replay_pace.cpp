#include "clients/cli/journal/replay_pace.hpp"

#include <charconv>
#include <string>

#include "clients/cli/failure.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

ReplaySpeed parse_speed(std::string_view text) {
  if (text == "max") return std::nullopt;
  std::string_view rest = text;
  std::uint64_t whole = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), whole);
  bool is_good = error == std::errc{} && whole <= 1'000'000;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  std::uint64_t thousandths = whole * 1000;
  if (is_good && rest.starts_with('.')) {
    rest.remove_prefix(1);
    std::uint64_t unit = 1000;
    while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9' && unit > 1) {
      thousandths += static_cast<std::uint64_t>(rest.front() - '0') * (unit /= 10);
      rest.remove_prefix(1);
    }
  }
  is_good = is_good && rest == "x" && thousandths != 0;
  if (is_good) return thousandths;
  throw Failure(ExitCode::usage, "--speed '" + printable(std::string(text)) + "' is no speed",
                "1x, 10x, 0.5x (three decimals, at most 1000000x), or max");
}

}  // namespace tickplant::cli
