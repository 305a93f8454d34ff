#include "clients/cli/journal/journal_index.hpp"

#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_indexer.hpp"

namespace tickplant::cli {

IndexedJournal index_journal(const std::filesystem::path& folder, const SurveyProgress& progress) {
  IndexedJournal out;
  (void)ringbuf::list_segments(folder);
  ringbuf::JournalIndexer indexer(folder, ringbuf::IndexCheck::all);
  try {
    while (const auto made = indexer.step()) {
      ++out.segments;
      out.records += made->records;
      out.bytes += made->bytes;
      out.index_bytes += made->file_bytes;
      if (progress) progress(out.bytes);
    }
  } catch (const platform::SetupError& problem) {
    out.refused = problem.what();
  }
  return out;
}

}  // namespace tickplant::cli
