#include "daemon/control/plant_answers.hpp"

#include <algorithm>

#include "daemon/control/wire.hpp"
#include "ringbuf/counter_names.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using ringbuf::TableRead;

constexpr std::uint32_t kInstrumentsMost = 1'000;  // of one answer
constexpr std::size_t kWishedMost = 100;

void set_feed(const clients::Plant& plant, const WishedSymbols& wished, const ringbuf::CatalogFeed& feed,
              protocol::Feed::Builder out) {
  out.setName(ptr(feed.name));
  out.setVenue(ptr(feed.venue));
  out.setProtocol(ptr(feed.protocol));
  out.setRing(ptr(feed.ring));
  out.setId(feed.id.value);
  const std::string owner = std::string(counter::kFeedOwnerPrefix) + feed.name;
  const auto value = [&](std::string_view name) { return plant.counters().find(owner, name).value_or(0); };
  out.setState(static_cast<protocol::FeedState>(value(counter::kSourceState)));  // the same numbers
  out.setMessages(value(counter::kMessages));
  out.setRecords(value(counter::kRecords));
  out.setGaps(value(counter::kGaps));
  out.setMissedMessages(value(counter::kMissedMessages));
  out.setLastPacketAt(static_cast<std::int64_t>(value(counter::kLastPacket)));
  const std::vector<std::string> symbols = wished.of(feed.name, kWishedMost);
  set_texts(out.initWished(size_of(symbols)), symbols);
  out.setWishedCount(size_of(symbols) < kWishedMost ? size_of(symbols)
                                                    : static_cast<std::uint32_t>(wished.count_of(feed.name)));
}

static_assert(static_cast<int>(counter::SourceState::stopped) == static_cast<int>(protocol::FeedState::STOPPED));

bool is_wished(capnp::List<protocol::InstrumentStatus>::Reader wished, ringbuf::InstrumentStatus status) {
  bool is_any = wished.size() == 0;
  for (const protocol::InstrumentStatus each : wished) is_any |= each == on_wire(status);
  return is_any;
}

std::string full_symbol(const clients::Plant& plant, ringbuf::InstrumentId id) { return plant.symbol_of(id); }

void set_window(const ringbuf::DerivedWindow& window, const NamedResult& of, protocol::Bar::Builder out) {
  out.setInstrument(of.record.header.instrument.value);
  out.setSymbol(ptr(of.symbol));
  out.setWindow(ptr(of.function));
  out.setStart(window.start.value);
  out.setEnd(window.end.value);
  out.setOpen(window.open.value);
  out.setHigh(window.high.value);
  out.setLow(window.low.value);
  out.setClose(window.close.value);
  out.setVolume(window.volume.value);
  out.setCount(window.count);
  out.setVwap(window.vwap);
  out.setAverage(window.average);
  out.setDeviation(window.deviation);
  out.setKind(static_cast<std::uint8_t>(window.kind));
  out.setRevision(window.revision);
  out.setQuality(static_cast<std::uint32_t>(window.quality));
}

void set_newest_signal(const ringbuf::DerivedSignal& signal, const NamedResult& of, protocol::Signal::Builder out) {
  out.setInstrument(of.record.header.instrument.value);
  out.setSymbol(ptr(of.symbol));
  out.setName(ptr(of.function));
  out.setTime(signal.time.value);
  out.setPrice(signal.price.value);
  out.setWhat(static_cast<std::uint8_t>(signal.what));
  out.setStatus(static_cast<std::uint8_t>(signal.status));
  out.setBasis(static_cast<std::uint8_t>(signal.basis));
  out.initValues(1).set(0, signal.value);
}

}  // namespace

void describe(clients::Plant& plant, const WishedSymbols& wished, protocol::Description::Builder out) {
  out.setPlant(ptr(plant.name()));
  out.setVersion(TICKPLANT_VERSION);
  out.setFolder(ptr(plant.folder().native()));
  out.setPid(plant.daemon_pid());
  out.setEpoch(plant.epoch());
  out.setCreatedAt(plant.created_at().value);
  out.setNow(plant.now().value);
  out.setInstrumentCount(static_cast<std::uint32_t>(plant.instruments().count()));
  const std::vector<ringbuf::CatalogFeed> feeds = plant.feeds();
  auto feeds_out = out.initFeeds(size_of(feeds));
  for (unsigned i = 0; i < feeds.size(); ++i) set_feed(plant, wished, feeds[i], feeds_out[i]);
  const std::vector<ringbuf::CatalogSegment> segments = plant.segments();
  auto segments_out = out.initSegments(size_of(segments));
  for (unsigned i = 0; i < segments.size(); ++i) {
    segments_out[i].setName(ptr(segments[i].name));
    segments_out[i].setFile(ptr(segments[i].file));
    segments_out[i].setBytes(segments[i].slot_bytes * segments[i].slot_count);
  }
}

void list_instruments(clients::Plant& plant, protocol::Reader::InstrumentsParams::Reader wish,
                      protocol::Reader::InstrumentsResults::Builder out) {
  const std::string_view prefix = view(wish.getPrefix()), venue = view(wish.getVenue());
  const std::uint32_t limit = wish.getLimit() == 0 ? kInstrumentsMost : std::min(wish.getLimit(), kInstrumentsMost);
  const ringbuf::InstrumentDirectoryReader& directory = plant.instruments();
  std::vector<ringbuf::InstrumentEntry> found;
  const auto count = static_cast<std::uint32_t>(directory.count());
  std::uint32_t id = wish.getAfter();
  while (id < count && found.size() < limit) {
    ringbuf::InstrumentEntry entry;
    if (directory.read({++id}, entry) != TableRead::value) continue;
    if (!ringbuf::text_of(entry.symbol).starts_with(prefix)) continue;
    if (!venue.empty() && ringbuf::text_of(entry.venue) != venue) continue;
    if (is_wished(wish.getStatuses(), entry.status)) found.push_back(entry);
  }
  auto list = out.initInstruments(size_of(found));
  for (unsigned i = 0; i < found.size(); ++i) {
    list[i].setId(found[i].id.value);
    list[i].setSymbol(ptr(std::string(ringbuf::text_of(found[i].symbol))));
    list[i].setVenue(ptr(std::string(ringbuf::text_of(found[i].venue))));
    list[i].setFeed(found[i].feed.value);
    list[i].setStatus(on_wire(found[i].status));
  }
  out.setHasMore(id < count);
}

void set_ring(const PlantViews::Ring& ring, protocol::Ring::Builder out) {
  out.setName(ptr(ring.name));
  out.setSlots(ring.slots);
  out.setSlotBytes(static_cast<std::uint32_t>(ring.slot_bytes));
  out.setPublished(ring.published);
  out.setDurable(ring.durable);
}

void set_image(clients::Plant& plant, PlantViews& views, std::string_view symbol, protocol::Image::Builder out) {
  const ringbuf::InstrumentId id = plant.instrument(symbol);
  ringbuf::ImageEntry image;
  const bool is_known = views.images().read(id, image) == TableRead::value;
  if (!is_known) image = {};
  ringbuf::InstrumentEntry instrument;
  if (plant.instruments().read(id, instrument) == TableRead::value) out.setSizeScale(instrument.size_scale);
  out.setInstrument(id.value);
  out.setSymbol(ptr(full_symbol(plant, id)));
  out.setIsKnown(is_known);
  out.setSequence(image.stamp);
  out.setTsEvent(image.ts_event.value);
  out.setTsRecv(image.ts_recv.value);
  out.setBidPrice(image.bid_price.value);
  out.setBidSize(image.bid_size.value);
  out.setAskPrice(image.ask_price.value);
  out.setAskSize(image.ask_size.value);
  out.setLastPrice(image.last_price.value);
  out.setLastSize(image.last_size.value);
  out.setLastTradeAt(image.last_trade_time.value);
  out.setVolume(image.volume.value);
  out.setTradeCount(image.trade_count);
  out.setVwap(image.vwap().value);
  out.setOpen(image.open.value);
  out.setHigh(image.high.value);
  out.setLow(image.low.value);
  out.setPreviousClose(image.previous_close.value);
  out.setTradingDate(static_cast<std::uint32_t>(image.trading_date));
  out.setTradingStatus(static_cast<std::uint8_t>(image.trading_status));
  out.setQuality(static_cast<std::uint32_t>(image.quality));
}

void set_depth(clients::Plant& plant, PlantViews& views, std::string_view symbol, protocol::Depth::Builder out) {
  const ringbuf::InstrumentId id = plant.instrument(symbol);
  ringbuf::DepthEntry depth;
  const bool is_known = views.images().read(id, depth) == TableRead::value;
  if (!is_known) depth = {};
  out.setInstrument(id.value);
  out.setSymbol(ptr(full_symbol(plant, id)));
  out.setIsKnown(is_known);
  out.setIsInDoubt((depth.flags & ringbuf::DepthEntry::kMaybeBad) != 0);
  out.setSequence(depth.stamp);
  out.setTsEvent(depth.ts_event.value);
  const auto set_side = [](const auto& levels, unsigned count, auto side) {
    for (unsigned i = 0; i < count; ++i) {
      side[i].setPrice(levels[i].price.value);
      side[i].setSize(levels[i].size.value);
      side[i].setOrders(levels[i].order_count);
    }
  };
  const unsigned bids = std::min<unsigned>(depth.bid_count, ringbuf::kDepthLevels);
  const unsigned asks = std::min<unsigned>(depth.ask_count, ringbuf::kDepthLevels);
  set_side(depth.bid, bids, out.initBids(bids));
  set_side(depth.ask, asks, out.initAsks(asks));
}

void set_derived(clients::Plant& plant, PlantViews& views, std::string_view symbol, protocol::Derived::Builder out) {
  const ringbuf::InstrumentId id = plant.instrument(symbol);
  clients::DerivedView& derived = views.derived();
  ringbuf::DerivedImageEntry entry;
  const bool is_known = derived.read(id, entry) == TableRead::value;
  if (!is_known) entry = {};
  out.setInstrument(id.value);
  NamedResult of{{}, full_symbol(plant, id), ""};
  of.record.header.instrument = id;
  out.setSymbol(ptr(of.symbol));
  out.setIsKnown(is_known);
  out.setTrend(static_cast<std::uint8_t>(entry.trend));
  out.setQuality(static_cast<std::uint32_t>(entry.quality));
  out.setTsEvent(entry.ts_event.value);
  out.setAverage5min(entry.average_5min);
  const auto named = [&](ringbuf::FunctionId function) -> const NamedResult& {
    of.function = derived.functions().name_of(function);
    return of;
  };
  const auto is_told = [](const auto& each) { return each.function.value != 0; };
  auto bars = out.initBars(static_cast<unsigned>(std::count_if(entry.window.begin(), entry.window.end(), is_told)));
  unsigned at = 0;
  for (const ringbuf::DerivedWindow& window : entry.window) {
    if (is_told(window)) set_window(window, named(window.function), bars[at++]);
  }
  auto signals = out.initSignals((is_told(entry.cross) ? 1u : 0u) + (is_told(entry.signal) ? 1u : 0u));
  at = 0;
  for (const ringbuf::DerivedSignal& signal : {entry.cross, entry.signal}) {
    if (is_told(signal)) set_newest_signal(signal, named(signal.function), signals[at++]);
  }
}

void set_bar(const NamedResult& result, protocol::Bar::Builder out) {
  const ringbuf::DerivedHeader& header = result.record.header;
  const auto row = result.record.as<ringbuf::WindowRowBody>();
  ringbuf::DerivedWindow window;
  window.start = row.start, window.end = row.end;
  window.open = row.open, window.high = row.high, window.low = row.low, window.close = row.close;
  window.volume = row.volume;
  window.vwap = row.vwap, window.average = row.average, window.deviation = row.deviation;
  window.quality = header.quality;
  window.revision = header.revision;
  window.kind = row.kind;
  set_window(window, result, out);
  out.setCount(row.count);
  out.setTrend(static_cast<std::uint8_t>(row.trend));
  out.setBasis(static_cast<std::uint8_t>(header.basis));
  out.setSequence(header.stamp);
  out.setCauseSequence(header.cause_seq.value);
}

void set_signal(const NamedResult& result, protocol::Signal::Builder out) {
  const ringbuf::DerivedHeader& header = result.record.header;
  const auto signal = result.record.as<ringbuf::SignalBody>();
  out.setInstrument(header.instrument.value);
  out.setSymbol(ptr(result.symbol));
  out.setName(ptr(result.function));
  out.setTime(header.ts_event.value);
  out.setPrice(signal.price.value);
  out.setWhat(static_cast<std::uint8_t>(signal.what));
  out.setStatus(static_cast<std::uint8_t>(signal.status));
  out.setBasis(static_cast<std::uint8_t>(header.basis));
  auto values = out.initValues(size_of(signal.value));
  for (unsigned i = 0; i < signal.value.size(); ++i) values.set(i, signal.value[i]);
  out.setQuality(static_cast<std::uint32_t>(header.quality));
  out.setSequence(header.stamp);
  out.setCauseSequence(header.cause_seq.value);
}

}  // namespace tickplant::daemon
