#include "feedhandlers/moldudp64/request.hpp"

#include <gtest/gtest.h>

#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::moldudp64::encode;
using feedhandlers::moldudp64::parse_request;
using feedhandlers::moldudp64::Request;
using feedhandlers::sequencing::SessionId;

SessionId session(std::string_view text) {
  const Bytes bytes = mold_header(text, 0, 0).substr(0, 10);
  return SessionId::from_bytes(as_span(bytes).first<10>());
}

TEST(MoldRequest, IsTwentyBytesInTheLayoutOfAHeader) {
  const auto bytes = encode({.session = session("000010059B"), .first = 0x0102030405060708, .count = 0x0A0B});
  EXPECT_EQ(Bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
            mold_header("000010059B", 0x0102030405060708, 0x0A0B));
}

TEST(MoldRequest, ComesBackFromItsBytes) {
  Random random{test_seed()};
  for (int i = 0; i < 1000; ++i) {
    const Request request{.session = session(std::to_string(random.below(1'000'000))),
                          .first = 1 + (random.next() >> 1),
                          .count = static_cast<std::uint16_t>(1 + random.below(0xffff))};
    ASSERT_EQ(parse_request(encode(request)), request) << "TICKPLANT_TEST_SEED=" << test_seed();
  }
}

TEST(MoldRequest, IsRefusedWhereItIsNone) {
  const Bytes good = mold_header("S", 1, 1);
  ASSERT_TRUE(parse_request(as_span(good)));
  for (const Bytes& bad : {Bytes{}, good.substr(0, 19), good + 'x', mold_header("S", 0, 1), mold_header("S", 1, 0),
                           mold_header("S", ~std::uint64_t{0}, 1)})
    EXPECT_FALSE(parse_request(as_span(bad)));
  EXPECT_TRUE(parse_request(as_span(mold_header("S", ~std::uint64_t{0} - 1, 1)))) << "the last there is";
}

}  // namespace
}  // namespace tickplant::tests::this_file
