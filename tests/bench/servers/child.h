/* child.h -- the process that is measured: how it is started, and what the kernel says of it.
 * Times are CLOCK_MONOTONIC, nanoseconds; memory is in KB.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdint.h>
#include <sys/types.h>

int64_t now_ns(void);

/* Starts a command; its standard output becomes our standard error. `group`: the file cgroup.procs of a control group that it
 * joins just before exec, or NULL. *started_ns is taken before fork, so that all that exec and the dynamic loader do counts.
 * -1 when it cannot be forked; a command that cannot be run ends with 127. */
pid_t child_start(char **command, const char *group, int64_t *started_ns);

/* Time on a processor, of all threads, those that have ended too. 0 when the process is gone. */
int64_t child_cpu_ns(pid_t pid);

/* Page faults that needed no disk. */
long child_faults(pid_t pid);

/* A line of /proc/PID/status: "VmRSS:" is what is resident, "VmHWM:" the most that ever was. 0 when it is not there. */
long child_memory_kb(pid_t pid, const char *line);

#endif
