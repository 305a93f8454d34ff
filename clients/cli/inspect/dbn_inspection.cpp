#include "clients/cli/inspect/dbn_inspection.hpp"

#include <algorithm>

namespace tickplant::cli {
namespace {

namespace dbn = feedhandlers::dbn;
namespace rtype = dbn::rtype;

struct RecordKind {
  std::uint8_t rtype;
  const char* word;  // the schema's
  const char* meaning;
};

constexpr RecordKind kKinds[] = {
    {rtype::kMbo, "mbo", "order by order"},
    {rtype::kMbp1, "mbp-1", "best prices, or a trade with them"},
    {rtype::kMbp10, "mbp-10", "ten levels"},
    {rtype::kTrade, "trades", "trade"},
    {rtype::kBbo1s, "bbo-1s", "best prices each second"},
    {rtype::kBbo1m, "bbo-1m", "best prices each minute"},
    {rtype::kCmbp1, "cmbp-1", "consolidated best prices"},
    {rtype::kTcbbo, "tcbbo", "trade with consolidated prices"},
    {rtype::kCbbo1s, "cbbo-1s", "consolidated, each second"},
    {rtype::kCbbo1m, "cbbo-1m", "consolidated, each minute"},
    {rtype::kOhlcv1s, "ohlcv-1s", "bars of a second"},
    {rtype::kOhlcv1m, "ohlcv-1m", "bars of a minute"},
    {rtype::kOhlcv1h, "ohlcv-1h", "bars of an hour"},
    {rtype::kOhlcv1d, "ohlcv-1d", "bars of a day"},
    {rtype::kOhlcvEod, "ohlcv-eod", "bars of a session"},
    {rtype::kOhlcvDeprecated, "ohlcv", "bars, deprecated"},
    {rtype::kDefinition, "definition", "instrument definition"},
    {rtype::kStatus, "status", "trading status"},
    {rtype::kImbalance, "imbalance", "auction imbalance"},
    {rtype::kStatistics, "statistics", "statistics of the venue"},
    {rtype::kSymbolMapping, "symbol-mapping", "name of an instrument"},
    {rtype::kError, "error", "error of the gateway"},
    {rtype::kSystem, "system", "message of the gateway"},
};

}  // namespace

DbnInspection::DbnInspection(Inspected& inspected)
    : inspected_(inspected),
      feed_(inspected.plant.publisher(), inspected.plant.directory(), inspected.plant.book(), Inspected::kFeed, {}) {}

void DbnInspection::read(dbn::DbnSource source) {
  const dbn::Metadata& metadata = source.metadata();
  feed_.begin_file(metadata);
  feed_.begin_day(inspected_.find_day(metadata.start));
  dbn::RecordBatch batch;
  dbn::DbnStatus status;
  while ((status = source.next(batch)) == dbn::DbnStatus::records) {
    feed_.on_batch(batch, [this](dbn::RecordBytes record) { observe(record); });
    inspected_.after_batch(records_seen_);
  }
  Facts& facts = inspected_.facts;
  facts.truncated_tail = status == dbn::DbnStatus::truncated;
  facts.problem = source.problem();
  if (facts.truncated_tail && source.truncated_bytes() > 0) {
    facts.problem += " (" + std::to_string(source.truncated_bytes()) + " bytes of a record at the end)";
  }
  facts.format = "dbn/v" + std::to_string(metadata.version);
  collect();
}

/// Of any record: behind its length, type, publisher and instrument.
void DbnInspection::observe(dbn::RecordBytes record) {
  ++records_seen_;
  const platform::UnixNanos time = dbn::wire::Time::load(record.data() + 8);
  if (time == platform::kNoTime) return;
  if (first_time_ == platform::kNoTime) first_time_ = last_time_ = time;
  last_time_ = std::max(last_time_, time);
}

void DbnInspection::collect() {
  inspected_.after_batch(records_seen_);
  Facts& facts = inspected_.facts;
  const dbn::FeedCounters& feed = feed_.counters();
  const dbn::NormaliserCounters& normaliser = feed_.normaliser().counters();
  for (const RecordKind& kind : kKinds) {
    facts.message_types.push_back({kind.word, kind.meaning});
    facts.messages += feed.records[kind.rtype];
    if (feed.records[kind.rtype] > 0) facts.messages_by_type[kind.word] = feed.records[kind.rtype];
  }
  for (std::size_t action = 0; action < normaliser.actions.size(); ++action) {
    if (normaliser.actions[action] > 0) {
      facts.actions[std::string(1, static_cast<char>(action))] = normaliser.actions[action];
    }
  }
  facts.bad_lengths = feed.bad_lengths;
  facts.unknown_types = feed.unknown_rtypes;
  if (normaliser.unknown_references > 0) facts.unknown_references_by_type["mbo"] = normaliser.unknown_references;
  facts.refused_orders = normaliser.refused_orders;
  facts.over_executions = normaliser.over_cancels;
  facts.unknown_instruments = normaliser.unknown_instruments;
  facts.backward_times = normaliser.backward_times;
  inspected_.set_times(first_time_, last_time_);
}

}  // namespace tickplant::cli
