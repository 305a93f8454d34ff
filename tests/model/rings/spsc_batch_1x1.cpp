// SPSC queue, two at a time, sides replaced in mid-course: schedules at random.
#include "tests/model/rings/spsc_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::SpscModel<4, 4, 2, true>>(argc, argv);
}
