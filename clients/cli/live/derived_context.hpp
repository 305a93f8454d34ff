// Whose a result is and when it was: symbol, ring and the time on its feed's wall. Looked up once an instrument.
//
// Threads: one, as its Plant.
// Not here: what the record says (derived_text.hpp).
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cpp/plant.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::cli {

class DerivedContext {
 public:
  struct Instrument {
    std::string symbol;       // "AAPL@XNAS"
    std::string bare_symbol;  // "AAPL"
    std::string zone;
    int size_scale = 0;
    WallClock* clock = nullptr;  // of its feed; never null
  };

  using Functions = std::function<const ringbuf::FunctionsReader&()>;  // as they are now

  /// Both outlive the context. `results`: a clients::DerivedSubscriber or clients::DerivedHistory.
  template <class Results>
  DerivedContext(clients::Plant& plant, const Results& results)
      : DerivedContext(plant,
                       Functions([&results]() -> const ringbuf::FunctionsReader& { return results.functions(); })) {}

  /// Holds until the plant is attached anew.
  const Instrument& instrument(ringbuf::InstrumentId id);
  /// "2026-11-22 09:30:00": with a fraction where there is one.
  [[nodiscard]] static std::string date_time_text(WallClock& clock, platform::UnixNanos time);
  /// "09:30:00".
  [[nodiscard]] static std::string time_text(WallClock& clock, platform::UnixNanos time);

  /// "09:31:00.000000000  AAPL@XNAS      T60              open 189.01 ...": no line end.
  [[nodiscard]] std::string line(const ringbuf::DerivedRecord& record);
  [[nodiscard]] Json json(const ringbuf::DerivedRecord& record);

 private:
  DerivedContext(clients::Plant& plant, Functions functions);

  struct Feed {
    ringbuf::FeedId id;
    std::string zone;
    WallClock clock;
  };
  void refresh();
  Feed& feed(ringbuf::FeedId id);

  clients::Plant* plant_;
  Functions functions_;
  std::uint64_t generation_ = 0;
  std::deque<Feed> feeds_;                              // at least one
  std::vector<std::optional<Instrument>> instruments_;  // by id
  Instrument none_;
};

}  // namespace tickplant::cli
