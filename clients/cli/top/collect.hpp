// A plant to a Model, look by look; attaches anew when the plant was rebuilt, waits when it is gone.
//
// Threads: one, as its Plant.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "clients/cli/live/record_context.hpp"
#include "clients/cli/top/model.hpp"
#include "clients/cpp/image_view.hpp"
#include "clients/cpp/plant.hpp"

namespace tickplant::cli::top {

class Collector {
 public:
  /// `plant` outlives the collector and stays where it is.
  explicit Collector(clients::Plant& plant);

  /// `detail`: the instrument shown in full. Never throws for what a plant does: the notice says what is wrong, and the
  /// rest is what was last seen.
  [[nodiscard]] const Model& look(std::optional<ringbuf::InstrumentId> detail);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kHistory = 240;
  static constexpr std::chrono::seconds kNoticeTime{5};
  /// Rates are over at least this long, so that a look after a key press does not make them jump.
  static constexpr std::int64_t kRateSpan = 200'000'000;

  void follow_plant();
  void collect(std::optional<ringbuf::InstrumentId> detail);
  void update_rates(const PlantFacts& facts);
  void update_wall_time();

  clients::Plant* plant_;
  PlantProbe probe_;
  MarketScan scan_;
  clients::ImageView view_;
  Model model_;
  std::optional<PlantFacts> before_;  // the look that rates are counted from
  std::uint64_t generation_;
  std::uint64_t epoch_;
  Clock::time_point notice_until_{};
  std::string zone_;
  std::optional<WallClock> wall_;
};

}  // namespace tickplant::cli::top
