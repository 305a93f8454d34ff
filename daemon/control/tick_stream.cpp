#include "daemon/control/tick_stream.hpp"

#include <algorithm>

#include "clients/cpp/look_timer.hpp"
#include "daemon/control/wire.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;

constexpr std::size_t kPollRecords = 256;  // of each ring
constexpr int kPollsOfATurn = 16;
constexpr std::int64_t kWaitNanosMax = 60 * platform::kNanosPerSecond;

void check_size(const clients::Subscription& wish) {
  const bool has_images = wish.join == clients::Join::image || wish.on_overrun == clients::OnOverrun::conflate;
  const std::size_t most = has_images ? TickStream::kSymbolsWithImages : TickStream::kSymbols;
  if (wish.symbols.size() > most) {
    throw SetupError("a subscription to " + std::to_string(wish.symbols.size()) + " symbols is too large, " +
                         std::to_string(most) + " are the most" + (has_images ? " with images or conflation" : ""),
                     "subscribe twice, or read the plant's shared memory, which has no limit");
  }
  if (has_images && wish.symbols.empty()) {
    throw SetupError("images and conflation are for chosen symbols here, not for all",
                     "name " + std::to_string(most) + " at most, or read the plant's shared memory");
  }
}

std::vector<UpstreamWishes::Feed> feeds_of(const clients::Plant& plant) {
  std::vector<UpstreamWishes::Feed> feeds;
  for (const ringbuf::CatalogFeed& feed : plant.feeds()) feeds.push_back({feed.name, feed.venue, feed.ring});
  return feeds;
}

}  // namespace

TickStream::TickStream(ControlState& state, std::shared_ptr<Caller> caller, clients::Subscription wish)
    : state_(state), held_(state, std::move(caller), HeldStream::Of::now) {
  check_size(wish);
  Wishes wishes = UpstreamWishes::wishes(feeds_of(state_.plant()), wish.symbols, wish.rings);
  subscriber_.emplace(state_.plant(), std::move(wish));
  wishes_ = std::move(wishes);
  state_.wishes.add(wishes_);
}

TickStream::~TickStream() noexcept {
  if (state_.turns) state_.turns->remove(*this);
  state_.wishes.remove(wishes_);
}

kj::Promise<void> TickStream::next(NextContext context) {
  state_.count_call(held_.caller());
  if (waiting_ && answered_->isWaiting()) {
    refuse("this stream is asked already; remedy: wait for the answer, one batch at a time");
  }
  const auto params = context.getParams();
  limit_ = params.getLimit() == 0 ? TickBatches::kRecordsMost
                                  : std::min<std::size_t>(params.getLimit(), TickBatches::kRecordsMost);
  batches_.set_limit(limit_);
  wait_until_ = clients::steady_nanos() + std::clamp<std::int64_t>(params.getWait(), 0, kWaitNanosMax);
  context.releaseParams();
  context.allowCancellation();
  auto answered = kj::newPromiseAndFulfiller<void>();
  answered_ = kj::mv(answered.fulfiller);
  waiting_ = context;
  state_.turns->remove(*this);  // of one that was given up
  if (take_turn() != Turn::answered) state_.turns->add(*this);
  return kj::mv(answered.promise);
}

WaitingStream::Turn TickStream::take_turn() {
  if (!answered_->isWaiting()) {  // it was given up: what was read is told when it is asked again
    waiting_.reset();
    return Turn::answered;
  }
  bool is_all = false;
  try {
    is_all = read();
  } catch (const std::exception& error) {
    answered_->reject(refusal(error.what()));
    waiting_.reset();
    return Turn::answered;
  }
  if (!is_all && !batches_.has_full()) return Turn::has_more;
  if (batches_.is_empty() && clients::steady_nanos() < wait_until_) return Turn::waits;
  answer();
  return Turn::answered;
}

bool TickStream::read() {
  for (int polls = 0; polls < kPollsOfATurn; ++polls) {
    if (batches_.has_full()) return false;
    if (subscriber_->poll(batches_, std::min(kPollRecords, limit_)) == 0) return true;
  }
  return false;
}

void TickStream::answer() {
  protocol::TickBatch::Builder out = waiting_->getResults().initBatch();
  set_batch(batches_.take(), out);
  out.setHasMore(!batches_.is_empty() || subscriber_->lag() != 0);
  out.setLostCount(batches_.lost_count());
  waiting_.reset();
  answered_->fulfill();
}

}  // namespace tickplant::daemon
