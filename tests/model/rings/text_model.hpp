// The text segment: a text is read whole, or as overwritten, or as not there yet.
//
// The circle holds four texts and is full before, so that each new one takes the place of an old one.
//
// Threads: one writer, Readers readers that know where texts begin; in the plant a record tells them.
#pragma once

#include "tests/model/rings/search.hpp"
//
#include "ringbuf/text_segment.hpp"

namespace tickplant::model {

template <int Readers, unsigned Texts, unsigned Reads>
struct TextModel : rl::test_suite<TextModel<Readers, Texts, Reads>, 1 + Readers> {
  using Writer = ringbuf::BasicTextWriter<RelacyAtomic>;
  using Reader = ringbuf::BasicTextReader<RelacyAtomic>;

  static constexpr std::uint64_t kCapacityBytes = 64;
  static constexpr std::uint32_t kTextBytes = 12;  // two words, the second with padding
  static constexpr std::uint64_t kStep = 16;
  static constexpr std::uint64_t kHeld = kCapacityBytes / kStep;

  /// A segment's payload, of words as big as Relacy's. In a place of its own: Relacy does not align its models.
  struct Payload {
    typename Writer::Control control{};
    std::array<typename Writer::Word, kCapacityBytes / 8> words{};
  };
  alignas(Payload) inline static std::array<std::byte, sizeof(Payload)> memory;
  Payload* payload = std::construct_at(reinterpret_cast<Payload*>(memory.data()));
  std::optional<Writer> writer;
  std::array<std::optional<Reader>, Readers> readers;
  std::uint64_t started = 0;                   // texts whose place is being taken, in the order of execution
  std::array<std::uint64_t, Readers> known{};  // texts that a reader knows to be published

  void before() {
    writer.emplace(bytes(), kCapacityBytes, 1);
    for (std::uint64_t i = 0; i < kHeld; ++i) append();
    for (auto& reader : readers) reader.emplace(bytes());
    known.fill(kHeld);
  }

  void thread(unsigned index) {
    if (index == 0) {
      for (unsigned i = 0; i < Texts; ++i) append();
    } else {
      for (unsigned i = 0; i < Reads; ++i) read(index - 1, choose(kHeld + Texts));
    }
  }

  void after() {
    known.fill(started);
    for (unsigned reader = 0; reader < Readers; ++reader) {
      for (std::uint64_t i = 0; i < started; ++i) {
        require(read(reader, i) == (i + kHeld >= started), "at the end the newest texts are there");
      }
    }
    std::destroy_at(payload);
  }

 private:
  static std::string text(std::uint64_t number) { return std::string(kTextBytes, static_cast<char>('a' + number)); }
  static std::span<std::byte> bytes() { return memory; }

  void append() {
    const std::uint64_t number = started++;
    const ringbuf::TextReference reference = writer->append(text(number));
    require(reference == ringbuf::TextReference{number * kStep, kTextBytes, 1}, "texts follow each other");
  }

  /// Was text `number` there?
  bool read(unsigned reader, std::uint64_t number) {
    std::string out;
    const ringbuf::TextRead outcome = readers[reader]->read({number * kStep, kTextBytes, 1}, out);
    switch (outcome) {
      case ringbuf::TextRead::value: require(out == text(number), "a text is whole"); break;
      case ringbuf::TextRead::overwritten:
        require(number + kHeld < started, "overwritten only when its place was taken");
        break;
      case ringbuf::TextRead::unknown: require(number >= known[reader], "what was published stays known"); break;
    }
    if (outcome != ringbuf::TextRead::unknown) known[reader] = std::max(known[reader], number + 1);
    return outcome == ringbuf::TextRead::value;
  }
};

}  // namespace tickplant::model
