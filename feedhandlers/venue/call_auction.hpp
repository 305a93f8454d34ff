// A call auction: buyers and sellers who wait for one moment and one price (opening, closing, halt cross), together
// with the displayed book.
//
// The price is the one at which most shares trade; of several the one that leaves the fewest over, then the one nearest
// to the reference. Better prices are filled first, at one price displayed orders, then those of the auction.
// Interest is not displayed: the world sees it summed up in NOII messages (I), then the cross (Q).
//
// Threads: one. No allocation: a fixed number of interests; one more takes the place of the oldest.
// Not here: when auctions happen and how halts end (market.cpp).
#pragma once

#include <array>
#include <cstdint>

#include "feedhandlers/venue/matching_engine.hpp"

namespace tickplant::feedhandlers::venue {

/// What a cross would give now.
struct AuctionOutcome {
  std::uint32_t price_e4 = 0;  // 0: nobody would trade
  std::uint64_t paired = 0;
  std::uint64_t imbalance = 0;  // at that price: left over on one side
  Side side = Side::none;       // which
};

class CallAuction {
 public:
  static constexpr std::size_t kMaxInterests = 12;

  /// On-auction order at a limit. `shares` above 0.
  void add(Side side, std::uint32_t limit_e4, std::uint32_t shares) noexcept;
  void clear() noexcept { count_ = oldest_ = 0; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  [[nodiscard]] AuctionOutcome outcome(const MatchingEngine& engine, std::uint32_t reference_e4) const noexcept;

  /// Says what a cross would give (I).
  void report(Tape& tape, const MatchingEngine& engine, std::uint32_t reference_e4, char cross_type) const;

  /// Executes and says it (C for displayed orders, then Q, of 0 shares when nobody trades); all interest ends.
  AuctionOutcome cross(MatchingEngine& engine, std::uint32_t reference_e4, char cross_type);

 private:
  struct Interest {
    std::uint32_t limit_e4 = 0;
    std::uint32_t shares = 0;
    Side side = Side::none;
  };

  void consider(AuctionOutcome& best, std::uint32_t price_e4, const MatchingEngine& engine,
                std::uint32_t reference_e4) const noexcept;
  [[nodiscard]] std::uint64_t shares_at(Side side, std::uint32_t price_e4, const MatchingEngine& engine) const noexcept;
  /// The best of `side` that has shares left, or nullptr.
  [[nodiscard]] Interest* best_interest(Side side) noexcept;
  void fill(Side side, std::uint64_t shares, std::uint32_t price_e4, MatchingEngine& engine);

  std::array<Interest, kMaxInterests> interests_{};
  std::uint8_t count_ = 0;
  std::uint8_t oldest_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
