#include "clients/cli/compute/window_files.hpp"

#include "clients/cli/compute/csv_file.hpp"
#include "clients/cli/compute/exact_text.hpp"

namespace tickplant::cli {

using namespace ringbuf;
using analytics::kAfterAll;
using analytics::Program;

namespace {

constexpr const char* kContent =
    "count,open,high,low,close,volume,notional,sum_px,sum_px2,vwap,avg,stddev_pop,first_ts,last_ts";

void put_content(CsvFile& csv, const WindowRowBody& row) {
  const PxScale scale(row.price_unit);
  csv.field(row.count);
  for (const Price price : {row.open, row.high, row.low, row.close}) csv.field(px_text(price));
  csv.field(row.volume.value).field(scale.sum(int128_of(row.notional))).field(scale.sum(int128_of(row.sum)));
  csv.field(scale.squares(int128_of(row.sum_of_squares))).field(row.vwap).field(row.average).field(row.deviation);
  csv.field(row.first_time.value).field(row.last_time.value);
}

void put_time(CsvFile& csv, analytics::Time time) {
  if (time >= kAfterAll) {
    csv.field("FLUSH");
  } else {
    csv.field(time);
  }
}

const char* word_of(RowKind kind) {
  switch (kind) {
    case RowKind::late: return "LATE";
    case RowKind::provisional: return "EARLY";
    case RowKind::carried: return "CARRY";
    case RowKind::final: return "FINAL";
    case RowKind::on_time: break;
  }
  return "ONTIME";
}

void write_emissions(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                     SortedRecords& rows) {
  CsvFile csv(path, std::string("n,trigger_seq,wm,spec,symbol,start,end,rev,kind,") + kContent);
  std::uint64_t n = 0;
  rows.for_each([&](const DerivedRecord& record) {
    const auto row = record.as<WindowRowBody>();
    csv.field(n++).field(input.seq_of(record.header.cause_seq.value));
    put_time(csv, row.watermark.value);
    csv.field(program.name_of(record.header.function)).field(input.symbol(record.header.instrument));
    csv.field(row.start.value).field(row.end.value).field(record.header.revision).field(word_of(row.kind));
    put_content(csv, row);
    csv.end_line();
  });
  csv.close();
}

void write_finals(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                  SortedRecords& finals) {
  CsvFile csv(path, std::string("spec,symbol,start,end,") + kContent);
  finals.for_each([&](const DerivedRecord& record) {
    const auto row = record.as<WindowRowBody>();
    csv.field(program.name_of(record.header.function)).field(input.symbol(record.header.instrument));
    csv.field(row.start.value).field(row.end.value);
    put_content(csv, row);
    csv.end_line();
  });
  csv.close();
}

void write_late(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                const std::vector<analytics::LateTick>& late) {
  CsvFile csv(path, "seq,ts_ns,symbol,wm,spec,accepted,late_updates,dropped");
  for (const analytics::LateTick& tick : late) {
    csv.field(input.seq_of(tick.cause)).field(tick.time).field(input.symbol(tick.instrument));
    put_time(csv, tick.watermark);
    csv.field(program.name_of(tick.function)).field(tick.accepted).field(tick.updates).field(tick.dropped);
    csv.end_line();
  }
  csv.close();
}

}  // namespace

std::string name_of(const config::AnalyticsConfig& config) { return config.name.empty() ? "result" : config.name; }

void write_window_files(const std::filesystem::path& folder, const Program& program, const ComputeInput& input,
                        Results& results) {
  const std::string name = name_of(program.config());
  const config::WatermarkConfig& watermark = program.groups().front().watermark;
  const std::int64_t seconds = (watermark.bound_ns + watermark.lateness_ns) / platform::kNanosPerSecond;
  write_emissions(folder / ("emissions_" + name + ".csv"), program, input, results.rows);
  write_finals(folder / ("final_BL" + std::to_string(seconds) + ".csv"), program, input, results.finals);
  write_late(folder / ("late_" + name + ".csv"), program, input, results.late);
}

}  // namespace tickplant::cli
