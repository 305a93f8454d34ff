#include "clients/cli/compute/indicator_files.hpp"

#include <map>
#include <memory>
#include <utility>

#include "clients/cli/compute/csv_file.hpp"
#include "clients/cli/compute/function_places.hpp"
#include "config/value_types.hpp"

namespace tickplant::cli {

using namespace ringbuf;

std::vector<IndicatorFile> indicator_files(std::span<const analytics::IndicatorOutput> outputs) {
  std::vector<IndicatorFile> files;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (files.empty() || files.back().stem != outputs[i].file_stem) files.push_back({outputs[i].file_stem, i, 0, {}});
    ++files.back().count;
    files.back().columns += ',' + outputs[i].column;
  }
  return files;
}

namespace {

using analytics::SetProgram;

/// Files by stem, since sets may have windows of one name; open from the first until close().
class OpenFiles {
 public:
  explicit OpenFiles(const std::filesystem::path& folder) : folder_(folder) {}

  CsvFile& open(const std::string& stem, const std::string& header) {
    auto& file = files_[stem];
    if (!file) file = std::make_unique<CsvFile>(folder_ / (stem + ".csv"), header);
    return *file;
  }
  std::size_t close() {
    for (const auto& [stem, file] : files_) file->close();
    return files_.size();
  }

 private:
  const std::filesystem::path& folder_;
  std::map<std::string, std::unique_ptr<CsvFile>> files_;
};

struct Part {
  CsvFile* csv;
  std::size_t first, count;  // of the outputs
};

std::vector<Part> parts_of(OpenFiles& files, const SetProgram& set, const analytics::WindowSpec& spec) {
  const analytics::BarProgram& bars = *set.bars[spec.index];
  std::vector<Part> parts;
  for (const IndicatorFile& file : indicator_files(bars.graph.outputs().first(bars.published_outputs))) {
    CsvFile& csv = files.open(spec.name + '_' + file.stem, "symbol,i,window_start" + file.columns);
    parts.push_back({&csv, file.first, file.count});
  }
  return parts;
}

std::vector<Part> tick_parts_of(OpenFiles& files, const SetProgram& set) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < set.published_tick_values; ++i) {
    const std::uint64_t ema = set.tick_values[i].ema;
    const std::string stem = ema == 0 ? "ticks_vwap" : "ticks_ema_" + std::to_string(ema);
    parts.push_back({&files.open(stem, std::string("trigger_seq,ts_ns,symbol,") + (ema == 0 ? "vwap" : "ema")), i, 1});
  }
  return parts;
}

std::vector<Part> quote_parts_of(OpenFiles& files, const SetProgram& set, const analytics::QuoteOutputs& quotes) {
  std::vector<Part> parts;
  for (const config::QuoteFunction function : quotes.of) {
    const std::string word = config::Choice<config::QuoteFunction>{}.text(function);
    const std::string stem = set.plan.specs()[quotes.spec].name + '_' + word;
    parts.push_back({&files.open(stem, "symbol,i,window_start," + word), quotes.first_output + parts.size(), 1});
  }
  return parts;
}

/// All values of one change in one line.
std::vector<Part> nbbo_parts_of(OpenFiles& files, const SetProgram& set) {
  if (set.first_nbbo.value == 0) return {};
  std::string header = "trigger_seq,ts_ns,symbol";
  for (const std::string_view value : analytics::kNbboValues) (header += ',') += value;
  return {{&files.open("nbbo", header), 0, analytics::kNbboValues.size()}};
}

/// The files that outputs below `end` go to once all are there.
struct Target {
  const std::vector<Part>* parts;
  std::size_t end;
};

}  // namespace

std::size_t write_indicator_files(const std::filesystem::path& folder, const analytics::Program& program,
                                  const ComputeInput& input, SortedRecords& values) {
  OpenFiles files(folder);
  std::map<std::pair<const SetProgram*, std::size_t>, std::vector<Part>> of_window;
  std::map<std::pair<const SetProgram*, std::size_t>, std::vector<Part>> of_quotes;
  std::map<const SetProgram*, std::vector<Part>> of_ticks, of_nbbo;
  for (const auto& set : program.sets()) {
    for (const analytics::WindowSpec& spec : set->plan.specs()) {
      of_window[{set.get(), spec.index}] = parts_of(files, *set, spec);
    }
    for (const analytics::QuoteOutputs& quotes : set->quotes) {
      of_quotes[{set.get(), quotes.spec}] = quote_parts_of(files, *set, quotes);
    }
    of_ticks[set.get()] = tick_parts_of(files, *set);
    of_nbbo[set.get()] = nbbo_parts_of(files, *set);
  }
  const auto target_of = [&](const FunctionPlace& place) -> Target {
    if (place.kind == FunctionPlace::Kind::tick_value) return {&of_ticks[place.set], place.set->published_tick_values};
    if (place.kind == FunctionPlace::Kind::nbbo_value) return {&of_nbbo[place.set], analytics::kNbboValues.size()};
    if (place.kind == FunctionPlace::Kind::quote_value) {
      const std::vector<Part>& parts = of_quotes[{place.set, place.spec}];
      return {&parts, parts.back().first + 1};
    }
    return {&of_window[{place.set, place.spec}], place.set->bars[place.spec]->published_outputs};
  };
  const FunctionPlaces places(program);
  std::vector<double> outputs;  // of one bar or tick, which may take several records
  values.for_each([&](const DerivedRecord& record) {
    const FunctionPlace& place = places[record.header.function];
    const auto body = record.as<IndicatorValuesBody>();
    const bool is_tick = place.kind == FunctionPlace::Kind::tick_value || place.kind == FunctionPlace::Kind::nbbo_value;
    outputs.resize(body.first_output);
    outputs.insert(outputs.end(), body.value.begin(), body.value.begin() + body.count);
    const Target target = target_of(place);
    if (outputs.size() < target.end) return;
    for (const Part& part : *target.parts) {
      CsvFile& csv = *part.csv;
      if (is_tick) {
        csv.field(input.seq_of(record.header.cause_seq.value)).field(body.start.value);
        csv.field(input.symbol(record.header.instrument));
      } else {
        csv.field(input.symbol(record.header.instrument)).field(body.bar_index).field(body.start.value);
      }
      for (std::size_t i = 0; i < part.count; ++i) csv.field(outputs[part.first + i]);
      csv.end_line();
    }
  });
  return files.close();
}

}  // namespace tickplant::cli
