#include "output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

bool output_write(int fd, struct str bytes) {
  while (bytes.len > 0) {
    ssize_t wrote = write(fd, bytes.ptr, bytes.len);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes = str_slice(bytes, (size_t)wrote, bytes.len);
  }
  return true;
}

bool output_is_ready(int fd, int timeout_ms) {
  struct pollfd watched = { .fd = fd, .events = POLLOUT };
  return poll(&watched, 1, timeout_ms) == 1;
}
