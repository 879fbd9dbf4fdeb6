/* child.c -- see child.h. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "child.h"

enum { TEXT_MAX = 8192 };

int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nothing here takes memory or a lock: the parent's are ours, too, until exec. */
static void run(char **command, int group) {
  dup2(STDERR_FILENO, STDOUT_FILENO);
  if (group < 0 || write(group, "0\n", 2) == 2) execvp(command[0], command);
  _exit(127);
}

pid_t child_start(char **command, const char *group, int64_t *started_ns) {
  int fd = group ? open(group, O_WRONLY | O_CLOEXEC) : -1;
  if (group && fd < 0) return -1;
  *started_ns = now_ns();
  pid_t pid = vfork();
  if (pid == 0) run(command, fd);
  if (fd >= 0) close(fd);
  return pid;
}

int64_t child_cpu_ns(pid_t pid) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The text of /proc/PID/NAME; `text` has TEXT_MAX bytes. */
static void proc_text(pid_t pid, const char *name, char *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  FILE *file = fopen(path, "r");
  size_t len = file ? fread(text, 1, TEXT_MAX - 1, file) : 0;
  if (file) fclose(file);
  text[len] = '\0';
}

long child_memory_kb(pid_t pid, const char *line) {
  char text[TEXT_MAX];
  proc_text(pid, "status", text);
  const char *at = strstr(text, line);
  return at ? strtol(at + strlen(line), NULL, 10) : 0;
}

long child_faults(pid_t pid) {
  char text[TEXT_MAX];
  long faults = 0;
  proc_text(pid, "stat", text);
  const char *at = strrchr(text, ')'); /* the name of the program may hold spaces */
  if (at) sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %ld", &faults);
  return faults;
}
