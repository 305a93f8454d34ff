// Datagrams that the kernel handed over as one come out of the queue as they were, whatever size it says they have.
#include "feedhandlers/sources/datagram_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tickplant::tests::this_file {
namespace {

using feedhandlers::sources::DatagramQueue;
using platform::Datagram;
using testing::ElementsAre;

Datagram together(std::string_view bytes, std::uint16_t segment_bytes) {
  Datagram datagram;
  datagram.payload = std::as_bytes(std::span{bytes});
  datagram.segment_bytes = segment_bytes;
  return datagram;
}

/// Everything in the queue, each whole ended by a bar.
std::vector<std::string> drained(DatagramQueue& queue) {
  std::vector<std::string> out;
  while (!queue.empty()) {
    const DatagramQueue::Segment next = queue.next();
    std::string text(reinterpret_cast<const char*>(next.payload.data()), next.payload.size());
    out.push_back(next.is_last ? text + '|' : text);
    if (next.is_last)
      queue.pop();
    else
      queue.step_over(next);
  }
  return out;
}

std::vector<std::string> cut(std::string_view bytes, std::uint16_t segment_bytes) {
  DatagramQueue queue{4};
  queue.push(together(bytes, segment_bytes));
  return drained(queue);
}

TEST(DatagramQueue, CutsWhatCameTogether) {
  EXPECT_THAT(cut("aabbcc", 2), ElementsAre("aa", "bb", "cc|"));
  EXPECT_THAT(cut("aabbc", 2), ElementsAre("aa", "bb", "c|"));
  EXPECT_THAT(cut("abc", 1), ElementsAre("a", "b", "c|"));
}

TEST(DatagramQueue, LeavesWholeWhatCameAloneOrWithASizeThatCannotBe) {
  EXPECT_THAT(cut("alone", 0), ElementsAre("alone|"));
  EXPECT_THAT(cut("alone", 5), ElementsAre("alone|"));
  EXPECT_THAT(cut("alone", 6), ElementsAre("alone|"));
  EXPECT_THAT(cut("alone", 65'535), ElementsAre("alone|"));
  EXPECT_THAT(cut("", 0), ElementsAre("|"));
  EXPECT_THAT(cut("", 7), ElementsAre("|"));
}

TEST(DatagramQueue, BeginsEachAtItsBeginningAlsoWhenItsPlaceWasUsedBefore) {
  DatagramQueue queue{2};
  for (int turn = 0; turn < 5; ++turn) {
    queue.push(together("aab", 2));
    queue.push(together("cdd", 1));
    EXPECT_THAT(drained(queue), ElementsAre("aa", "b|", "c", "d", "d|")) << turn;
  }
}

TEST(DatagramQueue, CountsStampsOfTheCardByDatagrams) {
  DatagramQueue queue{1};
  const auto pass = [&](std::string_view bytes, std::uint16_t segment_bytes) {
    Datagram datagram = together(bytes, segment_bytes);
    datagram.hardware_time = {1'700'000'000'000'000'000};
    datagram.kernel_time = datagram.hardware_time + 3'000;
    queue.push(datagram);
    (void)drained(queue);
  };
  for (const auto& [bytes, size, datagrams] :
       {std::tuple{"aabb", 2, 2u}, {"aabbc", 2, 3u}, {"alone", 0, 1u}, {"alone", 9, 1u}, {"", 3, 1u}}) {
    const auto before = queue.card_clock().refused();
    pass(bytes, static_cast<std::uint16_t>(size));
    EXPECT_EQ(queue.card_clock().refused() - before, datagrams) << bytes << ' ' << size;
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
