#include "clients/cli/journal/journal_savepoint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include "analytics/replay/journal_follower.hpp"
#include "clients/cli/failure.hpp"
#include "platform/clock.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"

namespace tickplant::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using analytics::JournalFollower;

constexpr auto kPatience = 5s;

std::string plant_of(const std::vector<ringbuf::JournalSegmentFile>& segments) {
  for (auto at = segments.rbegin(); at != segments.rend(); ++at) {
    if (at->fault == ringbuf::PageFault::none) return std::string(ringbuf::text_of(at->page.plant_name));
  }
  return "";
}

/// Up to the journal's end, for now; a plant that runs may be about to write what is still missing there. It may write
/// on and on: only what is missing at the end is waited for.
void follow_to_end(JournalFollower& follower, const SurveyProgress& progress) {
  const ringbuf::JournalPlace begin = follower.replay().place();
  for (std::optional<std::chrono::steady_clock::time_point> reached;;) {
    if (follower.poll() != 0) {
      const ringbuf::JournalPlace now = follower.replay().place();
      if (progress && now.segment == begin.segment) progress(now.offset - begin.offset);
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!reached) reached = now;
    if (follower.can_checkpoint() || now > *reached + kPatience) return;
    std::this_thread::sleep_for(5ms);
  }
}

[[noreturn]] void refuse(const std::string& why, const std::string& remedy) {
  throw Failure(ExitCode::check_failed, "no savepoint can be made: " + why, remedy);
}

/// Why there is no state to put down, if so.
void expect_state(JournalFollower& follower, const std::string& build) {
  const analytics::Recomputation* const computed = follower.computed();
  if (computed == nullptr) {
    refuse("nothing was computed, or the journal does not have its beginning any more",
           "let the plant compute something (analytics.file), and keep its checkpoints");
  }
  if (computed->difference()) {
    refuse("computed again, a result at input " + std::to_string(computed->difference()->cause) +
               " is another one than was published",
           "tickplant journal audit shows it; keep the journal for whoever looks");
  }
  if (!computed->problem().empty()) refuse(computed->problem(), "tickplant journal verify says what is missing");
  if (!follower.can_checkpoint()) {
    refuse("what was ordered last is not all in the journal", "try again when the plant has been started anew");
  }
  if (follower.build() != build) {
    refuse("the plant computes with '" + follower.build() + "', this is '" + build + "'",
           "take the program tickplant that was installed with its daemon");
  }
}

/// What the savepoint refers to is on disk before the savepoint is.
void sync_newest(const std::vector<ringbuf::JournalSegmentFile>& segments) {
  for (std::size_t i = segments.size() - std::min<std::size_t>(2, segments.size()); i < segments.size(); ++i) {
    const platform::UniqueFd file(::open(segments[i].path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fdatasync(file.get()) != 0) {
      throw platform::SetupError(platform::with_errno("cannot sync '" + segments[i].path.string() + "'", errno),
                                 "look after the disk: dmesg has the details");
    }
  }
}

/// The daemon is to read it, whoever made it.
void give_to_owner_of(const fs::path& folder, const fs::path& file) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0) return;
  if (::chown(file.c_str(), owner.st_uid, owner.st_gid) != 0) {
    throw platform::SetupError(
        platform::with_errno("cannot give '" + file.string() + "' to the journal's owner", errno),
        "do it by hand: the daemon reads it");
  }
}

}  // namespace

MadeSavepoint make_savepoint(const fs::path& folder, const SavepointWish& wish, const SurveyProgress& progress) {
  ringbuf::CheckpointFiles files(folder);
  if (fs::exists(files.savepoint_path(wish.name))) {
    throw Failure(ExitCode::usage, "there is a savepoint " + wish.name + " already",
                  "take another name, or remove it: " + files.savepoint_path(wish.name).string());
  }
  const std::string plant = plant_of(ringbuf::list_segments(folder));
  constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max() - 1;  // known when it has been read
  const analytics::FollowerStart start = analytics::follow_journal(folder, {plant, wish.build, kNoEnd});
  JournalFollower& follower = *start.follower;
  follow_to_end(follower, progress);
  expect_state(follower, wish.build);

  ringbuf::Checkpoint made = follower.checkpoint();
  ringbuf::set_text(made.head.plant_name, plant);
  ringbuf::set_text(made.head.build, wish.build);
  made.head.made_at = platform::system_now().value;
  sync_newest(ringbuf::list_segments(folder));
  MadeSavepoint out;
  out.file = files.write_savepoint(wish.name, made);
  give_to_owner_of(folder, out.file);
  out.cause = made.head.cause_seq;
  out.bytes = made.head.file_bytes;
  out.inputs = follower.computed()->counts().inputs;
  out.results = follower.computed()->counts().results;
  out.from = start.checkpoint;
  return out;
}

}  // namespace tickplant::cli
