// SPSC queue, one at a time: every schedule.
#include "tests/model/rings/spsc_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all<tickplant::model::SpscModel<5, 5, 1, false>>(argc, argv);
}
