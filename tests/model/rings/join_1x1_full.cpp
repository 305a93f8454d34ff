// Joining by an image, one writer and one joiner: every schedule.
#include "tests/model/rings/join_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all<tickplant::model::JoinModel<1, 1, 2, false>>(argc, argv);
}
