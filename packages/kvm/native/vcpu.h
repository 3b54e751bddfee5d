// Running one vCPU. Enters: a vCPU descriptor and a time budget. Leaves: why KVM_RUN came back, and a log of the port
// writes that nobody has to answer before the guest goes on ("posted": a bitmap that TypeScript fills in).
// Follows Documentation/virt/kvm/api.rst: KVM_RUN, KVM_SET_SIGNAL_MASK, KVM_(UN)REGISTER_COALESCED_MMIO.
#pragma once
#include "memory.h"
#include <linux/kvm.h>

// What TypeScript sees as the vCPU's channel; packages/kvm/src/vcpu.ts holds the same numbers.
enum {
  CHANNEL_REASONS = 64,                      // u32[64]: exits by exit reason
  CHANNEL_POSTED = PAGE,                     // 65,536 bits: this port's writes are posted
  CHANNEL_LOG = CHANNEL_POSTED + 65536 / 8,  // struct posted_write[LOG_CAPACITY]
  LOG_CAPACITY = 8192,
  CHANNEL_RUN = CHANNEL_LOG + LOG_CAPACITY * 8,  // values of the run that next_run gave: bytes, or u32 for wider ones
  CHANNEL_SIZE = CHANNEL_RUN + LOG_CAPACITY * 4,
  RING_CAPACITY = (PAGE - 8) / 24,           // struct kvm_coalesced_mmio in one page
};

struct posted_write {
  uint16_t port;
  uint8_t size;
  uint8_t flags;  // 1: came by the coalescing ring, without an exit; 2: first (or only) element of its exit
  uint32_t value;
};

struct channel {
  uint32_t log_count;
  uint32_t exits;         // returns of KVM_RUN with an exit reason
  uint32_t interruptions; // returns of KVM_RUN by the kick signal
  uint32_t slices;
  uint32_t taken;         // log entries that next_run has given
  uint32_t run_port, run_size, run_coalesced, run_exits;
  uint32_t padding[7];
  uint32_t reasons[64];
};

enum { RESULT_EXIT = 0, RESULT_INTERRUPTED = 1, RESULT_LOG_FULL = 2, RESULT_WINDOW = 3 };

struct vcpu {
  int fd;
  volatile int thread;   // the thread inside KVM_RUN, or 0
  volatile int stop;     // a kick that came before KVM_RUN was entered
  int busy;              // an asynchronous run is under way
  int closed;
  struct region *run_region, *channel_region;
  struct kvm_run *run;
  struct kvm_coalesced_mmio_ring *ring;
  struct channel *channel;
  int timer, timer_thread; // POSIX timer that kicks timer_thread; timer_thread 0: none yet
  uint32_t budget;
  int result;
  napi_async_work work;
  napi_deferred deferred;
};

static int gettid(void) { return (int)syscall0(SYS_gettid); }

static void block_kick_signal(void) {
  uint64_t mask = KICK_MASK;
  syscall4(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, &mask, 0, 8);
}

static int arm(struct vcpu *vcpu, uint32_t microseconds) {
  int thread = gettid();
  if (vcpu->timer_thread != thread) {
    if (vcpu->timer_thread) syscall1(SYS_timer_delete, vcpu->timer);
    vcpu->timer_thread = 0;
    // struct sigevent: value, signo, notify = SIGEV_THREAD_ID, thread id (timer_create(2)).
    struct { uint64_t value; int signal, notify, thread, padding[11]; } event = {0, KICK_SIGNAL, 4, thread, {0}};
    long error = syscall3(SYS_timer_create, 1 /* CLOCK_MONOTONIC */, &event, &vcpu->timer);
    if (error < 0) return (int)error;
    vcpu->timer_thread = thread;
  }
  struct { struct timespec64 interval, value; } when = {{0, 0}, {microseconds / 1000000, (int64_t)(microseconds % 1000000) * 1000}};
  return (int)syscall4(SYS_timer_settime, vcpu->timer, 0, &when, 0);
}

// Takes a kick that arrived after its run, so that it does not cut the next one short.
static void drain_kicks(void) {
  uint64_t mask = KICK_MASK;
  struct timespec64 now = {0, 0};
  while (syscall4(SYS_rt_sigtimedwait, &mask, 0, &now, 8) == KICK_SIGNAL) {
  }
}

static inline int is_posted(const struct channel *channel, uint32_t port) {
  return ((const uint8_t *)channel)[CHANNEL_POSTED + (port >> 3)] >> (port & 7) & 1;
}

static inline uint32_t load_le(const uint8_t *bytes, uint32_t size) {
  uint32_t value = bytes[0];
  if (size > 1) value |= (uint32_t)bytes[1] << 8;
  if (size > 2) value |= (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  return value;
}

static inline struct posted_write *log_of(struct channel *channel) {
  return (struct posted_write *)((uint8_t *)channel + CHANNEL_LOG);
}

// The ring's writes are older than the exit that KVM_RUN returned with.
static void drain_ring(struct vcpu *vcpu) {
  struct kvm_coalesced_mmio_ring *ring = vcpu->ring;
  struct channel *channel = vcpu->channel;
  if (!ring) return;
  uint32_t first = ring->first, last = __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE);
  while (first != last && first < RING_CAPACITY && channel->log_count < LOG_CAPACITY) {
    struct kvm_coalesced_mmio *entry = &ring->coalesced_mmio[first];
    log_of(channel)[channel->log_count++] =
        (struct posted_write){(uint16_t)entry->phys_addr, (uint8_t)entry->len, 1, load_le(entry->data, entry->len)};
    first = (first + 1) % RING_CAPACITY;
  }
  __atomic_store_n(&ring->first, first, __ATOMIC_RELEASE);
}

// Logs an OUT to a posted port; 0 where TypeScript has to look at the exit.
static int post_exit(struct vcpu *vcpu) {
  struct kvm_run *run = vcpu->run;
  struct channel *channel = vcpu->channel;
  if (run->io.direction != KVM_EXIT_IO_OUT || !is_posted(channel, run->io.port)) return 0;
  uint32_t count = run->io.count, size = run->io.size;
  if (count > LOG_CAPACITY - channel->log_count) return 0;
  const uint8_t *data = (const uint8_t *)run + run->io.data_offset;
  for (uint32_t i = 0; i < count; i++) {
    log_of(channel)[channel->log_count++] =
        (struct posted_write){run->io.port, (uint8_t)size, i == 0 ? 2 : 0, load_le(data + i * size, size)};
  }
  return 1;
}

// Gives the next logged writes to one port of one size, oldest first: their number, their values in CHANNEL_RUN. 0: the log is empty again.
static uint32_t next_run(struct channel *channel) {
  const struct posted_write *log = log_of(channel);
  uint8_t *bytes = (uint8_t *)channel + CHANNEL_RUN;
  uint32_t *words = (uint32_t *)bytes;
  uint32_t count = channel->log_count < LOG_CAPACITY ? channel->log_count : LOG_CAPACITY, at = channel->taken, length = 0;
  if (at >= count) {
    channel->taken = channel->log_count = 0;
    return 0;
  }
  uint16_t port = log[at].port;
  uint8_t size = log[at].size;
  channel->run_port = port;
  channel->run_size = size;
  channel->run_coalesced = channel->run_exits = 0;
  for (; at < count && log[at].port == port && log[at].size == size; at++) {
    if (size == 1) bytes[length++] = (uint8_t)log[at].value;
    else words[length++] = log[at].value;
    channel->run_coalesced += log[at].flags & 1;
    channel->run_exits += log[at].flags >> 1 & 1;
  }
  channel->taken = at;
  return length;
}

// Runs until something needs TypeScript or the budget is used up (0: the timer runs already, or no limit is wanted).
static int run_slice(struct vcpu *vcpu, uint32_t budget) {
  struct channel *channel = vcpu->channel;
  int result;
  vcpu->thread = gettid();
  __sync_synchronize();
  channel->slices++;
  if (budget) {
    int error = arm(vcpu, budget);
    if (error < 0) {
      vcpu->thread = 0;
      return error;
    }
  }
  for (;;) {
    if (vcpu->stop) {
      result = RESULT_INTERRUPTED;
      break;
    }
    if (channel->log_count > LOG_CAPACITY - RING_CAPACITY - 1) {
      result = RESULT_LOG_FULL;
      break;
    }
    long error = syscall3(SYS_ioctl, vcpu->fd, KVM_RUN, 0);
    drain_ring(vcpu);
    if (error < 0) {
      result = (int)error;
      if (error == -ERROR_INTR || error == -ERROR_AGAIN) {
        result = RESULT_INTERRUPTED;
        channel->interruptions++;
        drain_kicks();
      }
      break;
    }
    channel->exits++;
    channel->reasons[vcpu->run->exit_reason & 63]++;
    if (vcpu->run->exit_reason == KVM_EXIT_IO && post_exit(vcpu)) {
      // Somebody waits for the CPU to be able to take an interrupt (KVM_INTERRUPT): now it is.
      struct kvm_run *run = vcpu->run;
      if (!run->request_interrupt_window || !run->ready_for_interrupt_injection || !run->if_flag) continue;
      result = RESULT_WINDOW;
      break;
    }
    result = RESULT_EXIT;
    break;
  }
  vcpu->thread = 0;
  vcpu->stop = 0;
  return result;
}

static void disarm(struct vcpu *vcpu) {
  if (vcpu->timer_thread) {
    struct { struct timespec64 interval, value; } never = {{0, 0}, {0, 0}};
    syscall4(SYS_timer_settime, vcpu->timer, 0, &never, 0);
  }
}

// In a thread of the pool.
static void execute_run(napi_env env, void *data) {
  (void)env;
  struct vcpu *vcpu = data;
  block_kick_signal();
  vcpu->result = run_slice(vcpu, vcpu->budget);
  disarm(vcpu);
  drain_kicks();
}

static void complete_run(napi_env env, napi_status status, void *data) {
  struct vcpu *vcpu = data;
  napi_value result;
  vcpu->busy = 0;
  vcpu->stop = 0;
  napi_delete_async_work(env, vcpu->work);
  napi_create_int32(env, status == napi_ok ? vcpu->result : RESULT_INTERRUPTED, &result);
  napi_resolve_deferred(env, vcpu->deferred, result);
}

static void close_vcpu(struct vcpu *vcpu) {
  if (vcpu->closed) return;
  vcpu->closed = 1;
  if (vcpu->timer_thread) syscall1(SYS_timer_delete, vcpu->timer);
  vcpu->timer_thread = 0;
  syscall1(SYS_close, vcpu->fd);
  vcpu->run = NULL;
  vcpu->ring = NULL;
}

static void finalize_vcpu(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_vcpu(data);
  syscall2(SYS_munmap, data, PAGE);
}
