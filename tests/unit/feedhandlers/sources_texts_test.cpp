// What a person is told about a source over TCP: each state and each reason has words of its own.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "feedhandlers/sources/glimpse_source.hpp"
#include "feedhandlers/sources/soupbintcp_source.hpp"

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::soupbintcp::LinkError;
using feedhandlers::soupbintcp::RejectReason;
using feedhandlers::sources::as_text;
using feedhandlers::sources::DownCause;
using feedhandlers::sources::DownReason;
using feedhandlers::sources::GlimpseSource;
using feedhandlers::sources::GlimpseState;
using feedhandlers::sources::retry_text;
using feedhandlers::sources::SoupBinTcpSource;
using feedhandlers::sources::SoupBinTcpSourceState;
using feedhandlers::sources::SpinFailure;
using feedhandlers::sources::SpinFailureCause;
using feedhandlers::sources::TcpError;
using platform::UnixNanos;

using Texts = std::vector<std::string>;

/// The texts of the values 0 to `last`, by `make`.
template <typename Value, typename Make>
Texts texts_up_to(Value last, Make make) {
  Texts all;
  for (int i = 0; i <= static_cast<int>(last); ++i) all.emplace_back(as_text(make(static_cast<Value>(i))));
  return all;
}

TEST(SourceTexts, EachErrorOfAConnectionHasItsOwn) {
  EXPECT_EQ(texts_up_to(TcpError::other, [](TcpError error) { return error; }),
            (Texts{"closed by us", "this host gives no socket", "nobody listens there", "no way to the host",
                   "no answer to the attempt to connect", "closed by the server", "reset by the server",
                   "given up by the kernel", "the server does not read", "failed"}));
}

TEST(SourceTexts, EachCauseOfALinkThatIsDownHasItsOwn) {
  EXPECT_EQ(as_text(DownReason{}), "nothing happened");
  EXPECT_EQ(as_text(DownReason{.cause = DownCause::ended}), "end of session");
  EXPECT_EQ(as_text(DownReason{.cause = DownCause::connection, .tcp_error = TcpError::closed_by_peer}),
            "closed by the server");
  EXPECT_EQ(
      as_text(DownReason{.cause = DownCause::connection, .tcp_error = TcpError::refused, .error_number = ECONNREFUSED}),
      "nobody listens there: Connection refused (errno 111)");
}

TEST(SourceTexts, EachErrorOfAProtocolHasItsOwn) {
  const auto down = [](LinkError error) { return DownReason{.cause = DownCause::protocol, .link_error = error}; };
  const Texts all = texts_up_to(LinkError::fell_behind, down);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size()) << "each its own";
  EXPECT_EQ(as_text(down(LinkError::none)), "nothing is wrong");
  EXPECT_EQ(as_text(down(LinkError::wrong_type)), "a packet that cannot be, or not now");
  EXPECT_EQ(as_text(down(LinkError::impossible_length)), "a packet of impossible length");
  EXPECT_EQ(as_text(down(LinkError::bad_login)), "an answer to the login that says nothing");
  EXPECT_EQ(as_text(down(LinkError::wrong_session)), "logged in to another session than asked for");
  EXPECT_EQ(as_text(down(LinkError::silent_peer)), "nothing heard for too long");
  EXPECT_EQ(as_text(down(LinkError::late_login)), "no answer to the login");
  EXPECT_EQ(as_text(down(LinkError::fell_behind)), "fell behind");
}

TEST(SourceTexts, ARejectionShowsItsLetterWhereAPersonCanReadIt) {
  const auto text = [](char letter) {
    return as_text(DownReason{.cause = DownCause::rejected, .reject_reason = static_cast<RejectReason>(letter)});
  };
  EXPECT_EQ(text('A'), "login rejected: not authorised (A)");
  EXPECT_EQ(text('S'), "login rejected: no such session, or not from there (S)");
  EXPECT_EQ(text('x'), "login rejected: for a reason of the server's own (x)");
  EXPECT_EQ(text('\x07'), "login rejected: for a reason of the server's own (?)");
}

TEST(SourceTexts, EachStateOfASourceHasItsOwn) {
  EXPECT_EQ(texts_up_to(SoupBinTcpSourceState::stopped, [](SoupBinTcpSourceState state) { return state; }),
            (Texts{"waiting to connect", "connecting", "logging in", "live", "session ended", "stopped"}));
  EXPECT_EQ(texts_up_to(GlimpseState::failed, [](GlimpseState state) { return state; }),
            (Texts{"idle", "connecting", "logging in", "spinning", "complete", "waiting to ask again"}));
}

TEST(SourceTexts, EachFailureOfASpinHasItsOwn) {
  EXPECT_EQ(as_text(SpinFailure{}), "nothing happened");
  EXPECT_EQ(as_text(SpinFailure{.cause = SpinFailureCause::link, .down_reason = {.cause = DownCause::ended}}),
            "end of session");
  EXPECT_EQ(as_text(SpinFailure{.cause = SpinFailureCause::not_from_start}),
            "the spin does not begin with its first message");
  EXPECT_EQ(as_text(SpinFailure{.cause = SpinFailureCause::bad_marker}),
            "the spin's last message does not say where the live feed goes on");
  EXPECT_EQ(as_text(SpinFailure{.cause = SpinFailureCause::ended_early}), "end of session in the middle of the spin");
  EXPECT_EQ(as_text(SpinFailure{.cause = SpinFailureCause::too_slow}), "the spin takes too long");
}

TEST(SourceTexts, AWaitSaysWhyAndHowLong) {
  EXPECT_EQ(retry_text("", 0, 1'500'000'000), "; again in 1.5 s");
  EXPECT_EQ(retry_text("", 1, -5), "; again in 0.0 s") << "now";
  EXPECT_EQ(retry_text("nobody listens there", 3, 2'000'000'000),
            "; nobody listens there, 3 failures in a row; again in 2.0 s");
}

TEST(SourceTexts, AnEndpointIsAnAddressAndAPort) {
  using feedhandlers::sources::TcpEndpoint;
  EXPECT_EQ(as_text(TcpEndpoint{0x0a010203, 18'000}), "10.1.2.3:18000");
  EXPECT_NE((TcpEndpoint{1, 2}), (TcpEndpoint{1, 3}));
  EXPECT_NE((TcpEndpoint{1, 2}), (TcpEndpoint{2, 2}));
}

TEST(SourceTexts, ASourceThatNobodyPolledDescribesWhatItWillDo) {
  const SoupBinTcpSource newest{{.tcp = {.server = {0x7f000001, 9}}, .session = {.sequence = 0}}, 1};
  EXPECT_NE(newest.describe({}).find("SoupBinTCP 127.0.0.1:9, session whichever is current, waiting to connect, "
                                     "next the newest"),
            std::string::npos)
      << newest.describe({});
  GlimpseSource spin{{.tcp = {.server = {0x7f000001, 9}}}, 1};
  EXPECT_EQ(spin.describe({}), "GLIMPSE 127.0.0.1:9, idle");
  EXPECT_TRUE(spin.request({1'000}));
  EXPECT_EQ(spin.describe({1'000}), "GLIMPSE 127.0.0.1:9, waiting to ask again; again in 0.0 s") << "no failure yet";
  EXPECT_EQ(spin.next_deadline(), UnixNanos{1'000});
}

}  // namespace
}  // namespace tickplant::tests::this_file
