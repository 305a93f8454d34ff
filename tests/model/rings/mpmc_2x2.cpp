// MPMC queue, two producers and two consumers, perhaps after deaths: schedules at random.
#include "tests/model/rings/mpmc_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::MpmcModel<2, 2, 2, 2, true>>(argc, argv);
}
