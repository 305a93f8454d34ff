// Batches of a stream on their way to a client. In each, what was lost comes before images, those before records:
// whatever comes otherwise begins the next one.
//
// Threads: one at a time. Not here: who reads (tick_stream.hpp, past_streams.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/conflation.hpp"
#include "clients/protocol/control.capnp.h"
#include "ringbuf/image_layout.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::daemon {

struct LostRange {
  std::string ring;
  ringbuf::SequenceRange range;
};

struct TickBatch {
  struct Image {
    ringbuf::InstrumentId instrument;
    ringbuf::ImageEntry entry;
    clients::Merged merged;
  };
  std::vector<LostRange> lost;
  std::vector<Image> images;
  std::vector<ringbuf::Record> records;

  [[nodiscard]] bool is_empty() const noexcept { return lost.empty() && images.empty() && records.empty(); }
};

void set_lost(const std::vector<LostRange>& lost, capnp::List<protocol::Lost>::Builder out);
void set_batch(const TickBatch& batch, protocol::TickBatch::Builder out);

/// A handler of subscribers and histories.
class TickBatches {
 public:
  static constexpr std::size_t kRecordsMost = 1'024;
  static constexpr std::size_t kImagesMost = 256;  // of one batch: a stream has more when its symbols have many venues

  void operator()(const ringbuf::Record& record) {
    if (is_full(back().records.size())) begin();
    back().records.push_back(record);
  }
  void on_image(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) { add_image({id, image, {}}); }
  void on_conflated(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image, const clients::Merged& merged) {
    add_image({id, image, merged});
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) {
    if (!back().images.empty() || !back().records.empty() || back().lost.size() == kLostMost) begin();
    back().lost.push_back({std::string(ring), range});
    lost_count_ += range.last - range.first + 1;
  }

  void set_limit(std::size_t records) noexcept { limit_ = records; }
  /// One can be taken that is as full as it gets.
  [[nodiscard]] bool has_full() const noexcept {
    return batches_.size() > 1 || (!batches_.empty() && is_full(batches_.back().records.size()));
  }
  [[nodiscard]] bool is_empty() const noexcept {
    return batches_.empty() || (batches_.size() == 1 && batches_.front().is_empty());
  }
  /// An empty one when there is none.
  [[nodiscard]] TickBatch take();
  [[nodiscard]] std::uint64_t lost_count() const noexcept { return lost_count_; }

 private:
  static constexpr std::size_t kLostMost = 256;

  [[nodiscard]] bool is_full(std::size_t records) const noexcept { return records >= limit_; }
  [[nodiscard]] TickBatch& back() {
    if (batches_.empty()) begin();
    return batches_.back();
  }
  void begin() { batches_.emplace_back(); }
  void add_image(const TickBatch::Image& image) {
    if (!back().records.empty() || back().images.size() == kImagesMost) begin();
    back().images.push_back(image);
  }

  std::deque<TickBatch> batches_;
  std::size_t limit_ = kRecordsMost;
  std::uint64_t lost_count_ = 0;
};

}  // namespace tickplant::daemon
