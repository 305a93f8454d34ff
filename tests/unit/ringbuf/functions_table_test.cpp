// What the function of a derived record stands for: written once, read in place.
#include "ringbuf/functions_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/private_payload.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kCapacity = 4;

FunctionSpec window(std::string name, std::string set = "standard") {
  FunctionSpec spec;
  spec.kind = FunctionKind::window;
  spec.window_place = 1;
  spec.size_ns = 300;
  spec.slide_ns = 60;
  spec.set = std::move(set);
  spec.name = std::move(name);
  spec.parameters = "5m by 1m";
  return spec;
}

class FunctionsTableTest : public testing::Test {
 protected:
  FunctionsWriter make() { return {payload_.bytes(), kCapacity, {0x1234, 3, "tickplant 0.1", "standard.yaml"}}; }
  [[nodiscard]] FunctionsReader reader() const { return FunctionsReader(payload_.bytes()); }

  PrivatePayload payload_{FunctionsWriter::payload_bytes(kCapacity)};
};

TEST_F(FunctionsTableTest, TellsWhatWasEntered) {
  FunctionsWriter writer = make();
  EXPECT_EQ(writer.add(window("T60")), FunctionId{1});
  FunctionSpec values;
  values.kind = FunctionKind::indicator;
  values.window = {1};
  values.output = 9;
  values.name = "T60.sma(20)";
  EXPECT_EQ(writer.add(values), FunctionId{2});

  const FunctionsReader read = reader();
  EXPECT_EQ(read.count(), 2u);
  EXPECT_EQ(read.head(), (FunctionsHead{0x1234, 3, "tickplant 0.1", "standard.yaml"}));
  const FunctionEntry* entry = read.find(FunctionId{1});
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->id, FunctionId{1});
  EXPECT_EQ(entry->kind, FunctionKind::window);
  EXPECT_EQ(entry->window_place, 1);
  EXPECT_EQ(entry->size, 300);
  EXPECT_EQ(entry->slide, 60);
  EXPECT_EQ(text_of(entry->set), "standard");
  EXPECT_EQ(text_of(entry->parameters), "5m by 1m");
  EXPECT_EQ(read.find(FunctionId{2})->window, FunctionId{1});
  EXPECT_EQ(read.find(FunctionId{2})->output, 9u);
  EXPECT_EQ(read.name_of({2}), "T60.sma(20)");
}

TEST_F(FunctionsTableTest, KnowsNothingBeyondItsCount) {
  (void)make();
  EXPECT_EQ(reader().count(), 0u);
  for (const FunctionId id : {FunctionId{0}, FunctionId{1}, FunctionId{5}, FunctionId{0xffff}}) {
    EXPECT_EQ(reader().find(id), nullptr);
    EXPECT_EQ(reader().name_of(id), "");
  }
  EXPECT_EQ(reader().find("T60"), std::nullopt);
}

TEST_F(FunctionsTableTest, FindsAFunctionByItsNameAndSet) {
  FunctionsWriter writer = make();
  writer.add(window("T60", "stocks"));
  writer.add(window("T60", "futures"));
  EXPECT_EQ(reader().find("T60"), FunctionId{1});
  EXPECT_EQ(reader().find("T60", "futures"), FunctionId{2});
  EXPECT_EQ(reader().find("T60", "bonds"), std::nullopt);
}

TEST_F(FunctionsTableTest, RefusesWhatItHasNoRoomFor) {
  FunctionsWriter writer = make();
  for (std::uint32_t i = 0; i < kCapacity; ++i) writer.add(window("T" + std::to_string(i)));
  try {
    writer.add(window("one more"));
    FAIL();
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.what(), HasSubstr("full: 4 functions"));
  }
  EXPECT_EQ(reader().count(), kCapacity);
}

TEST_F(FunctionsTableTest, RefusesNamesThatItWouldHaveToCutOff) {
  FunctionsWriter writer = make();
  EXPECT_NO_THROW(writer.add(window(std::string(95, 'x'))));
  EXPECT_THROW(writer.add(window(std::string(96, 'x'))), platform::SetupError);
  EXPECT_THROW(writer.add(window("")), platform::SetupError);
  EXPECT_EQ(reader().count(), 1u);
}

TEST_F(FunctionsTableTest, GoesOnBehindWhatItHoldsWithAllOrNothing) {
  make().add(window("T60"));
  FunctionsWriter later(payload_.bytes());
  const FunctionsReader read = reader();
  const std::vector<FunctionSpec> two{window("T5"), window("T10")};
  later.add_all(two);
  later.set_config_hash(0x5678);
  EXPECT_EQ(read.count(), 3u);
  EXPECT_EQ(read.name_of({3}), "T10");
  EXPECT_EQ(read.head().config_hash, 0x5678u);
  EXPECT_EQ(read.head().file, "standard.yaml");
  EXPECT_THROW(later.add_all(two), platform::SetupError) << "room for one";
  const std::vector<FunctionSpec> nameless{window("")};
  EXPECT_THROW(later.add_all(nameless), platform::SetupError);
  EXPECT_EQ(read.count(), 3u);
  later.add_all({});
  const std::vector<FunctionSpec> one{window("T20")};
  later.add_all(one);
  EXPECT_EQ(read.find("T20"), FunctionId{4});
}

TEST_F(FunctionsTableTest, RefusesATableThatClaimsMoreThanThereIs) {
  (void)make();
  EXPECT_THROW(FunctionsReader(payload_.bytes().first(512)), platform::SetupError);
  EXPECT_THROW(FunctionsReader(payload_.bytes().first(8)), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
