#include "descriptors.h"

enum { KEPT = 256 /* for everything that is no client: files, pipes, environments */ };

unsigned descriptors_raise(rlim_t *before) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 512;
  *before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t most = limit.rlim_cur > 1024 * 1024 ? 1024 * 1024 : limit.rlim_cur;
  return most > 2 * KEPT ? (unsigned)most - KEPT : (unsigned)most / 2;
}
