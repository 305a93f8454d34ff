// Headlines, URLs and arguments of commands: appended to a circle, overwritten when it comes round, never torn.
//
// Append the text first, then publish the record that carries its reference: whoever sees the record finds the text.
//
// Threads: TextWriter: exactly one; never waits for anybody. TextReader: any thread of any process.
// Not here: which records carry text (records/).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "ringbuf/payload_view.hpp"
#include "ringbuf/text_layout.hpp"

namespace tickplant::ringbuf {

/// Bytes that a text of `bytes` bytes takes in the circle.
[[nodiscard]] constexpr std::uint64_t padded_text_bytes(std::uint64_t bytes) noexcept {
  return (bytes + 7) & ~std::uint64_t{7};
}

template <template <class> class Atomic = std::atomic>
class BasicTextWriter {
 public:
  using Control = TextControl<Atomic>;
  using Word = Atomic<std::uint64_t>;

  /// `capacity_bytes`: a power of two, at least 64.
  static constexpr std::uint64_t payload_bytes(std::uint64_t capacity_bytes) noexcept {
    return sizeof(Control) + capacity_bytes;
  }

  /// `payload`: zeroed, or left by a predecessor, behind whose last byte we go on in its generation. `generation`: not
  /// 0, and another one than any earlier circle's whose references may still be around, in a journal for instance.
  BasicTextWriter(std::span<std::byte> payload, std::uint64_t capacity_bytes, std::uint32_t generation) noexcept
      : control_(&object_at<Control>(payload, 0)),
        words_(array_at<Word>(payload, sizeof(Control), capacity_bytes / 8)) {
    TP_CHECK(std::has_single_bit(capacity_bytes) && capacity_bytes >= 64 && generation != 0);
    if (control_->capacity_bytes == 0) {
      control_->capacity_bytes = capacity_bytes;
      control_->generation = generation;
    }
    TP_CHECK(control_->capacity_bytes == capacity_bytes);
    // What a dead predecessor reserved and did not finish has no reference; its bytes are skipped.
    head_ = control_->reserved_through.load(std::memory_order_relaxed);
    control_->published_through.store(head_, std::memory_order_release);  // W12
  }

  /// Longest text that is kept whole: a quarter of the circle.
  [[nodiscard]] std::size_t longest() const noexcept { return words_.size() * 8 / 4; }

  /// Appends `text`. What goes beyond longest() is cut off; the reference tells how many bytes were kept.
  TextReference append(std::string_view text) noexcept {
    const std::size_t bytes = std::min(text.size(), longest());
    const std::uint64_t begin = head_;
    head_ = begin + padded_text_bytes(bytes);

    // W11 -> R11: whoever sees a new word also sees that its place was reserved; else a text could end in a later one.
    // W12 -> R12: whoever sees `published_through` sees every word before it.
    control_->reserved_through.store(head_, std::memory_order_relaxed);
    for (std::size_t at = 0; at < bytes; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, bytes - at));
      word_at(begin + at).store(word, std::memory_order_release);  // W11
    }
    control_->published_through.store(head_, std::memory_order_release);  // W12
    return {begin, static_cast<std::uint32_t>(bytes), control_->generation};
  }

 private:
  Word& word_at(std::uint64_t offset) noexcept { return words_[offset / 8 & (words_.size() - 1)]; }

  Control* control_;
  std::span<Word> words_;
  std::uint64_t head_;
};

enum class TextRead : std::uint8_t {
  value,        // `out` holds the text
  overwritten,  // it was there, the circle has come round, or it belongs to another generation
  unknown,      // no text was ever published there
};

template <template <class> class Atomic = std::atomic>
class BasicTextReader {
 public:
  using Control = TextControl<Atomic>;
  using Word = Atomic<std::uint64_t>;

  /// Throws SetupError when the table claims more than `payload` has.
  explicit BasicTextReader(std::span<const std::byte> payload) {
    check_payload("text", sizeof(Control), payload.size());
    control_ = &object_at<Control>(payload, 0);
    const std::uint64_t capacity_bytes = control_->capacity_bytes;
    check_payload("text", std::has_single_bit(capacity_bytes) ? capacity_bytes : ~std::uint64_t{0},
                  payload.size() - sizeof(Control));
    words_ = array_at<Word>(payload, sizeof(Control), capacity_bytes / 8);
  }

  /// Copies the text into `out`, which is empty unless the answer is `value`. Time depends on reference.bytes alone.
  TextRead read(TextReference reference, std::string& out) const {
    out.clear();
    const std::uint64_t capacity_bytes = words_.size() * 8;
    if (reference.generation != control_->generation) return TextRead::overwritten;
    const std::uint64_t published = control_->published_through.load(std::memory_order_acquire);  // R12 <- W12
    if (reference.offset % 8 != 0 || reference.bytes > capacity_bytes || reference.offset > published ||
        padded_text_bytes(reference.bytes) > published - reference.offset) {
      return TextRead::unknown;
    }
    out.resize(reference.bytes);
    for (std::size_t at = 0; at < reference.bytes; at += 8) {
      // R11 <- W11: all words before the look at what is reserved by now.
      const std::uint64_t word = word_at(reference.offset + at).load(std::memory_order_acquire);
      std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, reference.bytes - at));
    }
    const std::uint64_t reserved = control_->reserved_through.load(std::memory_order_relaxed);
    if (reserved - reference.offset <= capacity_bytes) return TextRead::value;
    out.clear();
    return TextRead::overwritten;
  }

 private:
  [[nodiscard]] const Word& word_at(std::uint64_t offset) const noexcept {
    return words_[offset / 8 & (words_.size() - 1)];
  }

  const Control* control_;
  std::span<const Word> words_;
};

using TextWriter = BasicTextWriter<>;
using TextReader = BasicTextReader<>;

}  // namespace tickplant::ringbuf
