#include <gtest/gtest.h>

#include <vector>

#include "feedhandlers/mdp3/framing.hpp"
#include "tests/support/mdp3_encoder.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

using feedhandlers::mdp3::Damage;
using feedhandlers::mdp3::Datagram;
using feedhandlers::mdp3::Message;
using feedhandlers::mdp3::parse_packet;

std::vector<std::uint16_t> templates_of(const Datagram& datagram) {
  std::vector<std::uint16_t> ids;
  for_each_message(datagram, [&](const Message& message) { ids.push_back(message.template_id); });
  return ids;
}
using Ids = std::vector<std::uint16_t>;

Bytes two_messages() {
  return PacketWriter(7, 1'536'760'535'682'568'739).other(12, 0).order_book(1, kEnd, {Order{}}).bytes();
}
void set_u16(Bytes& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::byte>(value & 0xff);
  bytes[at + 1] = static_cast<std::byte>(value >> 8);
}

TEST(Mdp3Framing, ReadsNumberTimeAndMessages) {
  const Bytes bytes = two_messages();
  const Datagram datagram = parse_packet(bytes);
  EXPECT_EQ(datagram.damage, Damage::none);
  EXPECT_EQ(datagram.sequence, 7U);
  EXPECT_EQ(datagram.sending_time, 1'536'760'535'682'568'739U);
  EXPECT_EQ(datagram.message_count, 2U);
  std::vector<Message> messages;
  for_each_message(datagram, [&](const Message& message) { messages.push_back(message); });
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].template_id, 12);
  EXPECT_EQ(messages[0].block_length, 0);
  EXPECT_TRUE(messages[0].body.empty());
  EXPECT_EQ(messages[1].template_id, 47);
  EXPECT_EQ(messages[1].block_length, 11);
  EXPECT_EQ(messages[1].schema_id, 1);
  EXPECT_EQ(messages[1].version, 9);
  EXPECT_EQ(messages[1].body.size(), 11U + 3 + 40);
}

TEST(Mdp3Framing, TakesAPacketWithoutMessages) {
  const Bytes bytes = PacketWriter(3).bytes();
  EXPECT_EQ(parse_packet(bytes).damage, Damage::none);
  EXPECT_EQ(parse_packet(bytes).message_count, 0U);
}

TEST(Mdp3Framing, RefusesEveryLengthThatIsTooShortForAHeader) {
  const Bytes bytes = two_messages();
  for (std::size_t size = 0; size < 12; ++size) {
    const Datagram datagram = parse_packet(std::span(bytes).first(size));
    EXPECT_EQ(datagram.damage, Damage::short_header);
    EXPECT_EQ(templates_of(datagram), Ids{});
  }
}

TEST(Mdp3Framing, GivesWhatIsWholeOfAPacketCutAnywhere) {
  const Bytes bytes = two_messages();
  for (std::size_t size = 12; size < bytes.size(); ++size) {
    const Datagram datagram = parse_packet(std::span(bytes).first(size));
    const std::size_t cut_in = size < 22 ? size - 12 : size - 22;  // bytes of the message that is cut
    EXPECT_EQ(templates_of(datagram), size < 22 ? Ids{} : Ids{12});
    EXPECT_EQ(datagram.damage, cut_in == 0   ? Damage::none
                               : cut_in < 10 ? Damage::short_message
                                             : Damage::message_overrun)
        << size;
  }
}

TEST(Mdp3Framing, TakesNoMessageThatClaimsToBeShorterThanItsHeader) {
  for (std::uint16_t size = 0; size < 10; ++size) {
    Bytes bytes = two_messages();
    set_u16(bytes, 22, size);
    const Datagram datagram = parse_packet(bytes);
    EXPECT_EQ(datagram.damage, Damage::message_underrun);
    EXPECT_EQ(templates_of(datagram), Ids{12});
  }
}

TEST(Mdp3Framing, TakesNoMessageThatClaimsOneByteMoreThanThereIs) {
  Bytes bytes = two_messages();
  set_u16(bytes, 22, static_cast<std::uint16_t>(bytes.size() - 22 + 1));
  EXPECT_EQ(parse_packet(bytes).damage, Damage::message_overrun);
  EXPECT_EQ(templates_of(parse_packet(bytes)), Ids{12});
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
