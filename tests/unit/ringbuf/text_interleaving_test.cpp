// Every way in which one read can fall into one append, and one append into one read; and a death before each step of
// an append.
#include <gtest/gtest.h>

#include <cstring>

#include "ringbuf/private_payload.hpp"
#include "ringbuf/text_segment.hpp"
#include "tests/support/interrupted_atomic.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using Writer = BasicTextWriter<tests::InterruptedAtomic>;
using Reader = BasicTextReader<tests::InterruptedAtomic>;

constexpr std::uint64_t kCapacity = 64;

/// A full circle of four texts of 16 bytes: "aaaa...", "bbbb...", "cccc...", "dddd...".
struct Circle {
  PrivatePayload memory{Writer::payload_bytes(kCapacity)};
  Writer writer{memory.bytes(), kCapacity, 1};
  std::array<TextReference, 4> texts{append('a'), append('b'), append('c'), append('d')};

  TextReference append(char letter) { return writer.append(std::string(16, letter)); }
  [[nodiscard]] Reader reader() const { return Reader(std::as_const(memory).bytes()); }
};

/// Reads text `index` and checks that it is whole, or gone when it may be.
void expect_whole_or_gone(const Reader& reader, const Circle& circle, std::size_t index, bool may_be_gone, int step) {
  std::string out;
  const TextRead outcome = reader.read(circle.texts[index], out);
  if (outcome == TextRead::value) {
    EXPECT_EQ(out, std::string(16, static_cast<char>('a' + index))) << "torn at step " << step;
  } else {
    EXPECT_EQ(outcome, TextRead::overwritten);
    EXPECT_TRUE(may_be_gone) << "lost at step " << step;
    EXPECT_EQ(out, "");
  }
}

TEST(TextInterleaving, AReadInsideAnAppendSeesTheOldTextWholeOrNotAtAll) {
  for (std::size_t index = 0; index < 4; ++index) {
    bool more = true;
    for (int step = 0; more; ++step) {
      Circle circle;
      const Reader reader = circle.reader();
      more = tests::Interruption::run(
          step, [&] { expect_whole_or_gone(reader, circle, index, index == 0, step); }, [&] { circle.append('e'); });
      std::string out;
      EXPECT_EQ(reader.read(circle.texts[index], out), index == 0 ? TextRead::overwritten : TextRead::value);
    }
  }
}

TEST(TextInterleaving, AppendsInsideAReadLeaveItWholeOrGone) {
  for (std::size_t index = 0; index < 4; ++index) {
    for (std::size_t appends = 1; appends <= 5; ++appends) {
      bool more = true;
      for (int step = 0; more; ++step) {
        Circle circle;
        const Reader reader = circle.reader();
        const auto append_all = [&] {
          for (std::size_t i = 0; i < appends; ++i) circle.append('e');
        };
        more = tests::Interruption::run(step, append_all,
                                        [&] { expect_whole_or_gone(reader, circle, index, appends > index, step); });
      }
    }
  }
}

TEST(TextInterleaving, AReadInsideAnAppendDoesNotSeeTheNewTextEarly) {
  bool more = true;
  for (int step = 0; more; ++step) {
    Circle circle;
    const Reader reader = circle.reader();
    const TextReference next{kCapacity, 16, 1};
    const auto read_early = [&] {
      std::string out;
      EXPECT_EQ(reader.read(next, out), TextRead::unknown);
    };
    more = tests::Interruption::run(step, read_early, [&] { EXPECT_EQ(circle.append('e'), next); });
  }
}

TEST(TextInterleaving, ASuccessorGoesOnAfterADeathBeforeAnyStep) {
  bool more = true;
  for (int step = 0; more; ++step) {
    Circle circle;
    const auto die = [&] {
      PrivatePayload left(Writer::payload_bytes(kCapacity));
      std::memcpy(left.bytes().data(), circle.memory.bytes().data(), left.bytes().size());
      Writer successor(left.bytes(), kCapacity, 1);
      const TextReference next = successor.append("next");
      const Reader reader(std::as_const(left).bytes());
      std::string out;
      ASSERT_EQ(reader.read(next, out), TextRead::value);
      EXPECT_EQ(out, "next");
      expect_whole_or_gone(reader, circle, 0, true, step);
      expect_whole_or_gone(reader, circle, 1, true, step);
      expect_whole_or_gone(reader, circle, 2, false, step);
    };
    more = tests::Interruption::run(step, die, [&] { circle.append('e'); });
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
