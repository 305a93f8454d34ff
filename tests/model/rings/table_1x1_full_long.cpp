// One entry of a table, one writer that writes twice and one reader: every schedule.
#include "tests/model/rings/table_model.hpp"

int main(int argc, char** argv) {
  return tickplant::model::search_all<tickplant::model::TableModel<1, 2, 1, false>>(argc, argv);
}
