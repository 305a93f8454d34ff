#include "clients/cli/compute/row_columns.hpp"

#include "clients/cli/compute/exact_text.hpp"

namespace tickplant::cli {

using namespace ringbuf;

namespace {

const std::string kContentColumns =
    "count,open,high,low,close,volume,notional,sum_px,sum_px2,vwap,avg,stddev_pop,first_ts,last_ts";

const char* golden_word(RowKind kind) {
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

std::string emission_columns() { return "n,trigger_seq,wm,spec,symbol,start,end,rev,kind," + kContentColumns; }
std::string final_columns() { return "spec,symbol,start,end," + kContentColumns; }

void put_content(CsvLine& line, const WindowRowBody& row) {
  const PxScale scale(row.price_unit == 0 ? 1 : row.price_unit);
  line.field(row.count);
  for (const Price price : {row.open, row.high, row.low, row.close}) line.field(px_text(price));
  line.field(row.volume.value).field(scale.sum(int128_of(row.notional))).field(scale.sum(int128_of(row.sum)));
  line.field(scale.squares(int128_of(row.sum_of_squares))).field(row.vwap).field(row.average).field(row.deviation);
  line.field(row.first_time.value).field(row.last_time.value);
}

void put_watermark(CsvLine& line, analytics::Time watermark) {
  if (watermark >= analytics::kAfterAll) {
    line.field("FLUSH");
  } else {
    line.field(watermark);
  }
}

void put_emission(CsvLine& line, const DerivedRecord& record, std::uint64_t n, std::uint64_t trigger,
                  std::string_view window, std::string_view symbol) {
  const auto row = record.as<WindowRowBody>();
  line.field(n).field(trigger);
  put_watermark(line, row.watermark.value);
  line.field(window).field(symbol).field(row.start.value).field(row.end.value);
  line.field(record.header.revision).field(golden_word(row.kind));
  put_content(line, row);
}

}  // namespace tickplant::cli
