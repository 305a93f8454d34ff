#include "clients/cli/live/derived_csv.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "analytics/windows/pane.hpp"
#include "clients/cli/compute/exact_text.hpp"
#include "clients/cli/compute/signal_text.hpp"
#include "clients/cli/live/derived_words.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

class Line {
 public:
  Line& add(std::string_view text) {
    if (!text_.empty()) text_ += ',';
    text_ += text;
    return *this;
  }
  Line& add(std::uint64_t number) { return add(std::string_view(std::to_string(number))); }
  Line& add(platform::UnixNanos time) { return add(std::string_view(std::to_string(time.value))); }
  /// 17 digits, which is the number itself; nothing for NaN.
  Line& add(double number) {
    if (std::isnan(number)) return add(std::string_view());
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "%.17g", number);
    return add(std::string_view(text.data()));
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

const char* kind_of(RowKind kind) {
  switch (kind) {
    case RowKind::late: return "LATE";
    case RowKind::provisional: return "EARLY";
    case RowKind::carried: return "CARRY";
    case RowKind::final: return "FINAL";
    case RowKind::on_time: break;
  }
  return "ONTIME";
}

}  // namespace

std::string emission_csv(const DerivedRecord& record, std::uint64_t n, std::string_view window,
                         std::string_view symbol) {
  const auto row = record.as<WindowRowBody>();
  const PxScale scale(row.price_unit == 0 ? 1 : row.price_unit);
  Line line;
  line.add(n).add(record.header.cause_seq.value);
  if (row.watermark.value >= analytics::kAfterAll) {
    line.add("FLUSH");
  } else {
    line.add(row.watermark);
  }
  line.add(window).add(symbol).add(row.start).add(row.end).add(std::uint64_t{record.header.revision});
  line.add(kind_of(row.kind)).add(row.count);
  for (const Price price : {row.open, row.high, row.low, row.close}) line.add(px_text(price));
  line.add(row.volume.value).add(scale.sum(int128_of(row.notional))).add(scale.sum(int128_of(row.sum)));
  line.add(scale.squares(int128_of(row.sum_of_squares))).add(row.vwap).add(row.average).add(row.deviation);
  return line.add(row.first_time).add(row.last_time).take();
}

std::string signal_csv(const DerivedRecord& record, std::string_view signal, std::string_view symbol) {
  const auto body = record.as<SignalBody>();
  Line line;
  line.add(record.header.cause_seq.value).add(symbol).add(signal).add(body.index).add(body.start);
  return line.add(value_text(body)).add(word_of(body.status)).take();
}

}  // namespace tickplant::cli
