// Any bytes as a BinaryFILE of ITCH messages, through the parser, with every field of every message read.
//
// Each message lies alone in memory of its exact size, so that a read past its end is seen.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "feedhandlers/itch50/parser.hpp"
#include "platform/check.hpp"
#include "tests/support/itch_decoder.hpp"
#include "tests/support/itch_wire.hpp"

namespace {

namespace itch = tickplant::tests::itch;
using tickplant::feedhandlers::itch50::message_bytes;
using tickplant::feedhandlers::itch50::parse;
using tickplant::feedhandlers::itch50::ParseOutcome;

/// Reads a message whole, and checks that what was read is what a second decoding of its encoding gives.
struct ReadAll {
  template <class View>
  void on(View view) {
    auto message = itch::plain(view);
    if constexpr (requires { message.side; })
      if (message.side == tickplant::ringbuf::Side::none) message.side = tickplant::ringbuf::Side::ask;
    encoded.clear();
    itch::encode(message, encoded);
    TP_CHECK(encoded.size() == View::kBytes);
    TP_CHECK(itch::plain(View{encoded.data()}) == message);
    ++calls;
  }
  itch::Buffer encoded;
  std::size_t calls = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ReadAll reader;
  for (const auto message : itch::unframed(std::as_bytes(std::span{data, size}))) {
    const auto alone = std::make_unique<std::byte[]>(message.size());
    std::copy(message.begin(), message.end(), alone.get());
    reader.calls = 0;
    const ParseOutcome outcome = parse({alone.get(), message.size()}, reader);
    const bool expected = message_bytes(static_cast<char>(alone[0])) == message.size();
    TP_CHECK((outcome == ParseOutcome::ok) == expected);
    TP_CHECK(reader.calls == (expected ? 1u : 0u));
  }
  return 0;
}
