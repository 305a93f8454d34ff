// Ticks of a journal as a DBN file, version 3, which Databento's tools read:
// https://databento.com/docs/standards-and-conventions/databento-binary-encoding
//
//   mbo     order add A, cancel C, modify M; execute F and then C; trade T; book_clear R
//   trades  trade
//   mbp-1   quote (M), trade T with the quote before it
//
// Instruments have numbers of the file's own, in the order of their names; its header says which symbols they are for
// the days that the file covers. Prices are 1e-9 on both sides. A side is the resting one; of a trade the aggressor's.
// `sequence` is the low half of the trade's id, or of the record's sequence in its ring. Sizes are whole numbers of
// 32 bits: larger ones are left out and counted.
//
// Threads: one.
// Not here: reading DBN (feedhandlers/dbn).
#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "clients/cli/journal/record_export.hpp"
#include "feedhandlers/dbn/metadata.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::cli {

/// What the header of the file says, known ahead of the first record.
struct DbnExportSetup {
  feedhandlers::dbn::Schema schema = feedhandlers::dbn::Schema::trades;  // mbo, trades or mbp_1
  std::map<std::string, std::string> instruments = {};                   // "AAPL@XNAS" -> "AAPL"
  /// Least and greatest event time of what is exported; kNoTime: there is nothing.
  platform::UnixNanos first = platform::kNoTime, last = platform::kNoTime;
};

/// Reads headers and facts of the whole journal. `likes`: empty: all instruments.
[[nodiscard]] DbnExportSetup dbn_export_of(const std::filesystem::path& folder, const std::string& ring,
                                           feedhandlers::dbn::Schema schema,
                                           const std::function<bool(const ringbuf::InstrumentEntry&)>& likes);

class DbnExport final : public RecordExport {
 public:
  /// Writes the header.
  DbnExport(const DbnExportSetup& setup, std::FILE* out);

  void begin(ringbuf::BlockKind) override {}
  void take(const ringbuf::JournalRecords& records, const ringbuf::JournalKnowledge& knowledge) override;
  [[nodiscard]] std::uint64_t records() const noexcept override { return records_; }
  /// Records whose size does not fit.
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }

 private:
  struct Instrument {
    std::uint32_t number = 0;
    std::uint16_t publisher = 0;
    ringbuf::QuoteBody quote{};
  };

  void write_header(const DbnExportSetup& setup);
  Instrument* whose(ringbuf::InstrumentId id, const ringbuf::JournalKnowledge& knowledge);
  void take(const ringbuf::Record& record, Instrument& instrument);
  void take(const ringbuf::Record& record, Instrument& instrument, const ringbuf::OrderBody& order);
  void take(const ringbuf::Record& record, Instrument& instrument, const ringbuf::TradeBody& trade);
  void take(const ringbuf::Record& record, Instrument& instrument, const ringbuf::QuoteBody& quote);
  void clear(const ringbuf::Record& record, const Instrument& instrument);
  void write_order(const ringbuf::Record& record, const Instrument& instrument, const ringbuf::OrderBody& order,
                   char action, std::uint8_t flags);
  void write_price_record(const ringbuf::Record& record, const Instrument& instrument, char action,
                          const ringbuf::TradeBody& trade);
  feedhandlers::dbn::Schema schema_;
  std::FILE* out_;
  std::map<std::string, Instrument> instruments_;  // by "AAPL@XNAS"
  std::uint64_t records_ = 0, left_out_ = 0;
};

}  // namespace tickplant::cli
