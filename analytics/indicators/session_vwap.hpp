// vwap: notional over volume of the bars of a session: since the first one of it, or since the lane was reset. In
// integers, so the day's figure is what one window over the day would say. NaN (not ready) without volume.
#pragma once

#include <cstdint>
#include <string_view>

#include "analytics/indicators/indicator_node.hpp"
#include "analytics/windows/totals.hpp"

namespace tickplant::analytics {

class SessionVwap final : public ComputingNode {
 public:
  static constexpr std::string_view kKind = "vwap";
  explicit SessionVwap(NodePool&) {}

  DoubleField vwap;

  void place(StateLayout& layout) override {
    layout.place(notional_);
    layout.place(volume_);
    layout.place(vwap);
  }
  void update(const BlockStep& step) const noexcept override {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (!step.bars.has(lane)) continue;
      Int128& notional = notional_.lanes(step.state)[lane];
      std::uint64_t& volume = volume_.lanes(step.state)[lane];
      if ((step.bars.new_session >> lane & 1) != 0) {
        notional = 0;
        volume = 0;
      }
      Totals session;
      session.notional = notional;
      session.volume = volume;
      Totals bar;
      bar.notional = step.bars.notional[lane];
      bar.volume = step.bars.volume[lane];
      // More than 128 bits hold cannot be traded in a session; bars that say so are damaged, and left out.
      if (session.merge(bar)) {
        notional = session.notional;
        volume = session.volume;
        vwap.lanes(step.state)[lane] = vwap_of(session, step.bars.price_unit[lane]);
      }
    }
  }

 private:
  LaneField<Int128> notional_;
  LaneField<std::uint64_t> volume_;
};

}  // namespace tickplant::analytics
