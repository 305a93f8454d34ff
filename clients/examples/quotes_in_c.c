// Prints quotes of one instrument, from C11: `quotes_in_c PLANT SYMBOL [COUNT]`. First where it is, then COUNT quotes
// (for ever without one), asleep between them; what was lost is told.
//
// Threads: one.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/c/tickplant.h"

static int failed(void) {
  fprintf(stderr, "%s\n", tickplant_error());
  return 2;
}

static double as_double(int64_t price) { return (double)price / TICKPLANT_PRICES_PER_UNIT; }

static int print_image(tickplant_plant* plant, const char* symbol) {
  uint32_t id = 0;
  tickplant_image image;
  if (tickplant_find_instrument(plant, symbol, &id) != TICKPLANT_OK) return failed();
  switch (tickplant_read_image(plant, id, &image)) {
    case TICKPLANT_OK: break;
    case TICKPLANT_NEVER: return puts("nothing was said about it yet"), 0;
    default: return failed();
  }
  if (image.last_price != TICKPLANT_NO_PRICE) printf("last %.4f, ", as_double(image.last_price));
  printf("volume %" PRIu64 "\n", image.volume);
  return 0;
}

static int print_quotes(tickplant_ticks* quotes, long long wanted) {
  tickplant_record records[256];
  tickplant_event event = {.struct_size = sizeof event};
  while (wanted != 0) {
    const int64_t count = tickplant_ticks_wait(quotes, records, 256, 100 * 1000 * 1000);
    if (count < 0) return failed();
    for (int64_t i = 0; i < count && wanted != 0; ++i) {
      const tickplant_quote* const quote = &records[i].body.quote;
      printf("%" PRIu64 " %.4f x %.4f\n", records[i].sequence, as_double(quote->bid_price),
             as_double(quote->ask_price));
      if (wanted > 0) --wanted;
    }
    while (tickplant_ticks_event(quotes, &event) == 1) {
      if (event.kind == TICKPLANT_EVENT_LOST) printf("lost: %" PRIu64 " records\n", event.last - event.first + 1);
    }
    fflush(stdout);
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return fputs("usage: quotes_in_c PLANT SYMBOL [COUNT]\n", stderr), 2;
  tickplant_plant* plant;
  tickplant_ticks* quotes;
  const char* symbols[] = {argv[2]};
  const tickplant_ticks_options options = {
      .struct_size = sizeof options, .symbols = symbols, .symbol_count = 1, .types = 1u << TICKPLANT_QUOTE};
  if (tickplant_attach(argv[1], &plant) != TICKPLANT_OK) return failed();
  int code = print_image(plant, argv[2]);
  if (code == 0 && tickplant_ticks_open(plant, &options, &quotes) != TICKPLANT_OK) code = failed();
  if (code == 0) {
    code = print_quotes(quotes, argc == 4 ? strtoll(argv[3], NULL, 10) : -1);
    tickplant_ticks_close(quotes);
  }
  tickplant_detach(plant);
  return code;
}
