// Broadcast ring, one writer and one reader: every schedule.
#include "tests/model/rings/broadcast_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all<tickplant::model::BroadcastModel<1, 1, 2, false>>(argc, argv);
}
