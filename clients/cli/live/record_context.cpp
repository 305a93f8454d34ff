#include "clients/cli/live/record_context.hpp"

#include <algorithm>

#include "clients/cli/live/record_body.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "platform/calendar_date.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kSymbolWidth = 14;
constexpr std::size_t kTypeWidth = 15;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::string head_of_line(const std::string& time, const std::string& symbol, std::string_view type) {
  return time + "  " + to_left(symbol.empty() ? "-" : printable(symbol), kSymbolWidth) + ' ' +
         to_left(std::string(type), kTypeWidth) + ' ';
}

std::string flags_text(ringbuf::RecordFlags flags) {
  std::string text;
  for (const std::string_view word : words_of(flags)) {
    if (word != "end_of_event") text += "  !" + std::string(word);
  }
  return text;
}

class NamesOfPlant final : public RecordNames {
 public:
  explicit NamesOfPlant(const clients::Plant& plant) : plant_(&plant) {}

  [[nodiscard]] std::uint64_t generation() const override { return plant_->generation(); }
  [[nodiscard]] std::vector<ringbuf::CatalogFeed> feeds() const override { return plant_->feeds(); }
  [[nodiscard]] bool read(ringbuf::InstrumentId id, ringbuf::InstrumentEntry& out) const override {
    return plant_->instruments().read(id, out) == ringbuf::TableRead::value;
  }

 private:
  const clients::Plant* plant_;
};

std::string symbol_at_venue(const ringbuf::InstrumentEntry& entry) {
  return std::string(ringbuf::text_of(entry.symbol)) + '@' + std::string(ringbuf::text_of(entry.venue));
}

}  // namespace

std::int64_t WallClock::local_nanos(platform::UnixNanos time) {
  const std::int64_t step = floor_div(time.value, kStepNanos);
  if (step_ != step) {
    step_ = step;
    offset_ = zone_.utc_offset_nanos(time);
  }
  return time.value + offset_;
}

std::string WallClock::time_text(platform::UnixNanos time) {
  const std::int64_t local = local_nanos(time);
  return time_of_day_text(local - floor_div(local, platform::kNanosPerDay) * platform::kNanosPerDay);
}

std::string WallClock::date_time_text(platform::UnixNanos time) {
  const auto days = static_cast<std::int32_t>(floor_div(local_nanos(time), platform::kNanosPerDay));
  return platform::to_string(platform::date_of_days(days)) + ' ' + time_text(time).substr(0, 8);
}

RecordContext::RecordContext(clients::Plant& plant) : RecordContext(std::make_unique<NamesOfPlant>(plant)) {}

RecordContext::RecordContext(std::unique_ptr<RecordNames> names) : names_(std::move(names)) { refresh(); }

void RecordContext::refresh() {
  generation_ = names_->generation();
  feed_ids_.clear();
  feeds_.clear();
  instruments_.clear();
  for (const ringbuf::CatalogFeed& feed : names_->feeds()) {
    feed_ids_.push_back(feed.id);
    feeds_.push_back({feed.ring, WallClock(feed.time_zone.empty() ? "UTC" : feed.time_zone)});
  }
  if (!feeds_.empty()) return;
  feed_ids_.push_back({});
  feeds_.push_back({"", WallClock("UTC")});
}

std::size_t RecordContext::index_of(ringbuf::FeedId id) {
  const auto found = std::find(feed_ids_.begin(), feed_ids_.end(), id);
  return found == feed_ids_.end() ? 0 : static_cast<std::size_t>(found - feed_ids_.begin());
}

const RecordContext::Instrument& RecordContext::instrument(ringbuf::InstrumentId id) {
  if (id == ringbuf::kNoInstrument) return none_;
  if (id.value >= instruments_.size()) instruments_.resize(id.value + 1);
  std::optional<Instrument>& known = instruments_[id.value];
  if (known && !names_->renames()) return *known;
  ringbuf::InstrumentEntry entry;
  if (!names_->read(id, entry)) return none_;
  known = Instrument{symbol_at_venue(entry), entry.size_scale, index_of(entry.feed)};
  return *known;
}

std::size_t RecordContext::feed_of(const ringbuf::Record& record) {
  if (record.header.instrument != ringbuf::kNoInstrument) return instrument(record.header.instrument).feed;
  std::size_t index = 0;
  with_body(record, [&](const auto& body) {
    if constexpr (requires { body.feed; }) index = index_of(body.feed);
  });
  return index;
}

std::string RecordContext::line(const ringbuf::Record& record) {
  if (generation_ != names_->generation()) refresh();
  const Instrument& whose = instrument(record.header.instrument);
  return head_of_line(feeds_[feed_of(record)].clock.time_text(record.header.ts_event), whose.symbol,
                      word_of(record.header.type)) +
         fields_text(record, whose.size_scale) + flags_text(record.header.flags);
}

std::string RecordContext::image_line(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) {
  if (generation_ != names_->generation()) refresh();
  const Instrument& whose = instrument(id);
  const auto at = [&](ringbuf::Price price, ringbuf::Size size) {
    return ringbuf::is_present(price) ? price_text(price) + " x " + size_text(size, whose.size_scale) : "-";
  };
  return head_of_line(feeds_[whose.feed].clock.time_text(image.ts_event), whose.symbol, "image") + "last " +
         at(image.last_price, image.last_size) + "  " + at(image.bid_price, image.bid_size) + " | " +
         at(image.ask_price, image.ask_size) + "  volume " + size_text(image.volume, whose.size_scale);
}

const std::string& RecordContext::symbol_of(const ringbuf::Record& record) {
  if (generation_ != names_->generation()) refresh();
  return instrument(record.header.instrument).symbol;
}

std::string RecordContext::json(const ringbuf::Record& record) {
  if (generation_ != names_->generation()) refresh();
  const std::string& symbol = instrument(record.header.instrument).symbol;
  Json flags = Json::array();
  for (const std::string_view word : words_of(record.header.flags)) flags.push_back(word);
  Json out{{"type", word_of(record.header.type)},
           {"symbol", symbol.empty() ? Json(nullptr) : Json(symbol)},
           {"ring", feeds_[feed_of(record)].ring},
           {"sequence", record.sequence().value},
           {"ts_event", record.header.ts_event.value},
           {"ts_recv", record.header.ts_recv.value},
           {"publish_delay_ns", record.header.publish_delay * ringbuf::kPublishDelayUnitNanos},
           {"flags", std::move(flags)}};
  add_fields(record, out);
  return json_line(out);
}

}  // namespace tickplant::cli
