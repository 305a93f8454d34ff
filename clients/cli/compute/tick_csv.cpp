#include "clients/cli/compute/tick_csv.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "clients/cli/compute/csv_lines.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::cli {

namespace {

constexpr std::int64_t kPriceUnit = 100'000;  // 1e-4
constexpr const char* kUnits = "px is in 1e-4: 175.50 is 1755000; times are ns UTC";

}  // namespace

TickCsv::TickCsv(const std::string& path, const std::function<void(std::uint64_t)>& on_progress) {
  CsvLines lines(path);
  std::string_view header;
  if (!lines.next(header) || header != kHeader) {
    lines.refuse("the header is '" + std::string(header) + "'", "write " + std::string(kHeader));
  }
  std::unordered_map<std::string, std::uint32_t> index;  // in order of appearance, from 0
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  std::array<std::string_view, 6> fields;
  while (lines.next(fields, kHeader)) {
    seqs_.push_back(lines.integer<std::uint64_t>(fields[0], "seq", kUnits));
    const auto time = lines.integer<std::int64_t>(fields[1], "ts_ns", kUnits);
    if (fields[2].empty()) lines.refuse("the symbol is empty", "give each trade a symbol");
    const auto price = lines.integer<std::int64_t>(fields[4], "px", kUnits);
    ringbuf::TradeBody trade;
    if (__builtin_mul_overflow(price, kPriceUnit, &trade.price.value)) {
      lines.refuse("px " + std::to_string(price) + " is too large", "prices go to 9.2e9, px to 9.2e13");
    }
    trade.trade_id = lines.integer<std::uint64_t>(fields[3], "xseq", kUnits);
    trade.size = {lines.integer<std::uint64_t>(fields[5], "size", kUnits)};
    newest = std::max(newest, time);
    const auto [found, is_new] = index.try_emplace(std::string(fields[2]), static_cast<std::uint32_t>(symbols_.size()));
    if (is_new) symbols_.push_back(found->first);
    records_.push_back(ringbuf::make_record({found->second}, {time}, {newest}, trade));
    if (on_progress && records_.size() % 65'536 == 0) on_progress(lines.bytes_read());
  }
  // Ids in the order of the symbols.
  std::vector<std::uint32_t> order(symbols_.size()), id(symbols_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return symbols_[a] < symbols_[b]; });
  for (std::uint32_t i = 0; i < order.size(); ++i) id[order[i]] = i + 1;
  for (ringbuf::Record& record : records_) record.header.instrument = {id[record.header.instrument.value]};
  std::sort(symbols_.begin(), symbols_.end());
}

std::optional<analytics::InstrumentFacts> TickCsv::find(ringbuf::InstrumentId id) const {
  if (id.value == 0 || id.value > symbols_.size()) return std::nullopt;
  return analytics::InstrumentFacts{symbol(id), "", kInputFeed, kPriceUnit, 0, 0};
}

}  // namespace tickplant::cli
