/* limited.c -- starts a program in a control group, as Lambda starts one with a share of a processor.
 *   limited PROCS REPORT COMMAND [ARGUMENT...]
 * PROCS is the file cgroup.procs of the group; "-" is none. The monotonic time (ns) just before exec goes to the file REPORT.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct timespec now;
  if (argc < 4) return 2;
  FILE *group = argv[1][0] == '-' ? NULL : fopen(argv[1], "w"), *report = fopen(argv[2], "w");
  if (!report || (argv[1][0] != '-' && !group)) return 1;
  if (group && (fprintf(group, "%d\n", getpid()) < 0 || fclose(group) != 0)) return 1;
  clock_gettime(CLOCK_MONOTONIC, &now);
  fprintf(report, "%lld\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
  fclose(report);
  execv(argv[3], argv + 3);
  return 1;
}
