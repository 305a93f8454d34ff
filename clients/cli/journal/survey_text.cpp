#include "clients/cli/journal/survey_text.hpp"

#include <algorithm>
#include <cstdio>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "platform/calendar_date.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

std::string file_of(const JournalSurvey& survey, std::uint64_t segment) {
  for (const SurveyedSegment& each : survey.segments) {
    if (each.file.number == segment) return each.file.path.string();
  }
  return (survey.folder / segment_file_name(segment)).string();
}

/// How a segment lies on disk.
std::string form_of(const SurveyedSegment& segment) {
  const std::string form = !segment.file.is_compressed    ? "plain"
                           : segment.file.is_results_only ? "results only"
                                                          : "compressed";
  return form + (segment.file.path.parent_path().filename() == kArchiveName ? ", archive" : "");
}

std::string range_text(const JournalLoss& loss, const JournalSurvey& survey) {
  return printable(survey.ring_name(loss.ring)) + ' ' + std::to_string(loss.range.first) +
         (loss.range.first == loss.range.last ? "" : " to " + std::to_string(loss.range.last));
}

std::string hex_text(std::uint64_t number) {
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(number));
  return out;
}

/// Why nothing follows at an end.
std::string cause_text(const JournalEnd& end) {
  if (end.page_fault != PageFault::none && end.fault == BlockFault::no_block) {
    return "of the segment there " + std::string(text_of(end.page_fault));
  }
  return std::string(text_of(end.fault));
}

std::string blocks_text(std::uint64_t first, std::uint64_t last) {
  if (last < first) return "no block is missing, but they are not in order";
  if (first == last) return "block " + std::to_string(first) + " is missing";
  return "blocks " + std::to_string(first) + " to " + std::to_string(last) + " are missing";
}

std::string end_text(const JournalSurvey& survey) {
  const JournalEnd& end = survey.end;
  const std::string at = "block " + std::to_string(end.number) + " at " + file_of(survey, end.place.segment) +
                         " offset " + std::to_string(end.place.offset);
  switch (end.kind) {
    case JournalEndKind::tail:
      return survey.knowledge.is_closed() ? "closed in order" : "open: the next would be " + at;
    case JournalEndKind::torn:
      return "torn before " + at + ": " + cause_text(end) +
             (end.last_behind > end.number ? "; pieces up to block " + std::to_string(end.last_behind) + " lie behind"
                                           : "") +
             "; nothing of it was durable";
    case JournalEndKind::damaged: return "damaged at " + at + ": " + cause_text(end);
  }
  return "unknown";
}

std::string ring_time_text(const SurveyedRing& ring) {
  if (!ring.first_recv || !ring.last_recv) return "-";
  return utc_text(*ring.first_recv) + " to " + utc_text(*ring.last_recv);
}

Json ranges_json(const std::vector<JournalLoss>& losses, const JournalSurvey& survey) {
  Json out = Json::array();
  for (const JournalLoss& loss : losses) {
    out.push_back({{"ring", survey.ring_name(loss.ring)},
                   {"first", loss.range.first},
                   {"last", loss.range.last},
                   {"reason", word_of(loss.reason)}});
  }
  return out;
}

Json end_json(const JournalSurvey& survey, const JournalEnd& end) {
  return {{"kind", text_of(end.kind)},
          {"file", file_of(survey, end.place.segment)},
          {"offset", end.place.offset},
          {"block", end.number},
          {"found", end.page_fault != PageFault::none ? text_of(end.page_fault) : text_of(end.fault)},
          {"last_behind", end.last_behind == 0 ? Json(nullptr) : Json(end.last_behind)}};
}

std::string checkpoints_text(const JournalSurvey& survey, const Style& style) {
  TextTable table(
      {{"checkpoint", true}, {"up to input", false}, {"size", false}, {"computed by", true}, {"made (UTC)", true}});
  for (const SurveyedCheckpoint& each : survey.checkpoints) {
    const bool is_known = each.fault.empty();
    table.add({each.savepoint                            ? "savepoint " + printable(*each.savepoint)
               : CheckpointFiles::is_snapshot(each.file) ? "snapshot, behind a loss"
                                                         : "checkpoint",
               is_known ? count_text(each.head.cause_seq) : "-", bytes_text(each.file_bytes),
               is_known ? printable(std::string(text_of(each.head.build))) : "-",
               is_known ? utc_text({each.head.made_at}) : "-"},
              each.fault.substr(0, each.fault.find('\n')));
  }
  return table.text(style);
}

Json checkpoints_json(const JournalSurvey& survey) {
  Json out = Json::array();
  for (const SurveyedCheckpoint& each : survey.checkpoints) {
    const bool is_known = each.fault.empty();
    out.push_back({{"file", each.file.string()},
                   {"is_snapshot", CheckpointFiles::is_snapshot(each.file)},
                   {"savepoint", each.savepoint ? Json(*each.savepoint) : Json(nullptr)},
                   {"cause_seq", is_known ? Json(each.head.cause_seq) : Json(nullptr)},
                   {"bytes", each.file_bytes},
                   {"build", is_known ? Json(std::string(text_of(each.head.build))) : Json(nullptr)},
                   {"made_at", is_known ? Json(each.head.made_at) : Json(nullptr)},
                   {"fault", is_known ? Json(nullptr) : Json(each.fault)}});
  }
  return out;
}

}  // namespace

std::string_view word_of(const std::optional<LossReason>& reason) noexcept {
  if (!reason) return "unknown";
  switch (*reason) {
    case LossReason::overrun: return "overrun";
    case LossReason::disk: return "disk";
    case LossReason::restart: return "restart";
    case LossReason::damage: return "damage";
    case LossReason::age: return "age";
    case LossReason::skipped: return "skipped";
  }
  return "unknown";
}

std::string_view word_of(BlockKind kind) noexcept {
  switch (kind) {
    case BlockKind::ticks: return "ticks";
    case BlockKind::runs: return "runs";
    case BlockKind::derived: return "derived";
    case BlockKind::facts: return "facts";
    case BlockKind::alerts: return "alerts";
    case BlockKind::none: break;
  }
  return "unknown";
}

std::string utc_text(platform::UnixNanos time) {
  std::int64_t days = time.value / platform::kNanosPerDay;
  if (time.value % platform::kNanosPerDay < 0) --days;
  return platform::to_string(platform::date_of_days(static_cast<std::int32_t>(days))) + ' ' +
         time_of_day_text(time.value - days * platform::kNanosPerDay);
}

std::string list_text(const JournalSurvey& survey, const Style& style) {
  std::string out = fact_line("journal", hex_text(survey.journal_id) + " of plant " + printable(survey.plant) + ", " +
                                             count_text(survey.blocks, "block") + ", " + bytes_text(survey.bytes));
  if (!survey.knowledge.build().empty()) {
    out += fact_line("written by", printable(std::string(survey.knowledge.build())));
  }
  out += '\n';
  TextTable segments({{"segment", false},
                      {"size", false},
                      {"form", true},
                      {"used", false},
                      {"blocks", false},
                      {"from block", false},
                      {"epoch", false},
                      {"created (UTC)", true}});
  for (const SurveyedSegment& segment : survey.segments) {
    const bool is_known = !segment.is_bad();
    const JournalSegmentPage& page = segment.file.page;
    segments.add(
        {std::to_string(segment.file.number), bytes_text(segment.file.file_bytes), form_of(segment),
         bytes_text(segment.block_bytes), count_text(segment.blocks), is_known ? std::to_string(page.first_block) : "-",
         is_known ? std::to_string(page.epoch) : "-", is_known ? utc_text({page.created_at}) : "-"},
        is_known ? "" : std::string(segment.fault_text()));
  }
  out += segments.text(style) + '\n';
  TextTable rings({{"ring", true},
                   {"kind", true},
                   {"records", false},
                   {"first", false},
                   {"last", false},
                   {"lost", false},
                   {"dropped", false},
                   {"received (UTC)", true}});
  for (const auto& [id, ring] : survey.rings) {
    rings.add({printable(ring.name), std::string(word_of(ring.kind)), count_text(ring.records),
               ring.records == 0 ? "-" : std::to_string(ring.first),
               ring.records == 0 ? "-" : std::to_string(ring.last),
               ring.lost == 0 ? Cell("0") : Cell(count_text(ring.lost), Look::warning), count_text(ring.dropped),
               ring_time_text(ring)});
  }
  out += rings.text(style) + '\n';
  if (!survey.checkpoints.empty()) out += checkpoints_text(survey, style) + '\n';
  for (const JournalLoss& loss : survey.losses) {
    const bool is_skip = loss.reason == LossReason::skipped;
    out += is_skip ? fact_line("skipped", range_text(loss, survey) + ", numbers that nobody had: the memory was gone")
                   : fact_line("lost", range_text(loss, survey) + ", " + std::string(word_of(loss.reason)));
  }
  return out + verdict_text(survey, style);
}

std::string verdict_text(const JournalSurvey& survey, const Style& style) {
  std::string out;
  for (const SurveyedDamage& damage : survey.damages) {
    std::string text = file_of(survey, damage.end.place.segment) + " offset " +
                       std::to_string(damage.end.place.offset) + ", block " + std::to_string(damage.end.number) + ": " +
                       cause_text(damage.end) + "; ";
    text += damage.hole ? blocks_text(damage.hole->first, damage.hole->last) : "nothing that holds lies behind";
    for (const JournalLoss& loss : damage.missing) text += "; " + range_text(loss, survey);
    out += fact_line("damaged", style.warning(text));
  }
  for (const SurveyedSegment& segment : survey.segments) {
    if (!survey.is_bad_file(segment)) continue;
    out += fact_line("bad file", style.warning(segment.file.path.string() + ": " + std::string(segment.fault_text())));
  }
  return out + fact_line("end", end_text(survey));
}

Json survey_json(const JournalSurvey& survey) {
  Json segments = Json::array();
  for (const SurveyedSegment& segment : survey.segments) {
    const JournalSegmentPage& page = segment.file.page;
    Json one{{"file", segment.file.path.string()},
             {"segment", segment.file.number},
             {"bytes", segment.file.file_bytes},
             {"is_compressed", segment.file.is_compressed},
             {"is_results_only", segment.file.is_results_only},
             {"used_bytes", segment.block_bytes},
             {"blocks", segment.blocks},
             {"first_block", nullptr},
             {"epoch", nullptr},
             {"created_at", nullptr},
             {"fault", nullptr}};
    if (segment.is_bad()) {
      one["fault"] = segment.fault_text();
    } else {
      one.update({{"first_block", page.first_block}, {"epoch", page.epoch}, {"created_at", page.created_at}});
    }
    segments.push_back(std::move(one));
  }
  Json rings = Json::array();
  for (const auto& [id, ring] : survey.rings) {
    rings.push_back({{"name", ring.name},
                     {"kind", word_of(ring.kind)},
                     {"blocks", ring.blocks},
                     {"records", ring.records},
                     {"lost", ring.lost},
                     {"dropped", ring.dropped},
                     {"first", ring.first},
                     {"last", ring.last},
                     {"first_recv", time_json(ring.first_recv)},
                     {"last_recv", time_json(ring.last_recv)}});
  }
  Json damages = Json::array();
  for (const SurveyedDamage& damage : survey.damages) {
    Json one = end_json(survey, damage.end);
    one["missing_first"] = damage.hole ? Json(damage.hole->first) : Json(nullptr);
    one["missing_last"] = damage.hole ? Json(damage.hole->last) : Json(nullptr);
    one["missing"] = ranges_json(damage.missing, survey);
    damages.push_back(std::move(one));
  }
  return {{"folder", survey.folder.string()},
          {"plant", survey.plant},
          {"journal_id", hex_text(survey.journal_id)},
          {"build", survey.knowledge.build()},
          {"blocks", survey.blocks},
          {"bytes", survey.bytes},
          {"is_damaged", survey.is_damaged()},
          {"is_closed", survey.knowledge.is_closed() && survey.end.kind == JournalEndKind::tail},
          {"segments", std::move(segments)},
          {"rings", std::move(rings)},
          {"checkpoints", checkpoints_json(survey)},
          {"losses", ranges_json(survey.losses, survey)},
          {"damages", std::move(damages)},
          {"end", end_json(survey, survey.end)}};
}

}  // namespace tickplant::cli
