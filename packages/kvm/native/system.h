// Raw Linux system calls for x86-64: the addon links with nothing, so that one file serves every libc.
// Follows the x86-64 psABI, appendix A.2.1 "Calling conventions" of the Linux kernel.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
  SYS_mmap = 9,
  SYS_munmap = 11,
  SYS_rt_sigprocmask = 14,
  SYS_ioctl = 16,
  SYS_rt_sigtimedwait = 128,
  SYS_gettid = 186,
  SYS_getpid = 39,
  SYS_pread64 = 17,
  SYS_open = 2,
  SYS_close = 3,
  SYS_timer_create = 222,
  SYS_timer_settime = 223,
  SYS_timer_delete = 226,
  SYS_tgkill = 234,
};

static inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#define syscall0(n) syscall6(n, 0, 0, 0, 0, 0, 0)
#define syscall1(n, a) syscall6(n, (long)(a), 0, 0, 0, 0, 0)
#define syscall2(n, a, b) syscall6(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define syscall3(n, a, b, c) syscall6(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define syscall4(n, a, b, c, d) syscall6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

// asm-generic/errno-base.h
enum { ERROR_INTR = 4, ERROR_AGAIN = 11, ERROR_NOMEM = 12, ERROR_BUSY = 16, ERROR_INVAL = 22 };

// The signal that takes a thread out of KVM_RUN. It stays blocked in every thread and is let through only while KVM_RUN
// runs (KVM_SET_SIGNAL_MASK), so it needs no handler and can never be delivered. glibc keeps 32 and 33, musl 32 to 34.
enum { KICK_SIGNAL = 43 };
#define KICK_MASK (1ull << (KICK_SIGNAL - 1))

struct timespec64 { int64_t seconds, nanoseconds; };

static inline void *map_anonymous(size_t size) {
  // PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE: guest memory is taken page by page as it is touched.
  long address = syscall6(SYS_mmap, 0, (long)size, 3, 0x4022, -1, 0);
  return address < 0 && address > -4096 ? NULL : (void *)address;
}

static inline void *map_file(int fd, size_t size) {
  long address = syscall6(SYS_mmap, 0, (long)size, 3, 1, fd, 0);
  return address < 0 && address > -4096 ? NULL : (void *)address;
}

// gcc may call these for structure copies even in a freestanding program (gcc manual §2.1).
void *memcpy(void *restrict to, const void *restrict from, size_t length) {
  unsigned char *t = to;
  const unsigned char *f = from;
  __asm__ volatile("rep movsb" : "+D"(t), "+S"(f), "+c"(length) : : "memory");
  return to;
}

void *memset(void *to, int value, size_t length) {
  unsigned char *t = to;
  __asm__ volatile("rep stosb" : "+D"(t), "+c"(length) : "a"(value) : "memory");
  return to;
}
