#include "daemon/sequence_leases.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "platform/setup_error.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;

constexpr const char* kConsequence = "after a crash and a reboot, sequences may come twice";

std::string said(const SetupError& error) {
  return error.problem() + (error.remedy().empty() ? "" : " (" + error.remedy() + ")");
}

}  // namespace

SequenceLeases::SequenceLeases(const std::optional<std::filesystem::path>& folder, std::string plant) {
  on_disk_.plant = std::move(plant);
  if (!folder) {
    problem_ = "no folder for the sequence numbers taken: this user has no home (set plant.state_folder)";
    return;
  }
  path_ = (*folder / kSequenceFileName).string();
  open_folder(*folder);
  if (!folder_) return;
  const std::optional<SequenceFile> found = read_sequences(folder_.get(), path_);
  if (!found) return;
  if (found->plant != on_disk_.plant) {
    throw SetupError("'" + path_ + "' is that of plant '" + found->plant + "', ours is '" + on_disk_.plant + "'",
                     "give each plant a plant.state_folder of its own");
  }
  on_disk_ = *found;
}

SequenceLeases::~SequenceLeases() {
  if (write_.valid()) write_.wait();
  if (before_take_ && !before_take_->leases.empty()) (void)outcome_of_write(*before_take_);
  if (before_take_ && before_take_->leases.empty()) (void)::unlinkat(folder_.get(), kSequenceFileName, 0);
  if (path_.empty()) return;
  std::error_code not_empty;  // a start that failed leaves no trace
  std::filesystem::remove(std::filesystem::path(path_).parent_path(), not_empty);
}

void SequenceLeases::open_folder(const std::filesystem::path& folder) {
  try {
    ringbuf::make_owned_folder(folder);
    folder_ = ringbuf::open_owned_folder(folder);
  } catch (const SetupError& error) {
    problem_ = error.problem() + " (give it to the daemon's user alone, or set plant.state_folder to another one)";
    return;
  }
  // Two plants of one name would each overrule what the other has taken.
  if (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw SetupError("another daemon keeps '" + path_ + "': it runs a plant of the same name in another runtime folder",
                     "give this one another plant.name, or a plant.state_folder of its own");
  }
}

const SequenceLease* SequenceLeases::find(std::string_view ring) const noexcept {
  const auto found = std::find_if(on_disk_.leases.begin(), on_disk_.leases.end(),
                                  [&](const SequenceLease& lease) { return lease.ring == ring; });
  return found == on_disk_.leases.end() ? nullptr : &*found;
}

bool SequenceLeases::may_take_over(std::string_view ring, std::int64_t made_at) const {
  const SequenceLease* lease = find(ring);
  return lease == nullptr || lease->made_at == made_at;
}

SequenceLeases::Start SequenceLeases::start_of(std::string_view ring, const std::optional<Remains>& remains) const {
  const SequenceLease* lease = find(ring);
  const std::uint64_t left = remains ? remains->last.value : 0;
  if (lease == nullptr) return {{left}, std::nullopt};
  // The very file that the lease was for holds all that was published: exact, as when it is taken over in place.
  if (remains && remains->made_at == lease->made_at) return {{std::max(left, lease->used)}, std::nullopt};
  const std::uint64_t last = std::max(lease->limit, left);
  if (lease->is_ended || lease->used >= last) return {{last}, std::nullopt};
  return {{last}, ringbuf::SequenceRange{lease->used + 1, last}};
}

SequenceFile SequenceLeases::with(SequenceFile file, const std::vector<Use>& uses, bool is_end) {
  for (const Use& use : uses) {
    const SequenceLease lease{use.ring, is_end, use.last.value, use.last.value + (is_end ? 0 : kBlock), use.made_at};
    const auto same = std::find_if(file.leases.begin(), file.leases.end(),
                                   [&](const SequenceLease& other) { return other.ring == use.ring; });
    if (same == file.leases.end()) {
      file.leases.push_back(lease);
    } else {
      *same = lease;
    }
  }
  return file;
}

std::string SequenceLeases::outcome_of_write(const SequenceFile& file) const noexcept {
  try {
    write_sequences(folder_.get(), path_, file);
    return "";
  } catch (const SetupError& error) {
    return said(error);
  }
}

void SequenceLeases::settle(const SequenceFile& tried, const std::string& outcome) {
  problem_ = outcome.empty() ? "" : outcome + ": " + kConsequence;
  if (outcome.empty()) {
    on_disk_ = tried;
  } else {
    ++failure_count_;
  }
}

void SequenceLeases::settle_write_under_way() {
  if (write_.valid()) settle(tried_, write_.get());
}

void SequenceLeases::take(const std::vector<Use>& uses) {
  settle_write_under_way();
  if (!folder_) {
    ++failure_count_;
    return;
  }
  before_take_ = on_disk_;
  const SequenceFile wanted = with(on_disk_, uses, false);
  settle(wanted, outcome_of_write(wanted));
}

void SequenceLeases::renew(const std::vector<Use>& uses) {
  if (!folder_) return;
  if (write_.valid()) {
    if (write_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
    settle_write_under_way();
  }
  const bool is_enough = std::all_of(uses.begin(), uses.end(), [this](const Use& use) {
    const SequenceLease* lease = find(use.ring);
    return lease != nullptr && lease->made_at == use.made_at && !lease->is_ended && lease->limit >= use.last.value &&
           lease->limit - use.last.value >= kBlock / 2;
  });
  if (is_enough && problem_.empty()) return;
  tried_ = with(on_disk_, uses, false);
  write_ = std::async(std::launch::async, [this] { return outcome_of_write(tried_); });
}

void SequenceLeases::end(const std::vector<Use>& uses) noexcept {
  settle_write_under_way();
  if (!folder_) return;
  const SequenceFile wanted = with(on_disk_, uses, true);
  settle(wanted, outcome_of_write(wanted));
}

}  // namespace tickplant::daemon
