// Broadcast ring, one writer and two readers, several laps: schedules at random.
#include "tests/model/rings/broadcast_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_at_random<tickplant::model::BroadcastModel<2, 4, 3, true>>(argc, argv);
}
