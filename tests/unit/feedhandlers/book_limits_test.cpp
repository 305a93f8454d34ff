// What a book refuses when it is built, and what its levels and its audit do with what cannot be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "feedhandlers/book/book_audit.hpp"
#include "feedhandlers/book/book_side.hpp"
#include "feedhandlers/book/level_arena.hpp"
#include "feedhandlers/book/order_book.hpp"
#include "feedhandlers/book/order_store.hpp"
#include "feedhandlers/book/zeroed_array.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/refused_system_call.hpp"

namespace tickplant::feedhandlers::this_file {
namespace {

using ringbuf::InstrumentId;
using ringbuf::Side;
using testing::AllOf;
using testing::HasSubstr;
using Kind = LevelChange::Kind;

/// What a person is told, with the remedy; "" when it can be built.
template <typename Build>
std::string refusal(Build build) {
  try {
    (void)build();
  } catch (const platform::SetupError& error) {
    return error.what();
  }
  return "";
}

TEST(BookLimits, ABookOfNothingOrOfTooMuchIsRefusedWithTheLimit) {
  for (const std::size_t levels : {std::size_t{0}, (std::size_t{1} << 20) + 1})
    EXPECT_THAT(refusal([&] { return LevelArena(32, levels).capacity(); }),
                AllOf(HasSubstr("at most " + std::to_string(levels) + " levels per side"), HasSubstr("1048576")));
  for (const std::size_t levels : {std::size_t{0}, (std::size_t{1} << 31) + 1})
    EXPECT_THAT(refusal([&] { return LevelArena(levels, 32).capacity(); }),
                AllOf(HasSubstr("room for " + std::to_string(levels) + " levels"), HasSubstr("2147483648")));
  for (const std::size_t orders : {std::size_t{0}, (std::size_t{1} << 31) + 1})
    EXPECT_THAT(refusal([&] { return OrderStore(orders).size(); }),
                AllOf(HasSubstr("for " + std::to_string(orders) + " orders"), HasSubstr("2147483648")));
  for (const std::size_t instruments : {std::size_t{0}, (std::size_t{1} << 24) + 1})
    EXPECT_THAT(refusal([&] {
                  OrderBookConfig config;
                  config.instrument_count = instruments;
                  config.order_capacity = config.level_capacity = config.max_levels_per_side = 32;
                  const OrderBook book(config);
                  return 0;
                }),
                AllOf(HasSubstr("for " + std::to_string(instruments) + " instruments"), HasSubstr("16777216")));
}

TEST(BookLimits, MemoryThatTheKernelRefusesIsToldWithItsPurpose) {
  constexpr std::uint32_t kBytes = 40u << 20;
  tests::with_refused({{SYS_mmap, ENOMEM, 1, kBytes + (2u << 20)}}, [] {
    EXPECT_THAT(refusal([] { return ZeroedMemory(kBytes, "order store").data(); }),
                AllOf(HasSubstr("cannot map 41943040 bytes for the order store: Cannot allocate memory"),
                      HasSubstr("lower the capacity")));
  });
  EXPECT_NE(ZeroedMemory(kBytes, "order store").data(), nullptr);
}

TEST(BookLimits, MemoryOfNothingIsAPage) {
  const ZeroedMemory memory(0, "nothing");
  EXPECT_EQ(*static_cast<const char*>(memory.data()), '\0');
}

class BookSideLimits : public testing::Test {
 protected:
  [[nodiscard]] SideLevels levels() { return {arena_, side_, Side::bid}; }

  LevelArena arena_{32, 32};
  BookSide side_;
  bool fits_ = true;
};

TEST_F(BookSideLimits, NothingIsTakenFromALevelThatIsNotThere) {
  levels().add({100}, {5});
  EXPECT_EQ(levels().take({99}, {1}, 1, fits_).kind, Kind::none);
  EXPECT_FALSE(fits_);
  EXPECT_EQ(side_.level_count, 1u);
  EXPECT_EQ(side_.best_size.value, 5u);
}

TEST_F(BookSideLimits, ALevelThatDidNotHoldAsMuchGoesAndSaysSo) {
  levels().add({100}, {5});
  EXPECT_EQ(levels().take({100}, {6}, 1, fits_).kind, Kind::removed);
  EXPECT_FALSE(fits_) << "more shares than it had";
  fits_ = true;
  bool full = false;
  levels().set({100}, {5}, 0, full);
  EXPECT_EQ(levels().take({100}, {2}, 1, fits_).kind, Kind::removed);
  EXPECT_FALSE(fits_) << "more orders than it had";
  EXPECT_FALSE(full);
  EXPECT_EQ(side_.level_count, 0u);
}

TEST_F(BookSideLimits, ALevelWithoutOrdersIsNone) {
  levels().add({100}, {5});
  EXPECT_EQ(levels().take({100}, {3}, 1, fits_).kind, Kind::removed) << "its only order has gone";
  EXPECT_TRUE(fits_);
  EXPECT_EQ(side_.level_count, 0u);
}

TEST(BookAuditLimits, AnInstrumentBeyondTheBookIsPassedOver) {
  BookAudit audit(2);
  audit.set_trading(InstrumentId{1}, true);
  audit.set_trading(InstrumentId{2}, true);
  EXPECT_TRUE(audit.is_trading(InstrumentId{1}));
  EXPECT_FALSE(audit.is_trading(InstrumentId{0}));
  audit.set_trading(InstrumentId{1}, false);
  EXPECT_FALSE(audit.is_trading(InstrumentId{1}));
}

}  // namespace
}  // namespace tickplant::feedhandlers::this_file
