// A script of the exchange by hand: so many messages of a test's own, each when the test says.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "feedhandlers/venue/script.hpp"
#include "tests/support/capture_writer.hpp"

namespace tickplant::tests {

class VenueScript final : public feedhandlers::venue::Script {
 public:
  using SinceStart = feedhandlers::venue::SinceStart;

  VenueScript() = default;
  /// `count` messages "message 1", "message 2", ... from `begin` on, so far apart.
  VenueScript(int count, std::int64_t interval_nanos, SinceStart begin = {}) {
    for (int i = 0; i < count; ++i) add(begin + i * interval_nanos, "message " + std::to_string(i + 1));
  }
  void add(SinceStart due, Bytes message) { lines_.emplace_back(due, std::move(message)); }

  [[nodiscard]] SinceStart next_due() const noexcept override {
    return at_ == lines_.size() ? feedhandlers::venue::kNever : lines_[at_].first;
  }
  [[nodiscard]] std::span<const std::byte> take(SinceStart) override { return as_span(lines_[at_++].second); }
  void stop(SinceStart) override { at_ = lines_.size(); }

 private:
  std::vector<std::pair<SinceStart, Bytes>> lines_;
  std::size_t at_ = 0;
};

}  // namespace tickplant::tests
