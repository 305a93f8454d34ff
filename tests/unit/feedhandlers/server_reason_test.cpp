// What a counter holds of a server's failure: all of it comes back, in the words of the failure itself.
#include "feedhandlers/sources/server_reason.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>
#include <vector>

namespace tickplant::feedhandlers::sources::this_file {
namespace {

using ringbuf::counter::ServerReason;
using soupbintcp::LinkError;
using soupbintcp::RejectReason;

/// Of every kind.
std::vector<DownReason> every_down_reason() {
  std::vector<DownReason> all;
  for (int error = 1; error <= static_cast<int>(TcpError::other); ++error) {
    all.push_back({.cause = DownCause::connection, .tcp_error = static_cast<TcpError>(error), .error_number = EIO});
  }
  for (int error = 1; error < static_cast<int>(LinkError::fell_behind); ++error)  // only servers say that
    all.push_back({.cause = DownCause::protocol, .link_error = static_cast<LinkError>(error)});
  for (const char letter : {'A', 'S', 'X'})
    all.push_back({.cause = DownCause::rejected, .reject_reason = static_cast<RejectReason>(letter)});
  return all;
}

TEST(ServerReason, OfAConnectionKeepsTheWords) {
  for (const DownReason& down : every_down_reason()) {
    EXPECT_EQ(as_text(server_failure(down)), as_text(down));
    EXPECT_EQ(server_failure(SpinFailure{SpinFailureCause::link, down}), server_failure(down)) << as_text(down);
  }
}

TEST(ServerReason, OfASpinKeepsTheWords) {
  for (const SpinFailureCause cause :
       {SpinFailureCause::not_from_start, SpinFailureCause::bad_marker, SpinFailureCause::ended_early,
        SpinFailureCause::too_slow, SpinFailureCause::other_session}) {
    const SpinFailure failure{cause, {}};
    EXPECT_EQ(as_text(server_failure(failure)), as_text(failure));
  }
}

TEST(ServerReason, TellsOneFromAnotherAndHasARemedyForEach) {
  std::set<ServerReason> reasons;
  std::set<std::string_view> names;
  std::vector<ServerFailure> failures;
  for (const DownReason& down : every_down_reason()) failures.push_back(server_failure(down));
  for (int cause = 2; cause <= static_cast<int>(SpinFailureCause::other_session); ++cause)
    failures.push_back(server_failure(SpinFailure{static_cast<SpinFailureCause>(cause), {}}));
  for (const ServerFailure& failure : failures) {
    EXPECT_TRUE(reasons.insert(failure.reason).second) << as_text(failure);
    EXPECT_TRUE(names.insert(name_of(failure)).second) << name_of(failure);
    EXPECT_FALSE(remedy_for(failure).empty()) << as_text(failure);
    EXPECT_LE(remedy_for(failure).size(), 84u) << "one line of a status has no more";
  }
  EXPECT_EQ(failures.size(), 9u + 6 + 3 + 5);
}

TEST(ServerReason, IsWhatTheServerSaid) {
  const auto rejected = [](char letter) {
    return server_failure(DownReason{.cause = DownCause::rejected, .reject_reason = static_cast<RejectReason>(letter)});
  };
  EXPECT_EQ(rejected('A').reason, ServerReason::not_authorised);
  EXPECT_EQ(rejected('S').reason, ServerReason::no_such_session);
  EXPECT_EQ(rejected('X'), (ServerFailure{ServerReason::login_rejected, 'X'}));
  EXPECT_EQ(as_text(rejected('X')), "login rejected: for a reason of the server's own (X)");
  EXPECT_EQ(as_text(rejected('\xff')), "login rejected: for a reason of the server's own (?)");
}

TEST(ServerReason, OfNothingIsNone) {
  EXPECT_EQ(server_failure(DownReason{}), ServerFailure{});
  EXPECT_EQ(server_failure(DownReason{.cause = DownCause::ended}), ServerFailure{});
  EXPECT_EQ(server_failure(SpinFailure{}), ServerFailure{});
  EXPECT_EQ(server_failure(SpinFailure{SpinFailureCause::link, {.cause = DownCause::ended}}).reason,
            ServerReason::cut_off)
      << "a spin is not over by that";
  EXPECT_EQ(as_text(ServerFailure{}), "nothing happened");
  EXPECT_EQ(remedy_for({}), "");
}

TEST(ServerReason, ThatANewerDaemonCountsIsUnknown) {
  EXPECT_EQ(name_of({static_cast<ServerReason>(99), 0}), "unknown");
  EXPECT_FALSE(as_text({static_cast<ServerReason>(99), 0}).empty());
  EXPECT_FALSE(remedy_for({static_cast<ServerReason>(99), 0}).empty());
}

}  // namespace
}  // namespace tickplant::feedhandlers::sources::this_file
