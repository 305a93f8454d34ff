// The state of an engine as bytes, to be taken up again: in a checkpoint, or at the next start. Each class names its
// fields once, in archive(), for both directions; so what is written is what is read.
//
//   void archive(StateArchive& archive) { archive(watermark_, feeds_); }
//
// Only what is made from input is state; what is made from the config is there already when state is read. The bytes of
// equal states are equal: values with padding name their fields, too.
//
// Threads: one.
// Not here: which engine the bytes are of, and whether they are whole (the checkpoint's header).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tickplant::analytics {

/// These bytes are not those of such a state.
struct StateMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class StateArchive {
 public:
  /// Writes: appends to `bytes`, which outlives it.
  explicit StateArchive(std::vector<std::byte>& bytes) : written_(&bytes) {}
  /// Reads. Throws StateMismatch when something does not fit.
  explicit StateArchive(std::span<const std::byte> bytes) : left_(bytes) {}

  [[nodiscard]] bool is_reading() const noexcept { return written_ == nullptr; }
  /// All has been read.
  [[nodiscard]] bool is_at_end() const noexcept { return left_.empty(); }

  template <class... Fields>
  void operator()(Fields&... fields) {
    (one(fields), ...);
  }
  /// Something that the config says: it must be the same when read.
  void expect(std::uint64_t value, const char* what) {
    std::uint64_t found = value;
    one(found);
    if (found == value) return;
    throw StateMismatch(std::string(what) + ": " + std::to_string(found) + " in the state, " + std::to_string(value) +
                        " here");
  }

 private:
  template <class T>
  static constexpr bool kIsPlain = std::is_trivially_copyable_v<T> &&
                                   (std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);

  template <class T>
  void one(T& value) {
    if constexpr (requires { value.archive(*this); }) {
      value.archive(*this);
    } else {
      static_assert(kIsPlain<T>, "a type with padding, pointers or doubles: it names its fields in archive()");
      bytes(std::as_writable_bytes(std::span(&value, 1)));
    }
  }
  template <class T>
  void one(std::vector<T>& values) {
    resize(values);
    if constexpr (kIsPlain<T> && !requires(T & value) { value.archive(*this); }) {
      bytes(std::as_writable_bytes(std::span(values)));
    } else {
      for (T& value : values) one(value);
    }
  }
  void one(std::vector<bool>& values) {
    resize(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint8_t value = values[i] ? 1 : 0;
      one(value);
      values[i] = value != 0;
    }
  }
  template <class T>
  void one(std::deque<T>& values) {
    resize(values);
    for (T& value : values) one(value);
  }
  void one(std::string& text) {
    resize(text);
    bytes(std::as_writable_bytes(std::span(text)));
  }
  template <class A, class B>
  void one(std::pair<A, B>& pair) {
    one(pair.first);
    one(pair.second);
  }
  template <class Key, class Value>
  void one(std::map<Key, Value>& map) {
    std::vector<std::pair<Key, Value>> entries(map.begin(), map.end());
    one(entries);
    if (is_reading()) map = {entries.begin(), entries.end()};
  }

  template <class Container>
  void resize(Container& container) {
    std::uint64_t size = container.size();
    one(size);
    if (!is_reading()) return;
    // Each element takes a byte at least: a wrong size asks for no memory.
    if (size > left_.size())
      throw StateMismatch("a list of " + std::to_string(size) + " entries is longer than the state");
    container.clear();
    container.resize(size);
  }
  void bytes(std::span<std::byte> value) {
    if (!is_reading()) {
      const std::size_t at = written_->size();
      written_->resize(at + value.size());
      if (!value.empty()) std::memcpy(written_->data() + at, value.data(), value.size());
      return;
    }
    if (value.size() > left_.size()) throw StateMismatch("the state ends too soon");
    if (!value.empty()) std::memcpy(value.data(), left_.data(), value.size());
    left_ = left_.subspan(value.size());
  }

  std::vector<std::byte>* written_ = nullptr;
  std::span<const std::byte> left_;
};

}  // namespace tickplant::analytics
