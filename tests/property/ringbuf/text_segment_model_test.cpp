// The text segment against a list of all texts ever appended: a text is there exactly as long as the circle has not
// taken one of its bytes.
#include <gtest/gtest.h>

#include <optional>

#include "ringbuf/private_payload.hpp"
#include "ringbuf/text_segment.hpp"
#include "tests/support/random.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

void run(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  tests::Random random(seed);
  const std::uint64_t capacity_bytes = std::uint64_t{64} << random.below(4);
  PrivatePayload memory(TextWriter::payload_bytes(capacity_bytes));
  std::optional<TextWriter> writer(std::in_place, memory.bytes(), capacity_bytes, 1);
  const TextReader reader(std::as_const(memory).bytes());
  std::vector<std::pair<TextReference, std::string>> appended;
  std::uint64_t end = 0;
  for (int step = 0; step < 100; ++step) {
    std::string text(random.below(static_cast<std::uint32_t>(writer->longest()) + 1), '\0');
    for (char& c : text) c = static_cast<char>(random.next());
    const TextReference reference = writer->append(text);
    end = reference.offset + (reference.bytes + 7) / 8 * 8;
    appended.emplace_back(reference, std::move(text));
    if (random.below(10) == 0) writer.emplace(memory.bytes(), capacity_bytes, 2);  // a successor
    for (const auto& [known, content] : appended) {
      const bool is_intact = end <= known.offset + capacity_bytes;
      std::string out;
      ASSERT_EQ(reader.read(known, out), is_intact ? TextRead::value : TextRead::overwritten);
      ASSERT_EQ(out, is_intact ? content : "");
    }
  }
}

TEST(TextSegmentModel, ATextIsThereUntilOneOfItsBytesIsTaken) {
  for (std::uint64_t seed = tests::test_seed(), runs = 0; runs < 100; ++seed, ++runs) {
    run(seed);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
