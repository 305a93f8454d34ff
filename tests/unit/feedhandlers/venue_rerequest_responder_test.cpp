// Answers to re-requests, right ones and those that are spoilt on purpose.
#include "feedhandlers/venue/rerequest_responder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "feedhandlers/moldudp64/framing.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"

namespace tickplant::feedhandlers::venue::this_file {
namespace {

using tests::as_span;
using tests::Bytes;

class RerequestResponderTest : public testing::Test {
 protected:
  static constexpr std::size_t kPacketBytes = 60;  // header and three messages
  static constexpr std::uint64_t kMessages = 500;

  RerequestResponderTest() {
    for (std::uint64_t i = 1; i <= kMessages; ++i) history_.add(as_span(message(i)));
  }
  static Bytes message(std::uint64_t sequence) { return "message" + tests::big(sequence, 4); }
  static RerequestResponder responder(const RerequestFaultOptions& faults) {
    return {make_session_name("TODAY").value(), kPacketBytes, faults};
  }
  /// A request has the layout of a header alone.
  static Bytes request(std::uint64_t first) { return tests::mold_header("TODAY", first, 3); }
  Bytes answer_to(RerequestResponder& responder, std::uint64_t first) {
    return tests::to_bytes(responder.answer(as_span(request(first)), history_, {}).packet);
  }
  /// Messages that are intact are those that were sent.
  static void expect_right_content(const moldudp64::Datagram& datagram) {
    moldudp64::for_each_message(
        datagram, [](std::uint64_t sequence, auto bytes) { EXPECT_EQ(tests::to_bytes(bytes), message(sequence)); });
  }

  MessageHistory history_{MessageHistory::kLeastBytes};
};

TEST_F(RerequestResponderTest, AnswersAtOnceOrLateByTheDelay) {
  RerequestResponder quick = responder({});
  RerequestResponder slow = responder({.delay_nanos = 700});
  EXPECT_EQ(quick.answer(as_span(request(1)), history_, {50}).due, SinceStart{50});
  EXPECT_EQ(slow.answer(as_span(request(1)), history_, {50}).due, SinceStart{750});
  EXPECT_EQ(answer_to(slow, 7), tests::mold_packet("TODAY", 7, {message(7), message(8), message(9)}));
}

TEST_F(RerequestResponderTest, KeepsSilenceWhenToldToAndCountsIt) {
  RerequestResponder responder = this->responder({.fault = RerequestFault::silent});
  EXPECT_EQ(answer_to(responder, 1), "");
  EXPECT_EQ(responder.counters().silenced, 1U);
  EXPECT_EQ(responder.counters().answered, 0U);
}

TEST_F(RerequestResponderTest, SpoilsAsManyAnswersAsAskedTheSameForTheSameSeed) {
  const auto spoilt = [this](std::uint64_t seed) {
    RerequestResponder responder =
        this->responder({.fault = RerequestFault::wrong_session, .percent = 25, .seed = seed});
    std::string which;
    for (int i = 0; i < 4000; ++i) which += answer_to(responder, 1).substr(0, 5) == "TODAY" ? '.' : 'x';
    EXPECT_NEAR(static_cast<double>(responder.counters().spoilt), 1000, 170);
    EXPECT_EQ(responder.counters().spoilt, static_cast<unsigned>(std::count(which.begin(), which.end(), 'x')));
    return which;
  };
  EXPECT_EQ(spoilt(5), spoilt(5));
  EXPECT_NE(spoilt(5), spoilt(6));
}

TEST_F(RerequestResponderTest, NamesAnotherSessionOnPurpose) {
  RerequestResponder responder = this->responder({.fault = RerequestFault::wrong_session});
  EXPECT_EQ(answer_to(responder, 2), tests::mold_packet("!ODAY", 2, {message(2), message(3), message(4)}));
}

TEST_F(RerequestResponderTest, GivesRealMessagesFromAnotherPlaceOnPurpose) {
  RerequestResponder responder = this->responder({.fault = RerequestFault::wrong_range, .seed = tests::test_seed()});
  int before = 0;
  for (std::uint64_t first = 1; first <= kMessages; ++first) {
    const Bytes bytes = answer_to(responder, first);
    const auto datagram = moldudp64::parse(as_span(bytes));
    ASSERT_EQ(datagram.damage, moldudp64::Damage::none);
    EXPECT_NE(datagram.range.begin, first);
    EXPECT_FALSE(datagram.range.empty());
    before += datagram.range.begin < first ? 1 : 0;
    expect_right_content(datagram);
  }
  EXPECT_GT(before, 100);
  EXPECT_LT(before, 400);
}

TEST_F(RerequestResponderTest, BreaksTheFramingOnPurposeInEveryWay) {
  RerequestResponder responder = this->responder({.fault = RerequestFault::bad_framing, .seed = tests::test_seed()});
  std::array<int, 6> damages{};
  for (int i = 0; i < 400; ++i) {
    const Bytes bytes = answer_to(responder, 5);
    ASSERT_FALSE(bytes.empty());
    const auto datagram = moldudp64::parse(as_span(bytes));
    EXPECT_NE(datagram.damage, moldudp64::Damage::none);
    ++damages.at(static_cast<std::size_t>(datagram.damage));
    if (datagram.damage != moldudp64::Damage::short_header) expect_right_content(datagram);
  }
  for (const auto damage :
       {moldudp64::Damage::short_header, moldudp64::Damage::missing_blocks, moldudp64::Damage::block_overrun})
    EXPECT_GT(damages[static_cast<std::size_t>(damage)], 0);
}

TEST_F(RerequestResponderTest, HasNoOtherPlaceWhereThereIsOneMessage) {
  MessageHistory one(MessageHistory::kLeastBytes);
  one.add(as_span("only"));
  RerequestResponder responder = this->responder({.fault = RerequestFault::wrong_range});
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(tests::to_bytes(responder.answer(as_span(request(1)), one, {}).packet),
              tests::mold_packet("TODAY", 1, {"only"}));
}

}  // namespace
}  // namespace tickplant::feedhandlers::venue::this_file
