#include "clients/cli/compute/capture_input.hpp"

namespace tickplant::cli {

void CaptureInput::read(const std::function<void(const ringbuf::Record&)>& on_record) {
  options_.on_record = [&](const ringbuf::Record& record, const ringbuf::InstrumentDirectoryReader& directory) {
    directory_ = &directory;
    while (symbols_.size() < record.header.instrument.value) {
      symbols_.push_back(directory.symbol_of({static_cast<std::uint32_t>(symbols_.size() + 1)}));
    }
    on_record(record);
  };
  const Facts facts = inspect_file(path_, options_);
  directory_ = nullptr;
  problem_ = facts.problem;
  format_ = facts.format;
  has_date_ = facts.trading_date.has_value();
}

std::optional<analytics::InstrumentFacts> CaptureInput::find(ringbuf::InstrumentId id) const {
  ringbuf::InstrumentEntry entry;
  if (directory_ == nullptr || directory_->read(id, entry) != ringbuf::TableRead::value) return std::nullopt;
  return analytics::facts_of(entry);
}

}  // namespace tickplant::cli
