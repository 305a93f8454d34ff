// Whose a record is and when it was: symbol, ring and the time on its feed's wall. Looked up once an instrument.
//
// Threads: one, as its Plant.
// Not here: what the record says (record_text.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/live/record_text.hpp"
#include "clients/cpp/plant.hpp"
#include "platform/time_zone.hpp"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::cli {

/// Times of day in one zone; the zone's rules are asked once a quarter of an hour of data.
class WallClock {
 public:
  explicit WallClock(const std::string& zone) : zone_(zone) {}

  /// "09:30:00.000245396".
  [[nodiscard]] std::string time_text(platform::UnixNanos time);
  /// "2019-01-30 09:30:00".
  [[nodiscard]] std::string date_time_text(platform::UnixNanos time);

 private:
  /// Offsets change at full quarters of an hour, everywhere.
  static constexpr std::int64_t kStepNanos = 900 * platform::kNanosPerSecond;
  [[nodiscard]] std::int64_t local_nanos(platform::UnixNanos time);

  platform::TimeZone zone_;
  std::optional<std::int64_t> step_;  // the quarter that offset_ is of
  std::int64_t offset_ = 0;
};

/// Where feeds and instruments have their names from.
class RecordNames {
 public:
  RecordNames() = default;
  RecordNames(const RecordNames&) = delete;
  RecordNames& operator=(const RecordNames&) = delete;
  virtual ~RecordNames() = default;

  /// What was asked before holds while this stays the same.
  [[nodiscard]] virtual std::uint64_t generation() const = 0;
  /// An id may be another instrument's later: it is to be read for each record.
  [[nodiscard]] virtual bool renames() const { return false; }
  [[nodiscard]] virtual std::vector<ringbuf::CatalogFeed> feeds() const = 0;
  /// False: there is no such instrument (yet).
  [[nodiscard]] virtual bool read(ringbuf::InstrumentId id, ringbuf::InstrumentEntry& out) const = 0;
};

class RecordContext {
 public:
  /// `plant` outlives the context.
  explicit RecordContext(clients::Plant& plant);
  explicit RecordContext(std::unique_ptr<RecordNames> names);

  /// "09:30:00.000245396  AAPL@XNAS       trade           321.20 x 100": no line end. Market-wide records have '-' as
  /// symbol.
  [[nodiscard]] std::string line(const ringbuf::Record& record);
  /// The same for an image: "09:30:00.000245396  AAPL@XNAS       image           last 321.20 x 100  321.19 x ...".
  [[nodiscard]] std::string image_line(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image);
  /// One JSON object, no line end.
  [[nodiscard]] std::string json(const ringbuf::Record& record);
  /// "AAPL@XNAS"; empty: of no instrument, or of one that is not known.
  [[nodiscard]] const std::string& symbol_of(const ringbuf::Record& record);

 private:
  struct Feed {
    std::string ring;
    WallClock clock;
  };
  struct Instrument {
    std::string symbol;
    int size_scale = 0;
    std::size_t feed = 0;  // index into feeds_
  };
  void refresh();
  const Instrument& instrument(ringbuf::InstrumentId id);
  std::size_t feed_of(const ringbuf::Record& record);
  std::size_t index_of(ringbuf::FeedId id);

  std::unique_ptr<RecordNames> names_;
  std::uint64_t generation_ = 0;
  std::vector<ringbuf::FeedId> feed_ids_;
  std::vector<Feed> feeds_;                             // at least one
  std::vector<std::optional<Instrument>> instruments_;  // by id
  Instrument none_;
};

}  // namespace tickplant::cli
