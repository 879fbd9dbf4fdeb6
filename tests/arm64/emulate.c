/* emulate.c -- what the kernel starts for a program for arm64 while tests/arm64/run runs: the emulator, with the C library of that
 * machine. SYSROOT is the folder that has it (absolute); the kernel puts the program's path and its arguments behind ours. */
#include <stdio.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 4096 };

int main(int argc, char **argv) {
  char *all[ARGUMENTS_MAX + 4] = { "qemu-aarch64", "-L", SYSROOT };
  if (argc > ARGUMENTS_MAX) return 126;
  for (int i = 1; i < argc; i++) all[2 + i] = argv[i];
  execvp(all[0], all);
  perror("emulate: qemu-aarch64");
  return 127;
}
