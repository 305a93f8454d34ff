// MPMC queue, one producer and one consumer: every schedule.
#include "tests/model/rings/mpmc_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all<tickplant::model::MpmcModel<1, 1, 2, 2, false>>(argc, argv);
}
