// Streams of ticks: tickplant_ticks_...
#include "clients/c/plant_handle.hpp"
#include "clients/c/sized_struct.hpp"
#include "clients/c/stream.hpp"
#include "clients/cpp/history.hpp"
#include "clients/cpp/subscriber.hpp"

namespace clients = tickplant::clients;
namespace c = tickplant::clients::c;
namespace ringbuf = tickplant::ringbuf;

struct tickplant_ticks {
  c::Stream<ringbuf::Record> stream;
};

namespace {

clients::RecordTypes types_of(std::uint32_t bits) {
  if (bits == 0) return clients::RecordTypes::all();
  clients::RecordTypes types;
  for (std::uint32_t type = 0; type < 32; ++type) {
    if ((bits >> type & 1u) != 0) types.add(static_cast<ringbuf::RecordType>(type));
  }
  return types;
}

template <class Wish>
Wish wish_of(const tickplant_ticks_options& options) {
  Wish wish;
  wish.symbols = c::texts_of(options.symbols, options.symbol_count, "symbols");
  wish.rings = c::texts_of(options.rings, options.ring_count, "rings");
  wish.types = types_of(options.types);
  wish.market_wide = options.without_market_wide == 0;
  return wish;
}

std::unique_ptr<c::StreamSource<ringbuf::Record>> source_of(const clients::Plant& plant,
                                                            const tickplant_ticks_options& options) {
  if (options.from >= TICKPLANT_FROM_BEGINNING) {
    auto wish = wish_of<clients::HistoryWish>(options);
    c::fill_history_wish(wish, options, plant);
    return std::make_unique<c::StreamOf<ringbuf::Record, clients::History>>(plant.folder(), std::move(wish));
  }
  auto wish = wish_of<clients::Subscription>(options);
  wish.join = options.from == TICKPLANT_FROM_IMAGE  ? clients::Join::image
              : options.from == TICKPLANT_FROM_RING ? clients::Join::oldest
                                                    : clients::Join::newest;
  // What is to be raised is told first, and raised by the handover.
  wish.on_overrun =
      options.on_overrun == TICKPLANT_CONFLATE ? clients::OnOverrun::conflate : clients::OnOverrun::report;
  wish.lag_max = options.lag_max;
  return std::make_unique<c::StreamOf<ringbuf::Record, clients::Subscriber>>(plant.folder(), std::move(wish));
}

}  // namespace

int tickplant_ticks_open(tickplant_plant* plant, const tickplant_ticks_options* options, tickplant_ticks** ticks) {
  return c::doing([&] {
    c::given(ticks, "ticks") = nullptr;
    const clients::Plant& from = c::given(plant, "plant").now();
    const tickplant_ticks_options known = c::read_options(options);
    c::check_options(known);
    const c::StreamWays ways{.raises = known.on_overrun == TICKPLANT_RAISE,
                             .ends_when_caught_up = known.ends_when_caught_up != 0,
                             .conflates = known.on_overrun == TICKPLANT_CONFLATE,
                             .ring_count = known.ring_count != 0 ? known.ring_count : from.tick_rings().size()};
    *ticks = new tickplant_ticks{{source_of(from, known), ways}};
  });
}

std::int64_t tickplant_ticks_poll(tickplant_ticks* ticks, tickplant_record* records, std::size_t capacity) {
  return c::answering<std::int64_t>([&] { return c::given(ticks, "ticks").stream.poll(records, capacity); });
}

std::int64_t tickplant_ticks_wait(tickplant_ticks* ticks, tickplant_record* records, std::size_t capacity,
                                  std::int64_t timeout) {
  return c::answering<std::int64_t>([&] { return c::given(ticks, "ticks").stream.wait(records, capacity, timeout); });
}

int tickplant_ticks_event(tickplant_ticks* ticks, tickplant_event* event) {
  return c::answering<int>([&] {
    tickplant_event next{};
    if (!c::given(ticks, "ticks").stream.next_event(next)) return 0;
    c::tell(next, event, "event");
    return 1;
  });
}

int tickplant_ticks_progress(tickplant_ticks* ticks, tickplant_progress* progress) {
  return c::doing([&] { c::tell(c::given(ticks, "ticks").stream.progress(), progress, "progress"); });
}

int tickplant_ticks_conflate(tickplant_ticks* ticks) {
  return c::doing([&] { c::given(ticks, "ticks").stream.conflate(); });
}

void tickplant_ticks_close(tickplant_ticks* ticks) { delete ticks; }
