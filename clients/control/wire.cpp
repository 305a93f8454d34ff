#include "clients/control/wire.hpp"

#include <cstring>

namespace tickplant::clients {
namespace {

template <class T>
T as(auto number) noexcept {
  return static_cast<T>(number);
}

}  // namespace

std::vector<std::string> texts_of(capnp::List<capnp::Text>::Reader texts) {
  std::vector<std::string> out;
  for (const kj::StringPtr text : texts) out.push_back(text_of(text));
  return out;
}

void set_texts(capnp::List<capnp::Text>::Builder out, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < texts.size(); ++i) out.set(i, texts[i].c_str());
}

PlantDescription description_of(protocol::Description::Reader plant) {
  PlantDescription out;
  out.name = text_of(plant.getPlant());
  out.version = text_of(plant.getVersion());
  out.folder = text_of(plant.getFolder());
  out.pid = plant.getPid();
  out.epoch = plant.getEpoch();
  out.created_at_ns = plant.getCreatedAt();
  out.now_ns = plant.getNow();
  out.instrument_count = plant.getInstrumentCount();
  for (const auto feed : plant.getFeeds()) {
    PlantDescription::Feed& to = out.feeds.emplace_back();
    to.id = feed.getId();
    to.name = text_of(feed.getName());
    to.venue = text_of(feed.getVenue());
    to.protocol = text_of(feed.getProtocol());
    to.ring = text_of(feed.getRing());
    to.state = as<PlantDescription::FeedState>(feed.getState());
    to.messages = feed.getMessages();
    to.records = feed.getRecords();
    to.gaps = feed.getGaps();
    to.missed_messages = feed.getMissedMessages();
    to.last_packet_at_ns = feed.getLastPacketAt();
    to.wished_count = feed.getWishedCount();
    to.wished = texts_of(feed.getWished());
  }
  for (const auto segment : plant.getSegments()) {
    out.segments.push_back({text_of(segment.getName()), text_of(segment.getFile()), segment.getBytes()});
  }
  return out;
}

ControlImage image_of(protocol::Image::Reader image) {
  ControlImage out;
  out.instrument = image.getInstrument();
  out.symbol = text_of(image.getSymbol());
  out.is_known = image.getIsKnown();
  out.sequence = image.getSequence();
  out.ts_event = {image.getTsEvent()};
  out.ts_recv = {image.getTsRecv()};
  out.bid_price = {image.getBidPrice()};
  out.bid_size = {image.getBidSize()};
  out.ask_price = {image.getAskPrice()};
  out.ask_size = {image.getAskSize()};
  out.last_price = {image.getLastPrice()};
  out.last_size = {image.getLastSize()};
  out.last_trade_time = {image.getLastTradeAt()};
  out.volume = {image.getVolume()};
  out.trade_count = image.getTradeCount();
  out.vwap = {image.getVwap()};
  out.open = {image.getOpen()};
  out.high = {image.getHigh()};
  out.low = {image.getLow()};
  out.previous_close = {image.getPreviousClose()};
  out.trading_date = image.getTradingDate();
  out.trading_status = as<ringbuf::TradingStatus>(image.getTradingStatus());
  out.quality = as<ringbuf::Quality>(image.getQuality());
  out.size_scale = image.getSizeScale();
  return out;
}

ControlDepth depth_of(protocol::Depth::Reader depth) {
  ControlDepth out;
  out.symbol = text_of(depth.getSymbol());
  out.is_known = depth.getIsKnown();
  out.is_in_doubt = depth.getIsInDoubt();
  out.sequence = depth.getSequence();
  out.ts_event = {depth.getTsEvent()};
  for (const auto level : depth.getBids())
    out.bids.push_back({{level.getPrice()}, {level.getSize()}, level.getOrders()});
  for (const auto level : depth.getAsks())
    out.asks.push_back({{level.getPrice()}, {level.getSize()}, level.getOrders()});
  return out;
}

ControlBar bar_of(protocol::Bar::Reader bar) {
  ControlBar out;
  out.instrument = bar.getInstrument();
  out.symbol = text_of(bar.getSymbol());
  out.window = text_of(bar.getWindow());
  out.start = {bar.getStart()};
  out.end = {bar.getEnd()};
  out.open = {bar.getOpen()};
  out.high = {bar.getHigh()};
  out.low = {bar.getLow()};
  out.close = {bar.getClose()};
  out.volume = {bar.getVolume()};
  out.count = bar.getCount();
  out.vwap = bar.getVwap();
  out.average = bar.getAverage();
  out.deviation = bar.getDeviation();
  out.kind = as<ringbuf::RowKind>(bar.getKind());
  out.trend = as<ringbuf::Trend>(bar.getTrend());
  out.basis = as<ringbuf::Basis>(bar.getBasis());
  out.revision = bar.getRevision();
  out.quality = as<ringbuf::Quality>(bar.getQuality());
  out.sequence = bar.getSequence();
  out.cause_sequence = bar.getCauseSequence();
  return out;
}

ControlSignal signal_of(protocol::Signal::Reader signal) {
  ControlSignal out;
  out.instrument = signal.getInstrument();
  out.symbol = text_of(signal.getSymbol());
  out.name = text_of(signal.getName());
  out.time = {signal.getTime()};
  out.price = {signal.getPrice()};
  out.what = as<ringbuf::SignalValue>(signal.getWhat());
  out.status = as<ringbuf::SignalStatus>(signal.getStatus());
  out.basis = as<ringbuf::Basis>(signal.getBasis());
  for (const double value : signal.getValues()) out.values.push_back(value);
  out.quality = as<ringbuf::Quality>(signal.getQuality());
  out.sequence = signal.getSequence();
  out.cause_sequence = signal.getCauseSequence();
  return out;
}

ControlDerived derived_of(protocol::Derived::Reader derived) {
  ControlDerived out;
  out.symbol = text_of(derived.getSymbol());
  out.is_known = derived.getIsKnown();
  out.trend = as<ringbuf::Trend>(derived.getTrend());
  out.quality = as<ringbuf::Quality>(derived.getQuality());
  out.ts_event = {derived.getTsEvent()};
  out.average_5min = derived.getAverage5min();
  for (const auto bar : derived.getBars()) out.bars.push_back(bar_of(bar));
  for (const auto signal : derived.getSignals()) out.signals.push_back(signal_of(signal));
  return out;
}

std::vector<LostRecords> lost_of(capnp::List<protocol::Lost>::Reader lost) {
  std::vector<LostRecords> out;
  for (const auto range : lost) out.push_back({text_of(range.getRing()), range.getFirst(), range.getLast()});
  return out;
}

TickBatch batch_of(protocol::TickBatch::Reader batch) {
  TickBatch out;
  out.lost = lost_of(batch.getLost());
  for (const auto image : batch.getImages()) {
    TickBatch::Image& to = out.images.emplace_back();
    to.instrument = image.getInstrument();
    const capnp::Data::Reader bytes = image.getImage();
    if (bytes.size() == sizeof to.entry) std::memcpy(&to.entry, bytes.begin(), sizeof to.entry);
    to.merged_updates = image.getMergedUpdates();
    to.merged_trades = image.getMergedTrades();
    to.merged_volume = image.getMergedVolume();
  }
  const capnp::Data::Reader records = batch.getRecords();
  out.records.resize(records.size() / sizeof(ringbuf::Record));
  if (!out.records.empty())
    std::memcpy(out.records.data(), records.begin(), out.records.size() * sizeof(ringbuf::Record));
  out.has_more = batch.getHasMore();
  out.lost_count = batch.getLostCount();
  return out;
}

ReportedReader reader_of(protocol::ReaderReport::Reader reader) {
  const auto position = reader.getPosition();
  return {text_of(reader.getClient()),
          reader.getUid(),
          reader.getPid(),
          reader.getAt(),
          {text_of(position.getRing()), position.getNext(), position.getLatencyP50(), position.getLatencyMax()},
          reader.getPublished(),
          reader.getSlots()};
}

void set_wish(const TickWish& wish, protocol::TickWish::Builder out) {
  set_texts(out.initSymbols(size_of(wish.symbols)), wish.symbols);
  auto types = out.initTypes(size_of(wish.types));
  for (unsigned i = 0; i < wish.types.size(); ++i) types.set(i, static_cast<std::uint8_t>(wish.types[i]));
  set_texts(out.initRings(size_of(wish.rings)), wish.rings);
  out.setMarketWide(wish.market_wide);
}

void set_wish(const ResultWish& wish, protocol::ResultWish::Builder out) {
  set_texts(out.initSymbols(size_of(wish.symbols)), wish.symbols);
  set_texts(out.initFunctions(size_of(wish.functions)), wish.functions);
  out.setBars(wish.bars);
  out.setSignals(wish.signals);
}

void set_from(const ControlFrom& from, protocol::From::Builder out) {
  if (const auto* const sequence = std::get_if<ringbuf::Sequence>(&from)) {
    out.setSequence(sequence->value);
  } else if (const auto* const time = std::get_if<platform::UnixNanos>(&from)) {
    out.setTime(time->value);
  } else {
    out.setOldest();
  }
}

}  // namespace tickplant::clients
