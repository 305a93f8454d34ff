#include "daemon/control/past_streams.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "clients/cpp/look_timer.hpp"
#include "daemon/control/wire.hpp"

namespace tickplant::daemon {
namespace {

constexpr std::int64_t kSliceNanos = 10'000'000;
constexpr std::int64_t kPatienceNanos = 1'000'000'000;  // then an empty batch says that it is still looking
constexpr std::int64_t kPastWaitNanosMax = 60 * platform::kNanosPerSecond;
constexpr std::int64_t kLookNanos = 5'000'000;
constexpr std::size_t kResultsMost = 256;
constexpr std::size_t kReadRecords = 64;  // of each ring

/// Slice after slice until there is something to tell, or nothing for now, or it takes long.
template <class Batch>
kj::Promise<Batch> read_on(ControlState& state, std::function<Batch()> slice, std::int64_t patient_until,
                           std::int64_t wait_until) {
  return state.on_helper(slice).then(
      [&state, slice, patient_until, wait_until](Batch batch) mutable -> kj::Promise<Batch> {
        const std::int64_t now = clients::steady_nanos();
        if (!batch.is_empty() || now >= (batch.has_more ? patient_until : wait_until)) return kj::mv(batch);
        if (batch.has_more) return read_on(state, std::move(slice), patient_until, wait_until);
        return state.timer()
            .afterDelay(kLookNanos * kj::NANOSECONDS)
            .then([&state, slice = std::move(slice), patient_until, wait_until]() mutable {
              return read_on(state, std::move(slice), patient_until, wait_until);
            });
      });
}

}  // namespace

/// A history and the plant that it is of, attached with the first slice. Made anywhere; all else the helper's.
class PastTickCursor {
 public:
  PastTickCursor(std::filesystem::path folder, clients::HistoryWish wish)
      : folder_(std::move(folder)), wish_(std::move(wish)) {}

  PastTickBatch slice(std::size_t limit) {
    if (!history_) {
      plant_.emplace(clients::Plant::in_folder(folder_));
      history_.emplace(*plant_, wish_);
    }
    batches_.set_limit(limit);
    bool is_all = false;
    for (const std::int64_t until = clients::steady_nanos() + kSliceNanos;
         !is_all && !batches_.has_full() && clients::steady_nanos() < until;) {
      is_all = history_->poll(batches_, kReadRecords) == 0;
    }
    PastTickBatch out{batches_.take(), false, batches_.lost_count()};
    out.has_more = !batches_.is_empty() || (!is_all && !history_->is_done());
    return out;
  }

 private:
  std::filesystem::path folder_;
  clients::HistoryWish wish_;
  std::optional<clients::Plant> plant_;
  std::optional<clients::History> history_;
  TickBatches batches_;
};

class PastResultCursor {
 public:
  PastResultCursor(std::filesystem::path folder, clients::DerivedHistoryWish wish)
      : folder_(std::move(folder)), wish_(std::move(wish)) {}

  PastResultBatch slice(std::size_t limit) {
    if (!history_) {
      plant_.emplace(clients::Plant::in_folder(folder_));
      history_.emplace(*plant_, wish_);
    }
    bool is_all = false;
    for (const std::int64_t until = clients::steady_nanos() + kSliceNanos;
         !is_all && read_.size() < limit && clients::steady_nanos() < until;) {
      is_all = history_->poll(*this, std::min(kReadRecords, limit)) == 0;
    }
    PastResultBatch out;
    const std::size_t count = std::min(limit, read_.size());
    out.results.assign(std::make_move_iterator(read_.begin()),
                       std::make_move_iterator(read_.begin() + static_cast<std::ptrdiff_t>(count)));
    read_.erase(read_.begin(), read_.begin() + static_cast<std::ptrdiff_t>(count));
    out.lost = std::exchange(lost_, {});
    out.has_more = !read_.empty() || (!is_all && !history_->is_done());
    return out;
  }

  // The history's handler.
  void operator()(const ringbuf::DerivedRecord& record) {
    read_.push_back({record, plant_->symbol_of(record.header.instrument),
                     std::string(history_->functions().name_of(record.header.function))});
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { lost_.push_back({std::string(ring), range}); }

 private:
  std::filesystem::path folder_;
  clients::DerivedHistoryWish wish_;
  std::optional<clients::Plant> plant_;
  std::optional<clients::DerivedHistory> history_;
  std::vector<NamedResult> read_;
  std::vector<LostRange> lost_;
};

PastTicks::PastTicks(ControlState& state, std::shared_ptr<Caller> caller, clients::HistoryWish wish)
    : state_(state),
      held_(state, std::move(caller), HeldStream::Of::past),
      cursor_(std::make_shared<PastTickCursor>(state.setup.folder, std::move(wish))) {}

/// What it has attached goes where it was made.
PastTicks::~PastTicks() noexcept {
  state_.helper.must_run([cursor = std::move(cursor_)] {});
}

kj::Promise<void> PastTicks::next(NextContext context) {
  state_.count_call(held_.caller());
  const auto params = context.getParams();
  const std::size_t limit = params.getLimit() == 0
                                ? TickBatches::kRecordsMost
                                : std::min<std::size_t>(params.getLimit(), TickBatches::kRecordsMost);
  const std::int64_t now = clients::steady_nanos();
  const std::int64_t wait_until = now + std::clamp<std::int64_t>(params.getWait(), 0, kPastWaitNanosMax);
  context.releaseParams();
  context.allowCancellation();
  std::function<PastTickBatch()> slice = [cursor = cursor_, limit] { return cursor->slice(limit); };
  return read_on(state_, std::move(slice), now + kPatienceNanos, wait_until).then([context](PastTickBatch got) mutable {
    protocol::TickBatch::Builder out = context.getResults().initBatch();
    set_batch(got.batch, out);
    out.setHasMore(got.has_more);
    out.setLostCount(got.lost_count);
  });
}

PastResults::PastResults(ControlState& state, std::shared_ptr<Caller> caller, clients::DerivedHistoryWish wish)
    : state_(state),
      held_(state, std::move(caller), HeldStream::Of::past),
      cursor_(std::make_shared<PastResultCursor>(state.setup.folder, std::move(wish))) {}

PastResults::~PastResults() noexcept {
  state_.helper.must_run([cursor = std::move(cursor_)] {});
}

kj::Promise<void> PastResults::next(NextContext context) {
  state_.count_call(held_.caller());
  const std::uint32_t wished = context.getParams().getLimit();
  const std::size_t limit = wished == 0 ? kResultsMost : std::min<std::size_t>(wished, kResultsMost);
  const std::int64_t now = clients::steady_nanos();
  context.releaseParams();
  context.allowCancellation();
  std::function<PastResultBatch()> slice = [cursor = cursor_, limit] { return cursor->slice(limit); };
  return read_on(state_, std::move(slice), now + kPatienceNanos, now)
      .then([context](const PastResultBatch& got) mutable {
        auto out = context.getResults();
        const auto is_bar = [](const NamedResult& each) {
          return each.record.header.type == ringbuf::DerivedType::window_row;
        };
        const auto bar_count = static_cast<unsigned>(std::count_if(got.results.begin(), got.results.end(), is_bar));
        auto bars = out.initBars(bar_count);
        auto signals = out.initSignals(size_of(got.results) - bar_count);
        unsigned bar = 0, signal = 0;
        for (const NamedResult& each : got.results) {
          is_bar(each) ? set_bar(each, bars[bar++]) : set_signal(each, signals[signal++]);
        }
        set_lost(got.lost, out.initLost(size_of(got.lost)));
        out.setHasMore(got.has_more);
      });
}

}  // namespace tickplant::daemon
