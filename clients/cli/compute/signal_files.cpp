#include "clients/cli/compute/signal_files.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "clients/cli/compute/csv_file.hpp"
#include "clients/cli/compute/exact_text.hpp"
#include "clients/cli/compute/function_places.hpp"
#include "clients/cli/compute/signal_text.hpp"
#include "clients/cli/compute/window_files.hpp"

namespace tickplant::cli {

using namespace ringbuf;
using analytics::Program;
using config::Basis;
using config::SignalConfig;
using config::SignalKind;

namespace {

/// A record with what it is a record of.
struct SaidSignal {
  const DerivedHeader* header;
  SignalBody body;
  FunctionPlace place;
};
using AllSaid = std::vector<SaidSignal>;
using Keep = bool (*)(const SignalConfig&);

bool is_on_tick(const SignalConfig& signal, SignalKind kind) {
  return signal.kind == kind && (signal.on == "ticks" || signal.basis == Basis::tick);
}
bool is_final(const SignalConfig& signal) { return signal.on != "ticks" && signal.basis == Basis::final; }
bool is_provisional(const SignalConfig& signal) { return signal.on != "ticks" && signal.basis == Basis::first; }
/// What bar after bar says; a price change within one window says it of that window.
bool is_over_bars(const SignalConfig& signal) {
  if (!is_final(signal) || signal.kind == SignalKind::volume_anomaly) return false;
  return signal.kind != SignalKind::price_change || signal.horizon != 0;
}
bool is_of_window(const SignalConfig& signal) {
  return is_final(signal) &&
         (signal.kind == SignalKind::swing || (signal.kind == SignalKind::price_change && signal.horizon == 0));
}
bool is_volume(const SignalConfig& signal) { return is_final(signal) && signal.kind == SignalKind::volume_anomaly; }
bool is_tick_swing(const SignalConfig& signal) { return is_on_tick(signal, SignalKind::swing); }
bool is_tick_cross(const SignalConfig& signal) { return is_on_tick(signal, SignalKind::cross); }

class SignalFiles {
 public:
  SignalFiles(const std::filesystem::path& folder, const Program& program, const ComputeInput& input,
              const Results& results)
      : folder_(folder), program_(program), input_(input), places_(program) {
    for (const DerivedRecord& record : results.signals) {
      const FunctionPlace& place = places_[record.header.function];
      (place.kind == FunctionPlace::Kind::pattern ? matches_ : signals_)
          .push_back({&record.header, record.as<SignalBody>(), place});
    }
  }

  void write() {
    for (const std::string& window : sources(is_over_bars)) write_over_bars(window);
    for (const std::string& window : sources(is_volume)) write_volumes(window);
    for (const std::string& window : sources(is_provisional)) write_provisional(window);
    if (!sources(is_of_window).empty()) write_of_windows();
    if (!sources(is_tick_swing).empty()) write_tick_swings();
    if (!sources(is_tick_cross).empty()) write_tick_crosses();
    for (const std::string& source : pattern_sources()) write_matches(source);
  }

 private:
  [[nodiscard]] const std::string& symbol(const SaidSignal& said) const {
    return input_.symbol(said.header->instrument);
  }
  [[nodiscard]] std::uint64_t trigger(const SaidSignal& said) const {
    return input_.seq_of(said.header->cause_seq.value);
  }
  /// Where signals of a kind are on, each once.
  [[nodiscard]] std::set<std::string> sources(Keep keep) const {
    std::set<std::string> found;
    for (const auto& set : program_.sets()) {
      for (const SignalConfig& signal : set->config.signals) {
        if (keep(signal)) found.insert(signal.on);
      }
    }
    return found;
  }
  [[nodiscard]] std::set<std::string> pattern_sources() const {
    std::set<std::string> found;
    for (const auto& set : program_.sets()) {
      for (const config::PatternConfig& pattern : set->config.patterns) found.insert(plain_source(pattern.on));
    }
    return found;
  }
  /// In the order of the input.
  [[nodiscard]] AllSaid those(Keep keep, const std::string* on = nullptr) const {
    AllSaid found;
    for (const SaidSignal& said : signals_) {
      if (keep(said.place.signal()) && (on == nullptr || said.place.signal().on == *on)) found.push_back(said);
    }
    return found;
  }
  template <class Key>
  static AllSaid sorted(AllSaid all, Key key) {
    std::stable_sort(all.begin(), all.end(), [&](const SaidSignal& a, const SaidSignal& b) { return key(a) < key(b); });
    return all;
  }
  /// Of the window that the signal is on.
  [[nodiscard]] static std::uint16_t window_of(const SaidSignal& said) {
    const analytics::WindowSpec* const spec = said.place.set->plan.find(said.place.signal().on);
    return spec == nullptr ? std::uint16_t{0} : said.place.set->window_function(spec->index).value;
  }

  void write_over_bars(const std::string& window) const {
    CsvFile csv(folder_ / ("signals_" + window + ".csv"), "symbol,signal,i,window_start,value");
    for (const SaidSignal& said : sorted(those(is_over_bars, &window), [&](const SaidSignal& s) {
           return std::tuple(s.body.start.value, symbol(s), s.place.signal().name, value_text(s.body));
         })) {
      csv.field(symbol(said)).field(said.place.signal().name).field(said.body.index).field(said.body.start.value);
      csv.field(value_text(said.body)).end_line();
    }
    csv.close();
  }
  void write_volumes(const std::string& window) const {
    CsvFile csv(folder_ / ("volume_anomalies_" + window + ".csv"),
                std::string("symbol,i,window_start,") + kVolumeColumns);
    for (const SaidSignal& said : sorted(those(is_volume, &window), [&](const SaidSignal& s) {
           return std::tuple(s.body.start.value, symbol(s));
         })) {
      csv.field(symbol(said)).field(said.body.index).field(said.body.start.value).field(volume_text(said.body));
      csv.end_line();
    }
    csv.close();
  }
  /// SaidSignal when a window fired; `status` tells what became of it.
  void write_provisional(const std::string& window) const {
    CsvFile csv(folder_ / ("provisional_signals_" + window + ".csv"),
                "trigger_seq,symbol,signal,i,window_start,value,status");
    for (const SaidSignal& said : those(is_provisional, &window)) {
      csv.field(trigger(said)).field(symbol(said)).field(said.place.signal().name).field(said.body.index);
      csv.field(said.body.start.value).field(value_text(said.body));
      csv.field(said.body.status == SignalStatus::provisional ? "provisional"
                : said.body.status == SignalStatus::withdrawn ? "withdrawn"
                                                              : "confirmed");
      csv.end_line();
    }
    csv.close();
  }
  void write_of_windows() const {
    CsvFile csv(folder_ / "window_signals.csv", "spec,symbol,start,end,signal,value_pct");
    for (const SaidSignal& said : sorted(those(is_of_window), [&](const SaidSignal& s) {
           return std::tuple(window_of(s), s.header->instrument, s.body.start.value, s.place.index);
         })) {
      csv.field(said.place.signal().on).field(symbol(said)).field(said.body.start.value).field(said.body.end.value);
      csv.field(said.place.signal().name).field(short_number(said.body.value[0])).end_line();
    }
    csv.close();
  }
  /// Swings of several names are told apart by a column of their own.
  void write_tick_swings() const {
    std::set<std::string> names;
    for (const auto& set : program_.sets()) {
      for (const SignalConfig& signal : set->config.signals) {
        if (is_tick_swing(signal)) names.insert(signal.name);
      }
    }
    const bool is_named = names.size() > 1;
    CsvFile csv(folder_ / ("swing_on_tick_" + name_of(program_.config()) + ".csv"),
                std::string("trigger_seq,spec,symbol,start,end,value_pct_at_trigger") + (is_named ? ",signal" : ""));
    for (const SaidSignal& said : sorted(those(is_tick_swing), [&](const SaidSignal& s) {
           return std::tuple(s.header->cause_seq.value, window_of(s), s.body.start.value);
         })) {
      csv.field(trigger(said)).field(said.place.signal().on).field(symbol(said)).field(said.body.start.value);
      csv.field(said.body.end.value).field(short_number(said.body.value[0]));
      if (is_named) csv.field(said.place.signal().name);
      csv.end_line();
    }
    csv.close();
  }
  void write_tick_crosses() const {
    CsvFile csv(folder_ / "signals_ticks.csv", "trigger_seq,ts_ns,symbol,signal,value,px,reference");
    for (const SaidSignal& said : those(is_tick_cross)) {
      csv.field(trigger(said)).field(said.header->ts_event.value).field(symbol(said)).field(said.place.signal().name);
      csv.field(value_text(said.body)).field(px_text(said.body.price)).field(said.body.value[1]).end_line();
    }
    csv.close();
  }
  /// Events of patterns over ticks are records of the input, called as it calls them.
  void write_matches(const std::string& source) const {
    const bool is_on_ticks = source == "ticks";
    const auto event = [&](std::uint64_t index) { return std::to_string(is_on_ticks ? input_.seq_of(index) : index); };
    AllSaid of_source;
    for (const SaidSignal& said : matches_) {
      if (plain_source(said.place.pattern().on) == source) of_source.push_back(said);
    }
    CsvFile csv(folder_ / ("cep_matches_" + source + ".csv"), "symbol,pattern,first_i,last_i,start,end,binding");
    for (const SaidSignal& said : sorted(std::move(of_source), [&](const SaidSignal& s) {
           return std::tuple(s.body.end.value, symbol(s), s.body.index, s.place.pattern().name, s.body.value[0]);
         })) {
      csv.field(symbol(said)).field(said.place.pattern().name);
      csv.field(event(static_cast<std::uint64_t>(said.body.value[0]))).field(event(said.body.index));
      csv.field(said.body.start.value).field(said.body.end.value);
      csv.field(binding_text(said.place.pattern(), said.body, event)).end_line();
    }
    csv.close();
  }

  const std::filesystem::path& folder_;
  const Program& program_;
  const ComputeInput& input_;
  FunctionPlaces places_;
  AllSaid signals_, matches_;  // in the order of the input
};

const char* word_of(CorrectionKind kind) {
  switch (kind) {
    case CorrectionKind::cancelled: return "cancelled";
    case CorrectionKind::corrected: return "corrected";
    case CorrectionKind::late: return "late";
    case CorrectionKind::unknown: break;
  }
  return "unknown";
}

/// What came too late for windows, which are named "T60@START": eight of them at most.
void write_corrections(const std::filesystem::path& path, const Program& program, const ComputeInput& input,
                       const std::vector<DerivedRecord>& corrections) {
  CsvFile csv(path, "trigger_seq,symbol,kind,trade_id,trade_ts,old_px,old_size,new_px,new_size,windows");
  for (const DerivedRecord& record : corrections) {
    const auto body = record.as<CorrectionBody>();
    csv.field(input.seq_of(record.header.cause_seq.value)).field(input.symbol(record.header.instrument));
    csv.field(word_of(body.kind)).field(body.trade_id).field(body.trade_time.value);
    csv.field(px_text(body.old_price)).field(is_present(body.old_price) ? std::to_string(body.old_size.value) : "");
    csv.field(px_text(body.new_price)).field(is_present(body.new_price) ? std::to_string(body.new_size.value) : "");
    std::string windows;
    for (std::size_t i = 0; i < body.window_count && i < CorrectionBody::kMaxWindows; ++i) {
      if (i != 0) windows += ';';
      windows += program.name_of(body.function[i]) + '@' + std::to_string(body.start[i].value);
    }
    csv.field(windows).end_line();
  }
  csv.close();
}

}  // namespace

void write_signal_files(const std::filesystem::path& folder, const Program& program, const ComputeInput& input,
                        const Results& results) {
  SignalFiles(folder, program, input, results).write();
  if (!results.corrections.empty()) {
    write_corrections(folder / "corrections.csv", program, input, results.corrections);
  }
}

}  // namespace tickplant::cli
