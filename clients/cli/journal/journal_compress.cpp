#include "clients/cli/journal/journal_compress.hpp"

#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/segment_compressor.hpp"

namespace tickplant::cli {

using namespace ringbuf;

CompressedJournal compress_journal(const std::filesystem::path& folder, bool results_only,
                                   const SurveyProgress& progress) {
  CompressedJournal out;
  std::vector<JournalSegmentFile> segments = list_segments(folder);
  if (segments.empty()) return out;
  const std::size_t untouched = untouched_segments(std::max(segments.back().page.segment_bytes, kJournalUnitBytes));
  segments.resize(segments.size() - std::min(untouched, segments.size()));
  for (const JournalSegmentFile& segment : segments) {
    if (segment.is_compressed && (segment.is_results_only || !results_only)) continue;
    try {
      CompressionWish wish;
      wish.to = segment.path.parent_path();
      wish.results_only = results_only;
      wish.now = platform::system_now();
      const CompressionResult result = compress_segment(folder, segment.number, wish);
      if (segment.path != result.path) std::filesystem::remove(segment.path);
      // It leads to records that are gone.
      if (results_only) std::filesystem::remove(folder / index_file_name(segment.number));
      ++out.segments;
      out.bytes += result.bytes;
      out.file_bytes += result.file_bytes;
    } catch (const std::exception& problem) {
      out.refused.emplace_back(problem.what());
    }
    if (progress) progress(out.bytes);
  }
  return out;
}

}  // namespace tickplant::cli
