#include "feedhandlers/itch50/snapshot_records.hpp"

#include <algorithm>

#include "feedhandlers/write_depth.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"

namespace tickplant::feedhandlers::itch50 {
namespace {

using ringbuf::InstrumentId;
using ringbuf::RecordFlags;
using ringbuf::Side;

constexpr std::array kSides{Side::bid, Side::ask};

bool has_same_levels(const OrderBook& ours, const OrderBook& truth, InstrumentId id, Side side) noexcept {
  const std::uint32_t count = truth.level_count(id, side);
  if (ours.level_count(id, side) != count) return false;
  for (std::uint32_t i = 0; i < count; ++i)
    if (ours.level(id, side, i) != truth.level(id, side, i)) return false;
  return true;
}

/// Knows which record of the event is the last one: the one after which none is left.
class Telling {
 public:
  Telling(TickPublisher& publisher, InstrumentId id, platform::UnixNanos time, RecordFlags flags, std::size_t records)
      : publisher_(publisher), id_(id), time_(time), flags_(flags), left_(records) {}

  template <class Body>
  void publish(const Body& body) noexcept {
    --left_;
    publisher_.publish(id_, time_, body, left_ == 0 ? flags_ | RecordFlags::end_of_event : flags_);
  }

 private:
  TickPublisher& publisher_;
  InstrumentId id_;
  platform::UnixNanos time_;
  RecordFlags flags_;
  std::size_t left_;
};

void tell_levels(Telling& telling, const OrderBook& book, InstrumentId id) noexcept {
  for (const Side side : kSides) {
    // The worst first: each is the best when it comes.
    for (std::uint32_t i = book.level_count(id, side); i > 0; --i) {
      const OrderBook::Level level = book.level(id, side, i - 1);
      telling.publish(ringbuf::LevelBody{level.price, level.size, level.order_count, 0, side, {}});
    }
  }
}

}  // namespace

bool is_same_book(OrderBook& ours, const QueueBook& truth, InstrumentId id) noexcept {
  if (ours.open_orders(id) != truth.book().open_orders(id)) return false;
  for (const Side side : kSides)
    if (!has_same_levels(ours, truth.book(), id, side)) return false;
  bool same = true;
  truth.for_each_order(id, [&](const StoredOrder& order) {
    const StoredOrder* const other = same ? ours.find(order.reference) : nullptr;
    same = other != nullptr && other->instrument == id && other->side == order.side && other->price == order.price &&
           other->size == order.size;
  });
  return same;
}

bool copy_book(const QueueBook& truth, OrderBook& ours, InstrumentId id) noexcept {
  ours.clear(id);
  bool complete = true;
  truth.for_each_order(id, [&](const StoredOrder& order) {
    const OrderResult result = ours.add(order.reference, id, order.side, order.price, order.size);
    complete = complete && result.outcome == BookOutcome::applied;
  });
  return complete;
}

void tell_book(TickPublisher& publisher, const OrderBook& ours, const QueueBook& truth, const PublishedForms& forms,
               InstrumentId id, platform::UnixNanos time) noexcept {
  const bool doubtful = ours.is_maybe_bad(id);
  const std::size_t levels =
      forms.levels ? std::size_t{ours.level_count(id, Side::bid)} + ours.level_count(id, Side::ask) : 0;
  const std::size_t orders = truth.book().open_orders(id);
  Telling telling{publisher, id, time,
                  doubtful ? RecordFlags::snapshot | RecordFlags::maybe_bad_book : RecordFlags::snapshot,
                  1 + orders + levels + (forms.quotes ? 1 : 0)};
  telling.publish(ringbuf::BookClearBody{.reason = ringbuf::BookClearBody::Reason::snapshot, .reserved = {}});
  truth.for_each_order(id, [&](const StoredOrder& order) {
    telling.publish(ringbuf::OrderBody{order.reference.value,
                                       order.price,
                                       order.size,
                                       ringbuf::OrderAction::add,
                                       order.side,
                                       ringbuf::OrderReason::plain,
                                       0,
                                       {}});
  });
  if (forms.levels) tell_levels(telling, ours, id);
  if (forms.quotes) telling.publish(ours.bbo(id));
  if (forms.depth) publisher.depth().replace(id, publisher.last(), depth_of(ours, id, time));
}

}  // namespace tickplant::feedhandlers::itch50
