/* fixed.c -- preloaded into what is counted: takes chance out of it, and marks places.
 * Random numbers are the same in each run: LuaJIT's hashes of strings and places of compiled code depend on them. `mark` is the
 * function at which callgrind is told to write down its count (--dump-before); it makes one system call that nobody else
 * makes, which divides valgrind's list of system calls at the same place.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

void counts_mark(void);

__attribute__((noinline)) void counts_mark(void) {
  getppid();
}

ssize_t getrandom(void *bytes, size_t len, unsigned flags) {
  static uint32_t state = 1;
  (void)flags;
  for (size_t i = 0; i < len; i++) {
    state = state * 1664525 + 1013904223;
    ((unsigned char *)bytes)[i] = (unsigned char)(state >> 24);
  }
  return (ssize_t)len;
}

/* LuaJIT and OpenSSL ask the kernel without libc's function. */
long syscall(long number, ...) {
  static long (*next)(long, ...);
  long arg[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) arg[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_getrandom) return getrandom((void *)arg[0], (size_t)arg[1], (unsigned)arg[2]);
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return next(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
