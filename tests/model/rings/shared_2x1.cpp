// Broadcast ring with two writers and one joiner: schedules at random.
#include "tests/model/rings/shared_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::SharedModel<3, 3, 5>>(argc, argv);
}
