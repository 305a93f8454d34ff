#include "clients/cpp/plant.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plant_in_folder.hpp"

namespace tickplant::clients {
namespace {

using tests::PlantInFolder;

TEST(Plant, NamesItsRingsAndInstruments) {
  PlantInFolder made{{.rings = {"ticks", "more"}}};
  const auto apple = made.define("AAPL");
  const auto other = made.define("AAPL", 1);
  Plant plant = Plant::in_folder(made.folder());
  EXPECT_EQ(plant.name(), "demo");
  EXPECT_THAT(plant.tick_rings(), testing::ElementsAre("ticks", "more"));
  EXPECT_EQ(plant.instrument("AAPL@XNAS"), apple);
  EXPECT_EQ(plant.symbol_of(other), "AAPL@X1");
  EXPECT_EQ(plant.ring_of(apple), "ticks");
  EXPECT_EQ(plant.ring_of(other), "more");
  EXPECT_EQ(plant.ring_of({9}), "");
}

}  // namespace
}  // namespace tickplant::clients
