#include "clients/cli/journal/journal_export.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/dbn_export.hpp"
#include "clients/cli/journal/survey_text.hpp"
#include "clients/cli/live/derived_text.hpp"
#include "clients/cli/live/derived_words.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/record_body.hpp"
#include "clients/cli/live/record_text.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/number_text.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

/// Quoted where a comma or a quote is in it.
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string joined_words(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

/// The functions of a journal as the table that everybody reads.
class FunctionsOfJournal {
 public:
  const FunctionsReader& of(const JournalKnowledge& knowledge) {
    if (!reader_ || count_ != knowledge.functions().size()) build(knowledge);
    return *reader_;
  }

 private:
  void build(const JournalKnowledge& knowledge) {
    count_ = knowledge.functions().size();
    const std::uint32_t most = knowledge.functions().empty() ? 1 : knowledge.functions().rbegin()->first;
    payload_.assign(kFunctionEntryBytes * (std::size_t{most} + 1) / 8, 0);
    const std::span<std::byte> bytes = std::as_writable_bytes(std::span(payload_));
    const std::uint64_t count = most;
    std::memcpy(bytes.data() + offsetof(FunctionsControl, count), &count, sizeof count);
    std::memcpy(bytes.data() + offsetof(FunctionsControl, capacity), &most, sizeof most);
    for (const auto& [id, entry] : knowledge.functions()) {
      std::memcpy(bytes.data() + kFunctionEntryBytes * id, &entry, sizeof entry);
    }
    reader_.emplace(bytes);
  }

  std::vector<std::uint64_t> payload_;
  std::optional<FunctionsReader> reader_;
  std::size_t count_ = 0;
};

class TextExport final : public RecordExport {
 public:
  TextExport(const ExportWish& wish, std::FILE* out) : wish_(&wish), out_(out) {}

  void begin(BlockKind kind) override {
    if (wish_->format == ExportFormat::json || is_begun_) return;
    is_begun_ = true;
    switch (kind) {
      case BlockKind::runs: return put("sequence,watermark,cause_seq,kind,ring,first,last");
      case BlockKind::derived:
      case BlockKind::alerts:
        return put("sequence,ts_event,ts_recv,symbol,function,type,basis,revision,cause_seq,fields");
      default:
        return put(
            "sequence,ts_event,ts_recv,symbol,type,flags,price,size,bid_price,bid_size,ask_price,ask_size,fields");
    }
  }

  void take(const JournalRecords& records, const JournalKnowledge& knowledge) override {
    begin(records.kind);
    for (std::size_t i = 0; i < records.count(); ++i) {
      if (records.kind == BlockKind::ticks) take_tick(records.as<Record>(i), records, knowledge);
      if (records.kind == BlockKind::runs) take_run(records.as<SequencerRun>(i), knowledge);
      if (has_derived_records(records.kind)) take_derived(records.as<DerivedRecord>(i), records, knowledge);
    }
  }

  [[nodiscard]] std::uint64_t records() const noexcept override { return records_; }

 private:
  struct Whose {
    std::string symbol;
    std::int8_t size_scale = 0;
    bool is_wished = true;
  };

  void put(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), out_);
    std::fputc('\n', out_);
  }

  const Whose& whose(InstrumentId id, const JournalKnowledge& knowledge) {
    const auto found = known_.find(id.value);
    if (found != known_.end()) return found->second;
    Whose one;
    const InstrumentEntry* entry = knowledge.instrument(id);
    if (entry != nullptr) {
      one.symbol = knowledge.symbol_of(id);
      one.size_scale = entry->size_scale;
    }
    const auto names = [&](const std::string& symbol) {
      return entry != nullptr && (symbol == one.symbol || symbol == text_of(entry->symbol));
    };
    one.is_wished = wish_->symbols.empty() || std::ranges::any_of(wish_->symbols, names);
    if (entry == nullptr && id != kNoInstrument) return unknown_ = one;  // it may be told later
    return known_.emplace(id.value, std::move(one)).first->second;
  }

  void take_tick(const Record& record, const JournalRecords& records, const JournalKnowledge& knowledge) {
    const Whose& instrument = whose(record.header.instrument, knowledge);
    if (!instrument.is_wished) return;
    ++records_;
    const std::string head = std::to_string(record.sequence().value);
    if (wish_->format == ExportFormat::json) {
      Json flags = Json::array();
      for (const std::string_view word : words_of(record.header.flags)) flags.push_back(word);
      Json out{{"type", word_of(record.header.type)},
               {"symbol", instrument.symbol.empty() ? Json(nullptr) : Json(instrument.symbol)},
               {"ring", text_of(records.ring->name)},
               {"sequence", record.sequence().value},
               {"ts_event", record.header.ts_event.value},
               {"ts_recv", record.header.ts_recv.value},
               {"publish_delay_ns", record.header.publish_delay * kPublishDelayUnitNanos},
               {"flags", std::move(flags)}};
      add_fields(record, out);
      return put(json_line(out));
    }
    std::string price, size, bid_price, bid_size, ask_price, ask_size;
    const auto set_price = [](std::string& to, Price from) { to = is_present(from) ? price_text(from) : ""; };
    with_body(record, [&](const auto& body) {
      if constexpr (requires {
                      Price{body.price};
                      Size{body.size};
                    }) {
        set_price(price, body.price);
        size = std::to_string(body.size.value);
      }
      if constexpr (requires {
                      Price{body.bid_price};
                      Size{body.bid_size};
                    }) {
        set_price(bid_price, body.bid_price);
        set_price(ask_price, body.ask_price);
        bid_size = std::to_string(body.bid_size.value);
        ask_size = std::to_string(body.ask_size.value);
      }
    });
    put(head + ',' + std::to_string(record.header.ts_event.value) + ',' + std::to_string(record.header.ts_recv.value) +
        ',' + csv_text(printable(instrument.symbol)) + ',' + std::string(word_of(record.header.type)) + ',' +
        joined_words(words_of(record.header.flags)) + ',' + price + ',' + size + ',' + bid_price + ',' + bid_size +
        ',' + ask_price + ',' + ask_size + ',' + csv_text(fields_text(record, instrument.size_scale)));
  }

  void take_run(const SequencerRun& run, const JournalKnowledge& knowledge) {
    ++records_;
    const bool has_watermark = run.watermark != platform::kNoTime;
    const bool has_records = run.kind == RunKind::records;
    const SequenceRange range = has_records ? run.range() : SequenceRange{};
    const RingFact* fact = knowledge.ring(run.ring.value);
    const std::string ring(fact == nullptr ? std::string_view() : text_of(fact->name));
    const char* kind = has_records ? "records" : run.kind == RunKind::command ? "command" : "pause";
    if (wish_->format == ExportFormat::json) {
      Json out{{"type", kind},
               {"sequence", run.stamp},
               {"watermark", has_watermark ? Json(run.watermark.value) : Json(nullptr)},
               {"cause_seq", run.cause_seq.value},
               {"ring", ring.empty() ? Json(nullptr) : Json(ring)},
               {"first", has_records ? Json(range.first) : Json(nullptr)},
               {"last", has_records ? Json(range.last) : Json(nullptr)}};
      return put(json_line(out));
    }
    put(std::to_string(run.stamp) + ',' + (has_watermark ? std::to_string(run.watermark.value) : "") + ',' +
        std::to_string(run.cause_seq.value) + ',' + kind + ',' + csv_text(printable(ring)) + ',' +
        (has_records ? std::to_string(range.first) + ',' + std::to_string(range.last) : ","));
  }

  void take_derived(const DerivedRecord& record, const JournalRecords& records, const JournalKnowledge& knowledge) {
    const DerivedHeader& header = record.header;
    const Whose& instrument = whose(header.instrument, knowledge);
    if (!instrument.is_wished) return;
    ++records_;
    const FunctionsReader& functions = functions_.of(knowledge);
    if (wish_->format == ExportFormat::json) {
      Json out{{"type", word_of(header.type)},
               {"symbol", instrument.symbol.empty() ? Json(nullptr) : Json(instrument.symbol)},
               {"ring", text_of(records.ring->name)},
               {"sequence", header.stamp}};
      add_fields(record, functions, out);
      return put(json_line(out));
    }
    put(std::to_string(header.stamp) + ',' + std::to_string(header.ts_event.value) + ',' +
        std::to_string(header.ts_recv.value) + ',' + csv_text(printable(instrument.symbol)) + ',' +
        csv_text(printable(std::string(functions.name_of(header.function)))) + ',' + std::string(word_of(header.type)) +
        ',' + std::string(word_of(header.basis)) + ',' + std::to_string(header.revision) + ',' +
        std::to_string(header.cause_seq.value) + ',' + csv_text(fields_text(record, functions, instrument.size_scale)));
  }

  const ExportWish* wish_;
  std::FILE* out_;
  bool is_begun_ = false;
  std::uint64_t records_ = 0;
  std::unordered_map<std::uint32_t, Whose> known_;
  Whose unknown_;
  FunctionsOfJournal functions_;
};

/// The ring asked for, as the facts at the start of the last segment that holds say.
std::string chosen_ring(const std::filesystem::path& folder, const ExportWish& wish) {
  const std::string& wished = wish.ring;
  JournalKnowledge knowledge;
  const std::vector<JournalSegmentFile> segments = list_segments(folder);
  for (auto at = segments.rbegin(); at != segments.rend() && knowledge.rings().empty(); ++at) {
    if (at->fault != PageFault::none) continue;
    JournalScanner scanner(folder);
    scanner.begin_at(at->number);
    while (const auto block = scanner.next(Payloads::facts)) {
      if (block->header.kind != BlockKind::facts) break;
      FactsReader facts(block->payload);
      while (const auto fact = facts.next()) knowledge.apply(*fact);
    }
  }
  std::string all;
  std::vector<std::string> of_ticks;
  for (const auto& [id, ring] : knowledge.rings()) {
    const std::string name(text_of(ring.name));
    if (name == wished && wish.format == ExportFormat::dbn && ring.kind != BlockKind::ticks) {
      throw Failure(ExitCode::usage, "DBN has no records for ring '" + printable(wished) + "', which is none of ticks",
                    "export it as csv or json");
    }
    if (name == wished) return name;
    all += (all.empty() ? "" : ", ") + printable(name);
    if (ring.kind == BlockKind::ticks) of_ticks.push_back(name);
  }
  if (wished.empty() && of_ticks.size() == 1) return of_ticks.front();
  throw Failure(
      ExitCode::usage,
      wished.empty() ? "the journal has several rings" : "the journal has no ring '" + printable(wished) + "'",
      all.empty() ? "look at it: tickplant journal list '" + folder.string() + "'" : "name one: --ring " + all);
}

}  // namespace

ExportResult export_journal(const std::filesystem::path& folder, const ExportWish& wish, std::FILE* out) {
  JournalWish what;
  what.rings = {chosen_ring(folder, wish)};
  what.from_sequence = wish.from.sequence;
  if (wish.from.time) what.from_recv = *wish.from.time;
  if (wish.until.time) what.until_recv = *wish.until.time;
  if (!wish.symbols.empty()) {
    what.likes = [&wish](const InstrumentEntry& entry) {
      const std::string symbol(text_of(entry.symbol)), full = symbol + '@' + std::string(text_of(entry.venue));
      return std::ranges::any_of(wish.symbols, [&](const std::string& each) { return each == symbol || each == full; });
    };
  }
  JournalReader reader(folder, what);
  TextExport text(wish, out);
  std::optional<DbnExport> dbn;
  if (wish.format == ExportFormat::dbn) {
    dbn.emplace(dbn_export_of(folder, what.rings.front(), wish.schema, what.likes), out);
  }
  RecordExport& exporter = dbn ? static_cast<RecordExport&>(*dbn) : text;
  ExportResult result;
  bool is_at_end = false;
  for (;;) {
    const auto item = reader.next();
    is_at_end = !item;
    if (!item) break;
    if (const auto* const found = std::get_if<JournalRecords>(&*item)) {
      JournalRecords records = *found;
      const std::uint64_t until = wish.until.sequence;
      if (until != 0 && records.first >= until) break;
      if (until != 0 && records.first + records.count() > until) {
        records.bytes = records.bytes.first((until - records.first) * records.record_bytes);
      }
      exporter.take(records, reader.knowledge());
      continue;
    }
    const auto& loss = std::get<JournalLoss>(*item);
    if (wish.until.sequence != 0 && loss.range.first >= wish.until.sequence) break;
    const bool is_skip = loss.reason == LossReason::skipped;
    if (!is_skip) result.lost += loss.range.count();
    std::fprintf(stderr, "tickplant: %s %llu to %llu %s (%s)\n", printable(what.rings.front()).c_str(),
                 static_cast<unsigned long long>(loss.range.first), static_cast<unsigned long long>(loss.range.last),
                 is_skip ? "are numbers that nobody had: the plant's memory was gone" : "are not in the journal",
                 std::string(word_of(loss.reason)).c_str());
  }
  if (const RingFact* ring = reader.knowledge().find_ring(what.rings.front())) exporter.begin(ring->kind);
  result.records = exporter.records();
  if (dbn) result.left_out = dbn->left_out();
  if (!is_at_end) return result;
  const JournalEnd end = reader.end();
  result.is_damaged = end.kind == JournalEndKind::damaged;
  if (result.is_damaged) {
    result.end =
        open_segment(folder, end.place.segment).file.path.string() + " offset " + std::to_string(end.place.offset);
  }
  return result;
}

}  // namespace tickplant::cli
