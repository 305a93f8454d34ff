// What facts say so far, and what of them is not believed: pieces without their beginning, texts with holes, losses
// that cannot be.
#include "ringbuf/journal/journal_knowledge.hpp"

#include <gtest/gtest.h>

#include <string>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/journal_continuity.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "tests/support/journal_in_folder.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using tests::JournalInFolder;

/// One fact by itself.
FactView view_of(FactKind kind, std::span<const std::byte> bytes) { return {kind, bytes}; }

class Knowledge : public testing::Test {
 protected:
  void tell(FactsBuilder& facts) {
    FactsReader reader(facts.take().bytes);
    while (const auto fact = reader.next()) known_.apply(*fact);
  }
  void tell_text(std::uint64_t offset, std::string_view text) {
    FactsBuilder facts;
    facts.add_text(offset, 1, text);
    tell(facts);
  }
  void tell_config_piece(std::uint32_t offset, std::uint32_t total, std::string_view text) {
    std::vector<std::byte> bytes(sizeof(ConfigFact) + text.size());
    const ConfigFact fact{7, total, offset};
    std::memcpy(bytes.data(), &fact, sizeof fact);
    std::memcpy(bytes.data() + sizeof fact, text.data(), text.size());
    known_.apply(view_of(FactKind::config, bytes));
  }
  JournalKnowledge known_;
};

TEST_F(Knowledge, TakesAConfigWhenItHasAllPiecesInOrder) {
  tell_config_piece(0, 6, "abc");
  EXPECT_EQ(known_.config(), "") << "not all of it yet";
  tell_config_piece(4, 6, "ef");
  EXPECT_EQ(known_.config(), "") << "a piece is missing";
  tell_config_piece(3, 6, "def");
  EXPECT_EQ(known_.config(), "abcdef");
  EXPECT_EQ(known_.config_hash(), 7u);
  tell_config_piece(3, 6, "xyz");
  EXPECT_EQ(known_.config(), "abcdef") << "without a beginning it is none";
  tell_config_piece(0, 6, "abc");
  tell_config_piece(0, 2, "xy");
  EXPECT_EQ(known_.config(), "xy") << "a new one begins";
}

TEST_F(Knowledge, GivesNoTextWithAHole) {
  tell_text(100, "first");
  tell_text(110, "second");
  EXPECT_EQ(known_.text({100, 5, 1}), "first");
  EXPECT_EQ(known_.text({112, 4, 1}), "cond");
  EXPECT_FALSE(known_.text({100, 8, 1})) << "runs into the hole";
  EXPECT_FALSE(known_.text({106, 2, 1})) << "begins in it";
  EXPECT_FALSE(known_.text({99, 2, 1})) << "begins before";
  EXPECT_FALSE(known_.text({110, 7, 1})) << "runs over the end";
  tell_text(105, "fills");
  EXPECT_EQ(known_.text({100, 16, 1}), "firstfillssecond");
}

TEST_F(Knowledge, KnowsNothingOfWhatNobodySaid) {
  EXPECT_EQ(known_.ring(1), nullptr);
  EXPECT_EQ(known_.find_ring("ticks"), nullptr);
  EXPECT_EQ(known_.function({1}), nullptr);
  EXPECT_EQ(known_.instrument({1}), nullptr);
  EXPECT_FALSE(known_.text({0, 1, 1}));
  EXPECT_FALSE(known_.is_closed());
  FactsBuilder facts;
  facts.add(JournalInFolder::ring_fact(1, "ticks"));
  facts.add(JournalInFolder::instrument(1, "NOWHERE", ""));
  facts.add_closed();
  tell(facts);
  EXPECT_EQ(known_.find_ring("other"), nullptr);
  EXPECT_EQ(known_.symbol_of({1}), "NOWHERE") << "without a venue";
  EXPECT_TRUE(known_.is_closed());
  known_.apply(view_of(FactKind::none, {}));
  EXPECT_FALSE(known_.is_closed());
  known_.apply(view_of(static_cast<FactKind>(77), {}));
  EXPECT_EQ(known_.rings().size(), 1u) << "kinds of a later minor version say nothing to us";
}

TEST(JournalContinuity, BelievesNoLossThatCannotBe) {
  JournalContinuity seen;
  EXPECT_EQ(seen.next(1), 0u);
  JournalBlockHeader header;
  header.ring = 1, header.first = 1, header.count = 10;
  EXPECT_FALSE(seen.on_block(header));
  EXPECT_FALSE(seen.on_loss({1, LossReason::disk, 0, 50, 0}));
  EXPECT_FALSE(seen.on_loss({1, LossReason::disk, 50, 40, 0}));
  EXPECT_EQ(seen.next(1), 11u);
  EXPECT_FALSE(seen.on_loss({1, LossReason::disk, 11, 15, 0}));
  EXPECT_EQ(seen.on_loss({1, LossReason::disk, 20, 25, 0}), (SequenceRange{16, 19}));
  EXPECT_FALSE(seen.on_block(header)) << "again: it is not gone back to";
  EXPECT_EQ(seen.next(1), 26u);
}

TEST(JournalChain, SaysWhyABlockDoesNotFollow) {
  const std::vector<std::byte> payload(64);
  const auto block_of = [&](std::uint64_t journal, std::uint64_t epoch, std::uint64_t before, std::uint32_t crc) {
    JournalBlockHeader header;
    header.kind = BlockKind::facts;
    JournalChain(journal, epoch, before, crc).seal(header, payload);
    return header;
  };
  const JournalChain chain(7, 2, 10, 99);
  EXPECT_EQ(chain.continues(block_of(7, 2, 10, 99), payload), BlockFault::none);
  EXPECT_EQ(chain.continues(block_of(7, 3, 10, 99), payload), BlockFault::none) << "the next writer";
  EXPECT_EQ(chain.continues(block_of(8, 2, 10, 99), payload), BlockFault::foreign);
  EXPECT_EQ(chain.continues(block_of(7, 2, 9, 99), payload), BlockFault::repeated);
  EXPECT_EQ(chain.continues(block_of(7, 2, 11, 99), payload), BlockFault::ahead);
  EXPECT_EQ(chain.continues(block_of(7, 1, 10, 99), payload), BlockFault::epoch);
  EXPECT_EQ(chain.continues(block_of(7, 2, 10, 98), payload), BlockFault::previous_crc);
  EXPECT_EQ(chain.continues(block_of(7, 2, 10, 99), {}), BlockFault::too_long);
  const std::vector<std::byte> other(64, std::byte{1});
  EXPECT_EQ(chain.continues(block_of(7, 2, 10, 99), other), BlockFault::payload_crc);
}

/// A payload of one fact, whatever its bytes say.
std::vector<std::byte> payload_of(FactKind kind, std::span<const std::byte> bytes) {
  std::vector<std::byte> out(sizeof(FactHeader) + (bytes.size() + 7) / 8 * 8);
  const FactHeader header{kind, 0, static_cast<std::uint32_t>(bytes.size())};
  std::memcpy(out.data(), &header, sizeof header);
  if (!bytes.empty()) std::memcpy(out.data() + sizeof header, bytes.data(), bytes.size());
  return out;
}

TEST(JournalFactsThatLie, AreNotHandedOut) {
  const auto is_refused = [](FactKind kind, std::span<const std::byte> bytes) {
    const std::vector<std::byte> payload = payload_of(kind, bytes);
    FactsReader reader(payload);
    return !reader.next() && reader.is_damaged();
  };
  const std::vector<std::byte> bytes(1024);
  for (int kind = 1; kind <= static_cast<int>(FactKind::text); ++kind) {
    EXPECT_TRUE(is_refused(static_cast<FactKind>(kind), std::span(bytes).first(8))) << kind << " cut short";
  }
  EXPECT_TRUE(is_refused(FactKind::loss, std::span(bytes).first(sizeof(LossFact) + 8))) << "longer than it is";
  const TextFact text{0, 9, 1};
  EXPECT_TRUE(is_refused(FactKind::text, std::as_bytes(std::span(&text, 1)))) << "nine bytes that are not there";
  const ConfigFact behind{1, 10, 11};
  EXPECT_TRUE(is_refused(FactKind::config, std::as_bytes(std::span(&behind, 1)))) << "begins behind its end";
  const std::vector<std::byte> closed = payload_of(FactKind::closed, {});
  FactsReader reader(closed);
  EXPECT_TRUE(reader.next());
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
