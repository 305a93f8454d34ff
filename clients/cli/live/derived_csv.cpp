#include "clients/cli/live/derived_csv.hpp"

#include "clients/cli/compute/row_columns.hpp"
#include "clients/cli/compute/signal_text.hpp"
#include "clients/cli/live/derived_words.hpp"

namespace tickplant::cli {

using namespace ringbuf;

std::string emission_csv(const DerivedRecord& record, std::uint64_t n, std::string_view window,
                         std::string_view symbol) {
  CsvLine line;
  put_emission(line, record, n, record.header.cause_seq.value, window, symbol);
  return std::string(line.text());
}

std::string signal_csv(const DerivedRecord& record, std::string_view signal, std::string_view symbol) {
  const auto body = record.as<SignalBody>();
  CsvLine line;
  line.field(record.header.cause_seq.value).field(symbol).field(signal).field(body.index).field(body.start.value);
  line.field(value_text(body)).field(word_of(body.status));
  return std::string(line.text());
}

}  // namespace tickplant::cli
