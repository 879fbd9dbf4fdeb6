/* machine_costs.c -- what a machine takes for what every program does: one line of JSON with the nanoseconds of a page fault, of a system
 * call and of 1,000 additions. Virtual machines differ by a factor of 50 in the first, and with it in the start of any program.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGES = 2000, PAGE = 4096, CALLS = 20000, ADDITIONS = 10000000 };

static double cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double fault_ns(void) {
  volatile char *pages = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return 0;
  double from = cpu_ns();
  for (int i = 0; i < PAGES; i++) pages[(size_t)i * PAGE] = 1;
  return (cpu_ns() - from) / PAGES;
}

static double call_ns(void) {
  double from = cpu_ns();
  for (int i = 0; i < CALLS; i++) syscall(SYS_getppid);
  return (cpu_ns() - from) / CALLS;
}

static double additions_ns(void) {
  volatile uint64_t sum = 0;
  double from = cpu_ns();
  for (uint64_t i = 0; i < ADDITIONS; i++) sum = sum + i;
  return (cpu_ns() - from) / ADDITIONS * 1000;
}

int main(void) {
  printf("{\"faultNs\":%.0f,\"callNs\":%.0f,\"additionsNs\":%.0f}\n", fault_ns(), call_ns(), additions_ns());
  return 0;
}
