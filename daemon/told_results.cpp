#include "daemon/told_results.hpp"

#include <algorithm>
#include <variant>

#include "daemon/log.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::daemon {

std::size_t tell_results(const std::filesystem::path& journal, const std::string& ring,
                         const std::function<void(const ringbuf::DerivedRecord&)>& take) {
  std::size_t count = 0;
  try {
    const auto segments = ringbuf::list_segments(journal);
    if (segments.empty()) return 0;
    const std::uint64_t from = segments[segments.size() - std::min<std::size_t>(2, segments.size())].number;
    ringbuf::JournalReader reader(journal, {.rings = {ring}, .from_segment = from});
    while (const auto item = reader.next()) {
      const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
      if (records == nullptr || records->kind != ringbuf::BlockKind::derived) continue;
      for (std::size_t i = 0; i < records->count(); ++i) take(records->as<ringbuf::DerivedRecord>(i));
      count += records->count();
    }
  } catch (const platform::SetupError& error) {  // it has no such ring, or cannot be read
    log_warning("results have no images until they come again: " + std::string(error.what()));
  }
  return count;
}

}  // namespace tickplant::daemon
