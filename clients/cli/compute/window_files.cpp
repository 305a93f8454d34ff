#include "clients/cli/compute/window_files.hpp"

#include "clients/cli/compute/csv_file.hpp"
#include "clients/cli/compute/row_columns.hpp"

namespace tickplant::cli {

using namespace ringbuf;
using analytics::Program;

namespace {

void write_emissions(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                     SortedRecords& rows) {
  CsvFile csv(path, emission_columns());
  std::uint64_t n = 0;
  rows.for_each([&](const DerivedRecord& record) {
    put_emission(csv.line(), record, n++, input.seq_of(record.header.cause_seq.value),
                 program.name_of(record.header.function), input.symbol(record.header.instrument));
    csv.end_line();
  });
  csv.close();
}

void write_finals(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                  SortedRecords& finals) {
  CsvFile csv(path, final_columns());
  finals.for_each([&](const DerivedRecord& record) {
    const auto row = record.as<WindowRowBody>();
    csv.field(program.name_of(record.header.function)).field(input.symbol(record.header.instrument));
    csv.field(row.start.value).field(row.end.value);
    put_content(csv.line(), row);
    csv.end_line();
  });
  csv.close();
}

void write_late(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                const std::vector<analytics::LateTick>& late) {
  CsvFile csv(path, "seq,ts_ns,symbol,wm,spec,accepted,late_updates,dropped");
  for (const analytics::LateTick& tick : late) {
    csv.field(input.seq_of(tick.cause)).field(tick.time).field(input.symbol(tick.instrument));
    put_watermark(csv.line(), tick.watermark);
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
