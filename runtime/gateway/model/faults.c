#include "faults.h"

#include <stddef.h>

static bool take(int *count) {
  if (*count <= 0) return false;
  --*count;
  return true;
}

enum fault_post faults_take_post(struct faults *faults, struct fault_posts *own, int *left) {
  struct fault_posts *const owners[] = { own, &faults->posts };
  for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
    if (take(&owners[i]->throttled)) {
      *left = own->throttled + faults->posts.throttled;
      return FAULT_THROTTLED;
    }
    if (take(&owners[i]->gone)) {
      *left = own->gone + faults->posts.gone;
      return FAULT_GONE;
    }
  }
  *left = 0;
  return FAULT_NONE;
}

bool faults_take_end(struct faults *faults, int *left) {
  bool taken = take(&faults->silent_ends);
  *left = faults->silent_ends;
  return taken;
}

int64_t faults_delay(const struct faults *faults, enum fault_hop hop, uint64_t random) {
  const struct fault_delay *delay = &faults->delays[hop];
  return delay->ms + (int64_t)(random % (uint64_t)(delay->jitter_ms + 1));
}
