// Derived records of a whole input in an order of their own: a key of each in memory (32 bytes), the records themselves
// in a file without a name once they are many. A day of a whole market makes tens of millions.
//
// Threads: one.
// Not here: which order (results.cpp).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "platform/unique_fd.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

class SortedRecords {
 public:
  struct Key {
    std::int64_t a = 0, b = 0;
    std::uint64_t c = 0;
    friend constexpr auto operator<=>(const Key&, const Key&) = default;
  };

  /// `folder`: where the file goes, should there be one.
  explicit SortedRecords(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Records with equal keys stay in the order they came in.
  void add(Key key, const ringbuf::DerivedRecord& record);
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

  /// visit(record) in order of keys. Throws SetupError when there is no room on disk, now or at an add() before.
  template <class Visit>
  void for_each(Visit&& visit) {
    prepare();
    for (const Placed& one : keys_) visit(at(one.place));
  }

 private:
  static constexpr std::size_t kBuffered = 16'384;  // 4 MiB

  struct Placed {
    Key key;
    std::uint64_t place = 0;  // how many came before
    friend constexpr auto operator<=>(const Placed&, const Placed&) = default;
  };

  void prepare();
  void spill();
  [[nodiscard]] const ringbuf::DerivedRecord& at(std::uint64_t place) const noexcept {
    return place < spilled_ ? mapping_.get()[place] : buffer_[static_cast<std::size_t>(place - spilled_)];
  }

  std::filesystem::path folder_;
  std::vector<Placed> keys_;
  std::vector<ringbuf::DerivedRecord> buffer_;  // the newest, behind those in the file
  std::uint64_t spilled_ = 0;
  platform::UniqueFd file_;
  std::shared_ptr<const ringbuf::DerivedRecord> mapping_;  // of the file, when it is read
  int error_ = 0;
};

}  // namespace tickplant::cli
