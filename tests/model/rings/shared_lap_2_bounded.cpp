// Broadcast ring with two writers, one of which laps the other: every schedule in which one that could go on is stopped
// at most once.
#include "tests/model/rings/shared_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all_within<tickplant::model::SharedModel<1, 5, 0>>(1, argc, argv);
}
