#include "daemon/control/peer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "platform/unique_fd.hpp"

namespace tickplant::daemon::this_file {
namespace {

TEST(ControlPeer, RootAndTheDaemonsOwnUserMayAll) {
  const RolePolicy policy{.daemon_uid = 500};
  EXPECT_EQ(role_of({.uid = 0}, policy), Role::admin);
  EXPECT_EQ(role_of({.uid = 500}, policy), Role::admin);
  EXPECT_EQ(role_of({.uid = 501}, policy), Role::reader);
}

TEST(ControlPeer, AGroupMakesATraderOrAnAdminOfItsMembers) {
  const RolePolicy policy{.daemon_uid = 500, .traders_group = 70, .admins_group = 80};
  EXPECT_EQ(role_of({.uid = 1, .gid = 70}, policy), Role::trader);
  EXPECT_EQ(role_of({.uid = 1, .gid = 1, .groups = {2, 70}}, policy), Role::trader);
  EXPECT_EQ(role_of({.uid = 1, .gid = 1, .groups = {70, 80}}, policy), Role::admin) << "the more of both";
  EXPECT_EQ(role_of({.uid = 1, .gid = 1, .groups = {2, 71}}, policy), Role::reader);
  EXPECT_EQ(role_of({.uid = 70, .gid = 1}, policy), Role::reader) << "a user's number is no group's";
}

TEST(ControlPeer, WithoutGroupsNobodyElseIsMore) {
  EXPECT_EQ(role_of({.uid = 1, .gid = 0, .groups = {0}}, {.daemon_uid = 500}), Role::reader);
}

TEST(ControlPeer, IsWhomTheKernelNames) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const platform::UniqueFd one(ends[0]), other(ends[1]);
  const auto peer = peer_of(one.get());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_EQ(peer->gid, ::getegid());
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(text_of(*peer), "uid " + std::to_string(::geteuid()) + ", pid " + std::to_string(::getpid()));
}

TEST(ControlPeer, OfAnotherKindOfSocketIsUnknown) {
  const platform::UniqueFd udp(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(peer_of(udp.get()), std::nullopt);
  EXPECT_EQ(peer_of(-1), std::nullopt);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
