// Trades from a CSV file as records: the input of `tickplant compute`.
//
//   seq,ts_ns,symbol,xseq,px,size       in order of arrival; px in 1e-4 of the currency
//
// Each symbol is an instrument of one feed; ids follow the order of the symbols, so all is read before the first record
// goes out. Receive time is the newest event time so far: a file knows no other.
//
// Threads: one.
// Not here: what is computed (compute.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/compute/compute_input.hpp"

namespace tickplant::cli {

class TickCsv final : public ComputeInput {
 public:
  static constexpr std::string_view kHeader = "seq,ts_ns,symbol,xseq,px,size";

  /// Throws SetupError with the line of what cannot be read. `on_progress`: bytes read, now and then.
  explicit TickCsv(const std::string& path, const std::function<void(std::uint64_t)>& on_progress = {});

  void read(const std::function<void(const ringbuf::Record&)>& on_record) override {
    for (const ringbuf::Record& record : records_) on_record(record);
  }
  [[nodiscard]] const std::string& symbol(ringbuf::InstrumentId id) const override { return symbols_[id.value - 1]; }
  [[nodiscard]] std::size_t symbol_count() const override { return symbols_.size(); }
  [[nodiscard]] std::uint64_t seq_of(std::uint64_t cause) const noexcept override {
    return cause <= seqs_.size() ? seqs_[cause - 1] : (seqs_.empty() ? 0 : seqs_.back() + 1);
  }
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId id) const override;

 private:
  std::vector<ringbuf::Record> records_;
  std::vector<std::uint64_t> seqs_;
  std::vector<std::string> symbols_;  // sorted
};

}  // namespace tickplant::cli
