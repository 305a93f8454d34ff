// Joining by an image, one writer and two joiners that are lapped and join again: schedules at random.
#include "tests/model/rings/join_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::JoinModel<2, 4, 5, true>>(argc, argv);
}
