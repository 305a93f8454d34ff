// A capture, a day file or a Databento file as input: the real feed handler runs over it, as for `tickplant inspect`,
// and each record goes on as it is published. Nothing is kept but whom the records are about.
//
// Threads: one.
// Not here: formats and protocols (inspect/).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/cli/compute/compute_input.hpp"
#include "clients/cli/inspect/inspection.hpp"

namespace tickplant::cli {

class CaptureInput final : public ComputeInput {
 public:
  /// `options` as for inspect_file(); its callbacks are ours.
  CaptureInput(std::string path, InspectOptions options) : path_(std::move(path)), options_(std::move(options)) {}

  void read(const std::function<void(const ringbuf::Record&)>& on_record) override;
  /// "AAPL@XNAS".
  [[nodiscard]] const std::string& symbol(ringbuf::InstrumentId id) const override { return symbols_[id.value - 1]; }
  [[nodiscard]] std::size_t symbol_count() const override { return symbols_.size(); }
  /// Records are counted from 1.
  [[nodiscard]] std::uint64_t seq_of(std::uint64_t cause) const noexcept override { return cause; }
  [[nodiscard]] std::string problem() const override { return problem_; }
  /// Which protocol it was found to be; after read().
  [[nodiscard]] const std::string& format() const noexcept { return format_; }
  /// false: times count from 1970-01-01, since nothing said which day it is. After read().
  [[nodiscard]] bool has_date() const noexcept { return has_date_; }

  /// While read() runs.
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId id) const override;

 private:
  std::string path_;
  InspectOptions options_;
  const ringbuf::InstrumentDirectoryReader* directory_ = nullptr;
  std::vector<std::string> symbols_;  // by id, from 1
  std::string problem_, format_;
  bool has_date_ = true;
};

}  // namespace tickplant::cli
