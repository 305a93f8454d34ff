#include "feedhandlers/soupbintcp/login.hpp"

#include <gtest/gtest.h>

#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"
#include "tests/support/soupbintcp_writer.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::encode;
using feedhandlers::soupbintcp::LoginAccepted;
using feedhandlers::soupbintcp::LoginRequest;
using feedhandlers::soupbintcp::parse_login_accepted;
using feedhandlers::soupbintcp::parse_login_request;
using feedhandlers::soupbintcp::parse_number;
using feedhandlers::soupbintcp::session_id;
using feedhandlers::soupbintcp::SessionName;
using feedhandlers::soupbintcp::write_number;

std::optional<std::uint64_t> number(std::string_view field) { return parse_number(as_span(field).first<20>()); }

TEST(SoupBinTcpLogin, RequestIsFortySixBytesOfText) {
  EXPECT_EQ(to_bytes(encode(LoginRequest{{"QUOTES"}, {"secret"}, {"20190130A"}, 17})),
            "QUOTESsecret     20190130A                  17");
  EXPECT_EQ(to_bytes(encode(LoginRequest{})), Bytes(45, ' ') + "1") << "the current session from its start";
}

TEST(SoupBinTcpLogin, AnswerIsThirtyBytesOfText) {
  EXPECT_EQ(to_bytes(encode(LoginAccepted{{"S1"}, 18446744073709551615u})), "        S118446744073709551615");
}

TEST(SoupBinTcpLogin, ComesBackFromItsBytes) {
  Random random{test_seed()};
  for (int i = 0; i < 1000; ++i) {
    const auto text = [&] { return std::to_string(random.below(1'000'000)).substr(0, random.below(7)); };
    const LoginRequest request{{text()}, {text()}, {text()}, random.next() >> random.below(64)};
    ASSERT_EQ(parse_login_request(encode(request)), request) << "TICKPLANT_TEST_SEED=" << test_seed();
    const LoginAccepted accepted{{text()}, random.next() >> random.below(64)};
    ASSERT_EQ(parse_login_accepted(encode(accepted)), accepted) << "TICKPLANT_TEST_SEED=" << test_seed();
  }
}

TEST(SoupBinTcpLogin, IsReadAsAnIndependentWriterPutsIt) {
  const Bytes request = soup_login_request("me", "pw", "XYZ", 42).substr(3);
  EXPECT_EQ(parse_login_request(as_span(request)), (LoginRequest{{"me"}, {"pw"}, {"XYZ"}, 42}));
  const Bytes accepted = soup_accepted("XYZ", 42).substr(3);
  EXPECT_EQ(parse_login_accepted(as_span(accepted)), (LoginAccepted{{"XYZ"}, 42}));
}

TEST(SoupBinTcpLogin, OfAnotherSizeOrWithoutANumberIsNone) {
  const Bytes request = soup_login_request("me", "pw", "XYZ", 42).substr(3);
  const Bytes accepted = soup_accepted("XYZ", 42).substr(3);
  for (std::size_t size = 0; size <= 60; ++size) {
    EXPECT_EQ(parse_login_request(as_span(padded_right(request, 60)).first(size)).has_value(), size == 46) << size;
    EXPECT_EQ(parse_login_accepted(as_span(padded_right(accepted, 60)).first(size)).has_value(), size == 30) << size;
  }
  EXPECT_FALSE(parse_login_request(as_span(request.substr(0, 45) + 'x')));
  EXPECT_FALSE(parse_login_accepted(as_span(accepted.substr(0, 29) + 'x')));
}

TEST(SoupBinTcpLogin, SessionIsTheSameWhereverItsPaddingIs) {
  EXPECT_EQ(SessionName{"S1        "}, SessionName{"        S1"});
  EXPECT_TRUE(SessionName{"          "}.is_blank());
  EXPECT_EQ(SessionName{"   S 1   "}.text(), "S 1");
  EXPECT_EQ(SessionName{"0123456789AB"}.text(), "0123456789") << "cut";
  EXPECT_EQ(session_id({"        S1"}),
            feedhandlers::sequencing::SessionId::from_bytes(as_span(mold_header("S1", 1, 0)).first<10>()))
      << "as on the multicast lines";
}

TEST(SoupBinTcpNumber, IsReadWithPaddingOnEitherSideAndLeadingZeros) {
  EXPECT_EQ(number(padded_left("7", 20)), 7u);
  EXPECT_EQ(number(padded_right("7", 20)), 7u);
  EXPECT_EQ(number("  12                "), 12u);
  EXPECT_EQ(number("00000000000000000009"), 9u);
  EXPECT_EQ(number("18446744073709551615"), ~std::uint64_t{0});
}

TEST(SoupBinTcpNumber, IsNoneWhereItIsBlankNotDigitsOrTooLarge) {
  for (const char* bad : {"                    ", "18446744073709551616", "99999999999999999999",
                          "                  -1", "                  +1", "               1 2  ",
                          "                 1.0", "                  0x", "1\t                  "})
    EXPECT_FALSE(number(bad)) << bad;
}

TEST(SoupBinTcpNumber, IsWrittenRightJustified) {
  Bytes field(20, '?');
  const auto written = [&](std::uint64_t value) {
    write_number(value, std::as_writable_bytes(std::span(field)).first<20>());
    return field;
  };
  EXPECT_EQ(written(0), padded_left("0", 20));
  EXPECT_EQ(written(1234), padded_left("1234", 20));
  EXPECT_EQ(written(~std::uint64_t{0}), "18446744073709551615");
}

}  // namespace
}  // namespace tickplant::tests::this_file
