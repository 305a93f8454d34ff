#include "clients/cli/live/analytics_facts.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "clients/cli/live/counter_owner.hpp"
#include "clients/cli/live/record_context.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::cli {
namespace {

namespace counter = ringbuf::counter;

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

std::string hash_text(std::uint64_t hash) {
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

std::string list_text(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// What is computed: false when the plant does not say.
bool read_functions(const clients::Plant& plant, AnalyticsFacts& facts) {
  try {
    const auto segment =
        plant.open(ringbuf::kFunctionsSegmentName, {ringbuf::SegmentKind::functions, ringbuf::kFunctionsSchema});
    // What a predecessor computed and this daemon does not is still named by the catalog.
    if (segment->header().writer_pid.load(std::memory_order_relaxed) != plant.daemon_pid()) return false;
    const ringbuf::FunctionsReader functions(segment->payload());
    const ringbuf::FunctionsHead head = functions.head();
    facts.file = head.file;
    facts.config_hash = head.config_hash;
    facts.shards = head.shard_count;
    facts.functions = functions.count();
    for (std::uint32_t id = 1; id <= functions.count(); ++id) {
      const ringbuf::FunctionEntry* function = functions.find(ringbuf::FunctionId{static_cast<std::uint16_t>(id)});
      add_once(facts.sets, ringbuf::text_of(function->set));
      if (function->kind == ringbuf::FunctionKind::window) add_once(facts.windows, ringbuf::text_of(function->name));
    }
    return true;
  } catch (const platform::SetupError&) {
    return false;  // being replaced just now
  }
}

void add_shard(const CounterOwner& shard, AnalyticsFacts& facts) {
  facts.instruments += shard.value(counter::kInstruments);
  facts.records = std::max(facts.records, shard.value(counter::kRecords));  // each of them takes all
  facts.derived_records += shard.value(counter::kDerivedRecords);
  facts.rows += shard.value(counter::kRows);
  facts.signals += shard.value(counter::kSignals);
  facts.late_trades += shard.value(counter::kLateTrades);
  facts.dropped_late += shard.value(counter::kDroppedLate);
  facts.quarantined = std::max(facts.quarantined, shard.value(counter::kQuarantined));
  facts.lost_records = std::max(facts.lost_records, shard.value(counter::kLostRecords));
  facts.state_hash += shard.value(counter::kStateHash);
  facts.lag += shard.value(counter::kLag);
  facts.is_sweeping = facts.is_sweeping || shard.value(counter::kIsSweeping) != 0;
  if (const auto newest = shard.time(counter::kNewestEvent)) {
    facts.newest_event = std::max(facts.newest_event.value_or(*newest), *newest);
  }
}

}  // namespace

std::optional<AnalyticsFacts> analytics_facts(const clients::Plant& plant) {
  const auto segments = plant.segments();
  const bool is_there = std::any_of(segments.begin(), segments.end(), [](const ringbuf::CatalogSegment& segment) {
    return segment.kind == ringbuf::SegmentKind::functions;
  });
  AnalyticsFacts facts;
  if (!is_there || !read_functions(plant, facts)) return std::nullopt;
  const std::string name(counter::kAnalytics);
  for (std::uint64_t shard = 0; shard < facts.shards; ++shard) {
    add_shard(CounterOwner(plant.counters(), facts.shards == 1 ? name : name + '.' + std::to_string(shard)), facts);
  }
  if (facts.shards > 1)
    facts.lag += CounterOwner(plant.counters(), std::string(counter::kSequencer)).value(counter::kLag);
  const CounterOwner alerts(plant.counters(), std::string(counter::kAlerts));
  facts.alerts = alerts.value(counter::kPublished);
  facts.lost_for_alerts = alerts.value(counter::kLostRecords);
  return facts;
}

std::string analytics_text(const AnalyticsFacts& facts) {
  return printable(facts.file) + ": " + printable(list_text(facts.sets)) + " (" + printable(list_text(facts.windows)) +
         "), " + count_text(facts.shards, "shard") + "; " + count_text(facts.instruments, "instrument") + ", " +
         count_text(facts.rows, "row") + ", " + count_text(facts.signals, "signal") + ", state " +
         hash_text(facts.state_hash) + ", lag " + count_text(facts.lag);
}

Json analytics_json(const AnalyticsFacts& facts) {
  return {{"file", facts.file},
          {"sets", facts.sets},
          {"windows", facts.windows},
          {"functions", facts.functions},
          {"shards", facts.shards},
          {"instruments", facts.instruments},
          {"records", facts.records},
          {"derived_records", facts.derived_records},
          {"rows", facts.rows},
          {"signals", facts.signals},
          {"late_trades", facts.late_trades},
          {"dropped_late", facts.dropped_late},
          {"quarantined", facts.quarantined},
          {"lost_records", facts.lost_records},
          {"state_hash", hash_text(facts.state_hash)},
          {"config_hash", hash_text(facts.config_hash)},
          {"lag", facts.lag},
          {"is_sweeping", facts.is_sweeping},
          {"newest_event", time_json(facts.newest_event)},
          {"alerts", facts.alerts},
          {"lost_for_alerts", facts.lost_for_alerts}};
}

}  // namespace tickplant::cli
