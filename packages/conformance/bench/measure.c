// measure PROGRAM WORDS...: runs it with standard output to /dev/null and prints on descriptor 3
//   wall-nanoseconds user-microseconds system-microseconds peak-KiB exit-status
// wait4 gives the peak of this very child, which a parent in Node cannot ask for.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  long long start = now();
  pid_t pid = vfork();
  if (pid == 0) {
    int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    close(3);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) return 2;
  dprintf(3, "%lld %lld %lld %ld %d\n", now() - start, usage.ru_utime.tv_sec * 1000000ll + usage.ru_utime.tv_usec,
          usage.ru_stime.tv_sec * 1000000ll + usage.ru_stime.tv_usec, usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
