#include "daemon/control/tick_batch.hpp"

#include <utility>

#include "daemon/control/wire.hpp"

namespace tickplant::daemon {

TickBatch TickBatches::take() {
  if (batches_.empty()) return {};
  TickBatch batch = std::move(batches_.front());
  batches_.pop_front();
  return batch;
}

void set_lost(const std::vector<LostRange>& lost, capnp::List<protocol::Lost>::Builder out) {
  for (unsigned i = 0; i < lost.size(); ++i) {
    out[i].setRing(ptr(lost[i].ring));
    out[i].setFirst(lost[i].range.first);
    out[i].setLast(lost[i].range.last);
  }
}

void set_batch(const TickBatch& batch, protocol::TickBatch::Builder out) {
  set_lost(batch.lost, out.initLost(size_of(batch.lost)));
  auto images = out.initImages(size_of(batch.images));
  for (unsigned i = 0; i < batch.images.size(); ++i) {
    const TickBatch::Image& from = batch.images[i];
    images[i].setInstrument(from.instrument.value);
    images[i].setImage(kj::arrayPtr(reinterpret_cast<const kj::byte*>(&from.entry), sizeof from.entry));
    images[i].setMergedUpdates(from.merged.updates);
    images[i].setMergedTrades(from.merged.trades);
    images[i].setMergedVolume(from.merged.volume.value);
  }
  out.setRecords(kj::arrayPtr(reinterpret_cast<const kj::byte*>(batch.records.data()),
                              batch.records.size() * sizeof(ringbuf::Record)));
}

}  // namespace tickplant::daemon
