// A subscriber's handler that keeps all it is told, in order.
//
// Threads: one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ringbuf/image_layout.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::tests {

struct RecordingHandler {
  void operator()(const ringbuf::Record& record) { records.push_back(record); }
  void on_image(ringbuf::InstrumentId id, const ringbuf::ImageEntry& image) {
    images.emplace_back(id, image);
    records_before_images.push_back(records.size());
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { lost.emplace_back(ring, range); }
  void on_attached(std::string_view ring, ringbuf::Sequence first) { attached.emplace_back(ring, first); }

  [[nodiscard]] std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> all;
    for (const ringbuf::Record& record : records) all.push_back(record.header.stamp);
    return all;
  }

  std::vector<ringbuf::Record> records;
  std::vector<std::pair<ringbuf::InstrumentId, ringbuf::ImageEntry>> images;
  std::vector<std::size_t> records_before_images;
  std::vector<std::pair<std::string, ringbuf::SequenceRange>> lost;
  std::vector<std::pair<std::string, ringbuf::Sequence>> attached;
};

}  // namespace tickplant::tests
