#include "daemon/control/reader_impl.hpp"

#include <algorithm>
#include <utility>

#include "daemon/control/past_streams.hpp"
#include "daemon/control/plant_answers.hpp"
#include "daemon/control/tick_stream.hpp"
#include "daemon/control/wire.hpp"

namespace tickplant::daemon {
namespace {

constexpr unsigned kImagesMost = 100, kDerivedMost = 50;
constexpr unsigned kPositionsMost = 16;             // of one client
constexpr unsigned kReadersMost = 500;              // of one answer
constexpr std::int64_t kReportNanos = 900'000'000;  // once a second, by clients whose clocks are not ours

void expect_at_most(unsigned most, unsigned found, const char* things) {
  if (found <= most) return;
  refuse(std::to_string(found) + ' ' + things + " are too many for one call; remedy: ask for " + std::to_string(most) +
         " at a time");
}

clients::RecordTypes types_in(capnp::List<std::uint8_t>::Reader types) {
  if (types.size() == 0) return clients::RecordTypes::all();
  clients::RecordTypes wished;
  for (const std::uint8_t type : types) {
    if (type == 0 || type > 31)
      refuse(std::to_string(type) + " is no record type; remedy: docs/shared-memory.md has them");
    wished.add(static_cast<ringbuf::RecordType>(type));
  }
  return wished;
}

clients::HistoryFrom from_in(protocol::From::Reader from) {
  switch (from.which()) {
    case protocol::From::SEQUENCE: return ringbuf::Sequence{from.getSequence()};
    case protocol::From::TIME: return platform::UnixNanos{from.getTime()};
    case protocol::From::OLDEST: break;
  }
  return {};
}

std::optional<platform::UnixNanos> until_in(std::int64_t until) {
  return until == 0 ? std::nullopt : std::optional(platform::UnixNanos{until});
}

clients::Join on_join(protocol::Join join) {
  switch (join) {
    case protocol::Join::IMAGE: return clients::Join::image;
    case protocol::Join::OLDEST: return clients::Join::oldest;
    case protocol::Join::NEWEST: break;
  }
  return clients::Join::newest;
}

}  // namespace

kj::Promise<void> ReaderImpl::describe(DescribeContext context) {
  state_.count_call(*caller_);
  or_refuse([&] { daemon::describe(state_.plant(), state_.wishes, context.getResults().initPlant()); });
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::instruments(InstrumentsContext context) {
  state_.count_call(*caller_);
  list_instruments(state_.plant(), context.getParams(), context.getResults());
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::rings(RingsContext context) {
  state_.count_call(*caller_);
  const std::vector<PlantViews::Ring> rings = or_refuse([&] { return state_.views().rings(); });
  auto out = context.getResults().initRings(size_of(rings));
  for (unsigned i = 0; i < rings.size(); ++i) set_ring(rings[i], out[i]);
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::images(ImagesContext context) {
  state_.count_call(*caller_);
  const auto symbols = context.getParams().getSymbols();
  expect_at_most(kImagesMost, symbols.size(), "images");
  auto out = context.getResults().initImages(symbols.size());
  or_refuse([&] {
    for (unsigned i = 0; i < symbols.size(); ++i) set_image(state_.plant(), state_.views(), view(symbols[i]), out[i]);
  });
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::depth(DepthContext context) {
  state_.count_call(*caller_);
  or_refuse([&] {
    set_depth(state_.plant(), state_.views(), view(context.getParams().getSymbol()), context.getResults().initDepth());
  });
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::derived(DerivedContext context) {
  state_.count_call(*caller_);
  const auto symbols = context.getParams().getSymbols();
  expect_at_most(kDerivedMost, symbols.size(), "instruments");
  auto out = context.getResults().initDerived(symbols.size());
  or_refuse([&] {
    for (unsigned i = 0; i < symbols.size(); ++i) set_derived(state_.plant(), state_.views(), view(symbols[i]), out[i]);
  });
  return kj::READY_NOW;
}

// ---- streams

kj::Promise<void> ReaderImpl::subscribe(SubscribeContext context) {
  state_.count_call(*caller_);
  state_.expect_room_for_stream(*caller_, ControlState::StreamOf::now);
  const auto params = context.getParams();
  clients::Subscription wish;
  wish.symbols = strings_of(params.getWish().getSymbols());
  wish.rings = strings_of(params.getWish().getRings());
  wish.types = types_in(params.getWish().getTypes());
  wish.market_wide = params.getWish().getMarketWide();
  wish.join = on_join(params.getJoin());
  if (params.getConflate()) wish.on_overrun = clients::OnOverrun::conflate;
  or_refuse([&] { context.getResults().setTicks(kj::heap<TickStream>(state_, caller_, std::move(wish))); });
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::history(HistoryContext context) {
  state_.count_call(*caller_);
  state_.expect_room_for_stream(*caller_, ControlState::StreamOf::past);
  const auto params = context.getParams();
  clients::HistoryWish wish;
  wish.from = from_in(params.getFrom());
  wish.until = until_in(params.getUntil());
  wish.symbols = strings_of(params.getWish().getSymbols());
  wish.rings = strings_of(params.getWish().getRings());
  wish.types = types_in(params.getWish().getTypes());
  wish.market_wide = params.getWish().getMarketWide();
  context.getResults().setTicks(kj::heap<PastTicks>(state_, caller_, std::move(wish)));
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::results(ResultsContext context) {
  state_.count_call(*caller_);
  state_.expect_room_for_stream(*caller_, ControlState::StreamOf::past);
  const auto params = context.getParams();
  clients::DerivedHistoryWish wish;
  wish.from = from_in(params.getFrom());
  wish.until = until_in(params.getUntil());
  wish.symbols = strings_of(params.getWish().getSymbols());
  wish.functions = strings_of(params.getWish().getFunctions());
  wish.types = {};
  if (params.getWish().getBars()) wish.types.add(ringbuf::DerivedType::window_row);
  if (params.getWish().getSignals()) wish.types.add(ringbuf::DerivedType::signal);
  context.getResults().setResults(kj::heap<PastResults>(state_, caller_, std::move(wish)));
  return kj::READY_NOW;
}

// ---- who reads

kj::Promise<void> ReaderImpl::report(ReportContext context) {
  state_.count_call(*caller_);
  const auto positions = context.getParams().getPositions();
  expect_at_most(kPositionsMost, positions.size(), "positions");
  const platform::UnixNanos now = state_.plant().now();
  if (now.value - caller_->reported_at.value < kReportNanos) return kj::READY_NOW;
  std::map<std::string, ReportedPosition> reported;
  for (const auto position : positions) {
    const std::string ring = string_of(position.getRing());
    if (!state_.views().ring(ring)) {
      refuse("there is no ring '" + printable(ring, 64) + "' in this plant; remedy: rings() names those there are");
    }
    reported[ring] = {position.getNext(), position.getLatencyP50(), position.getLatencyMax()};
  }
  caller_->positions = std::move(reported);
  caller_->reported_at = now;
  context.getResults().setIsTaken(true);
  return kj::READY_NOW;
}

kj::Promise<void> ReaderImpl::readers(ReadersContext context) {
  state_.count_call(*caller_);
  const auto params = context.getParams();
  const std::size_t limit = params.getLimit() == 0 ? kReadersMost : std::min(params.getLimit(), kReadersMost);
  std::vector<std::shared_ptr<Caller>> found;
  std::size_t count = 0;
  bool has_more = false;
  for (auto at = state_.callers().upper_bound(params.getAfter()); at != state_.callers().end(); ++at) {
    auto reader = at->second.lock();
    if (reader == nullptr || reader->positions.empty()) continue;
    if (!found.empty() && count + reader->positions.size() > limit) {
      has_more = true;
      break;
    }
    count += reader->positions.size();
    found.push_back(std::move(reader));
  }
  auto results = context.getResults();
  auto out = results.initReaders(static_cast<unsigned>(count));
  unsigned i = 0;
  for (const auto& reader : found) {
    for (const auto& [ring, position] : reader->positions) {
      protocol::ReaderReport::Builder to = out[i++];
      to.setClient(ptr(reader->name));
      to.setUid(reader->peer.uid);
      to.setPid(static_cast<std::uint32_t>(reader->peer.pid));
      to.setAt(reader->reported_at.value);
      auto where = to.initPosition();
      where.setRing(ptr(ring));
      where.setNext(position.next);
      where.setLatencyP50(position.latency_ns_p50);
      where.setLatencyMax(position.latency_ns_max);
      if (const auto now = state_.views().ring(ring)) {
        to.setPublished(now->published);
        to.setSlots(now->slots);
      }
    }
  }
  results.setNext(found.empty() ? params.getAfter() : found.back()->id);
  results.setHasMore(has_more);
  return kj::READY_NOW;
}

}  // namespace tickplant::daemon
