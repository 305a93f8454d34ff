// What goes wrong in one seeded run: drawn from its seed, nothing else.
//
// Threads: a plain value.
// Not here: who does it (integrity_exchange.hpp, integrity_receiver.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "feedhandlers/venue/burst_loss.hpp"
#include "feedhandlers/venue/fault_plan.hpp"
#include "feedhandlers/venue/rerequest_responder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests {

struct IntegrityFaults {
  static constexpr std::int64_t kMicro = 1'000;
  static constexpr std::int64_t kMilli = 1'000'000;

  std::uint64_t seed = 0;
  std::uint64_t messages = 0;  // that the venue says at least

  std::uint32_t symbols = 0;
  std::uint32_t live_orders = 0;
  double messages_per_second = 0;
  std::uint32_t packet_bytes = 0;

  feedhandlers::venue::FaultOptions line_a{};
  feedhandlers::venue::FaultOptions line_b{};
  feedhandlers::venue::BurstLossOptions burst{};

  bool has_rerequest = false;
  feedhandlers::venue::RerequestFaultOptions rerequest{};

  bool has_glimpse = false;
  std::int64_t spin_delay_nanos = 0;          // from asking for a spin to its first message
  std::uint32_t spin_messages_per_slice = 0;  // then so many
  std::int64_t spin_slice_nanos = 0;          // every so often
  std::uint32_t spin_cut_percent = 0;         // of spins break off in the middle

  std::uint64_t roll_after = 0;                // messages of the first session; 0: there is no second one
  std::vector<std::uint64_t> restart_after{};  // messages of the venue; ascending
  std::int64_t down_nanos = 0;                 // for so long nobody listens
  std::uint64_t heal_after = 0;                // messages; then nothing goes wrong any more

  [[nodiscard]] std::string text() const {
    static constexpr const char* kFaults[] = {"right", "silent", "wrong session", "wrong range", "bad framing"};
    std::ostringstream out;
    out << "loss " << line_a.loss_percent << " and " << line_b.loss_percent << " %, bursts " << burst.percent
        << " % of " << burst.packets << ", B later by " << line_b.delay_nanos / kMicro << " us, re-requests ";
    if (has_rerequest)
      out << kFaults[static_cast<std::size_t>(rerequest.fault)] << ' ' << rerequest.percent << " % after "
          << rerequest.delay_nanos / kMicro << " us";
    else
      out << "none";
    out << ", spins ";
    if (has_glimpse)
      out << "after " << spin_delay_nanos / kMicro << " us, cut " << spin_cut_percent << " %";
    else
      out << "none";
    out << ", roll after " << roll_after << ", restarts " << restart_after.size();
    return out.str();
  }
};

[[nodiscard]] inline IntegrityFaults draw_integrity_faults(std::uint64_t seed, std::uint64_t messages) {
  using feedhandlers::venue::RerequestFault;
  Random random{seed * 0x9e37'79b9 + 17};
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.fraction() * static_cast<double>(high - low));
  };
  // As often below 1 % as above 2 %: 0.1, 0.2, 0.4, ... up to 20.
  const auto loss = [&] {
    const double power = static_cast<double>(std::uint64_t{1} << random.below(8));
    return std::min(20.0, 0.1 * power * (1 + random.fraction()));
  };

  IntegrityFaults faults;
  faults.seed = seed;
  faults.messages = messages;
  faults.symbols = 8 + random.below(33);
  faults.live_orders = 300 + random.below(1700);
  faults.messages_per_second = 20'000 * static_cast<double>(1 + random.below(5));
  faults.packet_bytes = 200 + random.below(1200);

  const auto line = [&](std::uint64_t own) {
    feedhandlers::venue::FaultOptions options;
    options.seed = seed * 8 + own;
    options.loss_percent = loss();
    options.duplicate_percent = 5 * random.fraction();
    options.reorder_percent = random.chance(2, 3) ? 5 * random.fraction() : 0;
    options.reorder_depth = 1 + random.below(4);
    options.jitter_nanos = random.chance(1, 2) ? between(0, IntegrityFaults::kMilli) : 0;
    return options;
  };
  faults.line_a = line(1);
  faults.line_b = line(2);
  if (random.chance(2, 3)) faults.line_b.delay_nanos = between(0, random.chance(1, 4) ? 5'000'000 : 1'500'000);
  faults.burst.seed = seed * 8 + 3;
  if (random.chance(2, 3)) {
    faults.burst.percent = 0.02 + 0.2 * random.fraction();
    faults.burst.packets = 2 + random.below(100);
  }

  faults.has_rerequest = random.chance(3, 4);
  faults.rerequest.seed = seed * 8 + 4;
  faults.rerequest.fault = static_cast<RerequestFault>(random.below(5));
  faults.rerequest.percent = 10 + random.below(91);
  faults.rerequest.delay_nanos = random.chance(1, 3)
                                     ? between(5 * IntegrityFaults::kMilli, 60 * IntegrityFaults::kMilli)
                                     : between(0, IntegrityFaults::kMilli);

  faults.has_glimpse = random.chance(7, 8);
  const bool is_slow = random.chance(1, 3);
  faults.spin_delay_nanos = between(0, (is_slow ? 20 : 2) * IntegrityFaults::kMilli);
  faults.spin_messages_per_slice = is_slow ? 50 : 50 + random.below(400);
  faults.spin_slice_nanos = is_slow ? IntegrityFaults::kMilli : 200 * IntegrityFaults::kMicro;
  faults.spin_cut_percent = random.chance(1, 2) ? 10 + random.below(50) : 0;

  const auto share = [&](double low, double high) {
    return static_cast<std::uint64_t>(static_cast<double>(messages) * (low + (high - low) * random.fraction()));
  };
  if (random.chance(1, 3)) faults.roll_after = share(0.2, 0.6);
  for (std::uint32_t left = random.below(3); left > 0; --left) faults.restart_after.push_back(share(0.05, 0.75));
  std::sort(faults.restart_after.begin(), faults.restart_after.end());
  faults.down_nanos = between(0, 20 * IntegrityFaults::kMilli);
  faults.heal_after = share(0.8, 0.8);
  return faults;
}

}  // namespace tickplant::tests
