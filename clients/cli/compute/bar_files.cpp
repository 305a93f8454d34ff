#include "clients/cli/compute/bar_files.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include "clients/cli/compute/csv_file.hpp"
#include "clients/cli/compute/function_places.hpp"
#include "clients/cli/compute/indicator_files.hpp"
#include "clients/cli/compute/signal_text.hpp"

namespace tickplant::cli {

using namespace ringbuf;

namespace {

struct SaidOfBars {
  SignalBody body;
  FunctionPlace place;
};

template <class Keep, class Key>
std::vector<SaidOfBars> sorted(const std::vector<SaidOfBars>& all, Keep keep, Key key) {
  std::vector<SaidOfBars> found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), keep);
  std::stable_sort(found.begin(), found.end(),
                   [&](const SaidOfBars& a, const SaidOfBars& b) { return key(a) < key(b); });
  return found;
}

void write_signals(const std::filesystem::path& folder, const BarCsv& input, const std::vector<SaidOfBars>& all) {
  const auto row_of = [&](std::uint64_t index) -> const BarCsv::Row& { return input.rows()[index]; };
  CsvFile signals(folder / "signals.csv", "signal,i,ts,value");
  for (const SaidOfBars& said : sorted(
           all,
           [](const SaidOfBars& s) { return s.body.what != SignalValue::volume && s.body.what != SignalValue::match; },
           [](const SaidOfBars& s) { return std::tuple(s.body.index, s.place.signal().name, value_text(s.body)); })) {
    const BarCsv::Row& row = row_of(said.body.index);
    signals.field(said.place.signal().name).field(row.index).field(row.time).field(value_text(said.body)).end_line();
  }
  signals.close();

  CsvFile volumes(folder / "volume_anomalies.csv", std::string("i,ts,") + kVolumeColumns);
  for (const SaidOfBars& said : all) {
    if (said.body.what != SignalValue::volume) continue;
    const BarCsv::Row& row = row_of(said.body.index);
    volumes.field(row.index).field(row.time).field(volume_text(said.body)).end_line();
  }
  volumes.close();

  CsvFile matches(folder / "cep_matches.csv", "pattern,first_i,last_i,binding");
  const auto index_of = [&](std::uint64_t index) { return row_of(index).index; };
  for (const SaidOfBars& said : sorted(
           all, [](const SaidOfBars& s) { return s.body.what == SignalValue::match; },
           [](const SaidOfBars& s) { return std::tuple(s.body.index, s.place.pattern().name, s.body.value[0]); })) {
    matches.field(said.place.pattern().name).field(index_of(static_cast<std::uint64_t>(said.body.value[0])));
    matches.field(index_of(said.body.index)).field(binding_text(said.place.pattern(), said.body, index_of)).end_line();
  }
  matches.close();
}

std::size_t write_indicators(const std::filesystem::path& folder, const BarWindow& window, const BarCsv& input,
                             const std::vector<DerivedRecord>& values) {
  const std::size_t outputs = window.functions().published_outputs;
  const auto files = indicator_files(window.functions().graph.outputs().first(outputs));
  std::vector<std::unique_ptr<CsvFile>> open;
  for (const IndicatorFile& file : files) {
    open.push_back(std::make_unique<CsvFile>(folder / (file.stem + ".csv"), 'i' + file.columns));
  }
  std::vector<double> bar;  // all outputs of one bar, which may take several records
  for (const DerivedRecord& record : values) {
    const auto body = record.as<IndicatorValuesBody>();
    bar.resize(body.first_output);
    bar.insert(bar.end(), body.value.begin(), body.value.begin() + body.count);
    if (bar.size() < outputs) continue;
    for (std::size_t i = 0; i < files.size(); ++i) {
      open[i]->field(input.rows()[body.bar_index].index);
      for (std::size_t j = 0; j < files[i].count; ++j) open[i]->field(bar[files[i].first + j]);
      open[i]->end_line();
    }
  }
  for (const auto& csv : open) csv->close();
  return files.size();
}

}  // namespace

std::size_t write_bar_files(const std::filesystem::path& folder, const analytics::Program& program,
                            const BarWindow& window, const BarCsv& input, const BarResults& results) {
  const FunctionPlaces places(program);
  std::vector<SaidOfBars> all;
  for (const DerivedRecord& record : results.signals) {
    all.push_back({record.as<SignalBody>(), places[record.header.function]});
  }
  write_signals(folder, input, all);
  return write_indicators(folder, window, input, results.values);
}

}  // namespace tickplant::cli
