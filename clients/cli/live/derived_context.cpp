#include "clients/cli/live/derived_context.hpp"

#include <algorithm>
#include <utility>

#include "clients/cli/live/derived_text.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cpp/derived_view.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

constexpr std::size_t kSymbolWidth = 14;
constexpr std::size_t kFunctionWidth = 22;

bool is_whole_second(platform::UnixNanos time) { return time.value % platform::kNanosPerSecond == 0; }

}  // namespace

DerivedContext::DerivedContext(clients::Plant& plant, Functions functions)
    : plant_(&plant), functions_(std::move(functions)) {
  refresh();
}

void DerivedContext::refresh() {
  generation_ = plant_->generation();
  feeds_.clear();
  instruments_.clear();
  for (const ringbuf::CatalogFeed& feed : plant_->feeds()) {
    const std::string zone = feed.time_zone.empty() ? "UTC" : feed.time_zone;
    feeds_.push_back({feed.id, zone, WallClock(zone)});
  }
  if (feeds_.empty()) feeds_.push_back({{}, "UTC", WallClock("UTC")});
  none_ = Instrument{"", "", feeds_.front().zone, 0, &feeds_.front().clock};
}

DerivedContext::Feed& DerivedContext::feed(ringbuf::FeedId id) {
  const auto found = std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& f) { return f.id == id; });
  return found == feeds_.end() ? feeds_.front() : *found;
}

const DerivedContext::Instrument& DerivedContext::instrument(ringbuf::InstrumentId id) {
  if (generation_ != plant_->generation()) refresh();
  if (id == ringbuf::kNoInstrument) return none_;
  if (id.value >= instruments_.size()) instruments_.resize(std::size_t{id.value} + 1);
  std::optional<Instrument>& known = instruments_[id.value];
  if (known) return *known;
  ringbuf::InstrumentEntry entry;
  if (plant_->instruments().read(id, entry) != ringbuf::TableRead::value) return none_;
  Feed& its = feed(entry.feed);
  known = Instrument{plant_->symbol_of(id), std::string(ringbuf::text_of(entry.symbol)), its.zone, entry.size_scale,
                     &its.clock};
  return *known;
}

std::string DerivedContext::time_text(WallClock& clock, platform::UnixNanos time) {
  const std::string text = clock.time_text(time);
  return is_whole_second(time) ? text.substr(0, 8) : text;
}

std::string DerivedContext::date_time_text(WallClock& clock, platform::UnixNanos time) {
  return clock.date_time_text(time).substr(0, 11) + time_text(clock, time);
}

std::string DerivedContext::line(const ringbuf::DerivedRecord& record) {
  const Instrument& whose = instrument(record.header.instrument);
  const ringbuf::FunctionsReader& functions = functions_();
  const ringbuf::FunctionId function = record.header.function;
  std::string name(functions.name_of(function));
  // Values are named one by one: of them only what they are on.
  const ringbuf::FunctionEntry* const entry = functions.find(function);
  if (record.header.type == ringbuf::DerivedType::indicator_values && entry != nullptr) {
    name = entry->window.value == 0 ? "ticks" : functions.name_of(entry->window);
  }
  const bool is_named = !name.empty() && record.header.type != ringbuf::DerivedType::correction;
  std::string text = whose.clock->time_text(record.header.ts_event) + "  " +
                     to_left(whose.symbol.empty() ? "-" : printable(whose.symbol), kSymbolWidth) + ' ' +
                     to_left(is_named ? printable(name) : std::string(word_of(record.header.type)), kFunctionWidth) +
                     ' ' + fields_text(record, functions, whose.size_scale);
  if (record.header.revision != 0) text += "  rev " + std::to_string(record.header.revision);
  if (record.header.quality != ringbuf::Quality::none) text += "  !" + quality_text(record.header.quality);
  return text;
}

Json DerivedContext::json(const ringbuf::DerivedRecord& record) {
  const Instrument& whose = instrument(record.header.instrument);
  const bool is_gap = record.header.type == ringbuf::DerivedType::gap;
  const ringbuf::InstrumentId of_shard =
      is_gap ? ringbuf::InstrumentId{record.as<ringbuf::ResultGapBody>().shard} : record.header.instrument;
  Json out{{"type", word_of(record.header.type)},
           {"symbol", whose.symbol.empty() ? Json(nullptr) : Json(whose.symbol)},
           {"ring", clients::derived_ring_of(of_shard, functions_().head().shard_count)},
           {"sequence", record.header.stamp}};
  add_fields(record, functions_(), out);
  return out;
}

}  // namespace tickplant::cli
