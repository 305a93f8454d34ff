#include "clients/cli/compute/input_kind.hpp"

#include <algorithm>
#include <string_view>

#include "clients/cli/compute/bar_csv.hpp"
#include "clients/cli/compute/tick_csv.hpp"
#include "feedhandlers/sources/byte_stream.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli {

InputKind kind_of(const std::string& path) {
  constexpr std::size_t kLooked = 256;
  feedhandlers::sources::ByteStream stream = feedhandlers::sources::ByteStream::open(path);
  const auto bytes = stream.peek(kLooked);
  std::string_view line(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kLooked));
  line = line.substr(0, line.find_first_of("\r\n"));
  if (line == TickCsv::kHeader) return InputKind::trades;
  if (line == BarCsv::kHeader) return InputKind::bars;
  const bool is_text = std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!is_text || line.find(',') == std::string_view::npos) return InputKind::capture;
  throw platform::SetupError(
      path + ":1: the header is '" + std::string(line) + "'",
      "trades begin with " + std::string(TickCsv::kHeader) + ", bars with " + std::string(BarCsv::kHeader));
}

}  // namespace tickplant::cli
