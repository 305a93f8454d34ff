#include "feedhandlers/venue/day_file_writer.hpp"

#include <algorithm>

#include "feedhandlers/venue/output_file.hpp"
#include "feedhandlers/venue/random.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

constexpr std::uint64_t kMinuteNanos = 60'000'000'000;
constexpr std::uint64_t kStartNanos = 180 * kMinuteNanos;
constexpr std::uint64_t kOpenNanos = 570 * kMinuteNanos;
constexpr std::uint64_t kCloseNanos = 960 * kMinuteNanos;
constexpr std::size_t kPieceBytes = std::size_t{2} << 20;

/// When in the day the `part`th message comes, 0 to 1. The slope is 0.4 at both ends and 1.3 in the middle: two and a
/// half times as busy at the open and at the close, a quarter less at noon.
double time_of(double part) { return 0.4 * part + 0.6 * part * part * (3 - 2 * part); }

class DayClock {
 public:
  DayClock(std::uint64_t first, std::uint64_t last)
      : first_(first), count_(static_cast<double>(std::max<std::uint64_t>(1, last - std::min(first, last)))) {}

  /// The time of what follows message number `written`: on schedule, or close behind the message before.
  [[nodiscard]] SinceMidnight at(std::uint64_t written) noexcept {
    const double part = std::min(1.0, static_cast<double>(written - first_) / count_);
    const auto due = kOpenNanos + static_cast<std::uint64_t>(time_of(part) * double{kCloseNanos - kOpenNanos});
    const bool in_burst = random_.chance(3, 4);
    now_ = std::max(now_, in_burst ? std::min(due, now_ + 200 + random_.below(20'000)) : due);
    return {now_};
  }

 private:
  Random random_{1};
  std::uint64_t first_;
  double count_;
  std::uint64_t now_ = kOpenNanos;
};

}  // namespace

std::uint64_t write_day_file(Market& market, const std::filesystem::path& file, std::uint64_t messages,
                             const Progress& progress) {
  OutputFile out{file};
  Buffer piece;
  piece.reserve(kPieceBytes + kPieceBytes / 8);
  const auto flush = [&] {
    out.write(piece);
    piece.clear();
    if (progress) progress(market.messages());
  };
  market.begin_day({kStartNanos}, piece);
  market.open({kOpenNanos}, piece);
  DayClock clock{market.messages(), messages};
  while (market.messages() < messages) {
    market.trade(clock.at(market.messages()), piece);
    if (piece.size() >= kPieceBytes) flush();
  }
  market.close({kCloseNanos}, piece);
  encode_end_of_session(piece);
  flush();
  out.close();
  return market.messages();
}

}  // namespace tickplant::feedhandlers::venue
