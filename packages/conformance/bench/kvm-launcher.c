// kvm-launcher [-c] IMAGE: the C launcher that klaunch is measured against. 16 MB of memory, the image at 0xf0000 and
// once more below 4 GB, port 0xf1 to standard output, until HLT. -c: coalesced port I/O (KVM_REGISTER_COALESCED_MMIO).
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned char out[1 << 16];
static int used;

static void put(const unsigned char *bytes, int count) {
  for (int i = 0; i < count; i++) {
    out[used++] = bytes[i];
    if (used == sizeof out) { if (write(1, out, used) < 0) exit(1); used = 0; }
  }
}

static void *check(void *p) { if (p == MAP_FAILED) { perror("mmap"); exit(1); } return p; }
static int call(int fd, unsigned long request, void *argument, const char *name) {
  int result = ioctl(fd, request, argument);
  if (result < 0) { perror(name); exit(1); }
  return result;
}

int main(int argc, char **argv) {
  int coalesce = argc > 2 && !strcmp(argv[1], "-c");
  int image = open(argv[argc - 1], O_RDONLY), kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (image < 0 || kvm < 0) { perror("open"); return 1; }
  int vm = call(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
  char *memory = check(mmap(0, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (read(image, memory + 0xf0000, 0x10000) < 0) { perror("read"); return 1; }
  struct kvm_userspace_memory_region ram = {.slot = 0, .memory_size = 16 << 20, .userspace_addr = (unsigned long)memory};
  struct kvm_userspace_memory_region high = {.slot = 1, .guest_phys_addr = 0xffff0000, .memory_size = 0x10000, .userspace_addr = (unsigned long)memory + 0xf0000};
  call(vm, KVM_SET_USER_MEMORY_REGION, &ram, "memory");
  call(vm, KVM_SET_USER_MEMORY_REGION, &high, "alias");
  if (coalesce) {
    struct kvm_coalesced_mmio_zone zone = {.addr = 0xf1, .size = 1, .pio = 1};
    call(vm, KVM_REGISTER_COALESCED_MMIO, &zone, "KVM_REGISTER_COALESCED_MMIO");
  }
  int cpu = call(vm, KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
  struct kvm_run *run = check(mmap(0, call(kvm, KVM_GET_VCPU_MMAP_SIZE, 0, "size"), PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0));
  struct kvm_coalesced_mmio_ring *ring = (void *)((char *)run + KVM_COALESCED_MMIO_PAGE_OFFSET * 4096);
  int entries = (4096 - sizeof *ring) / sizeof(struct kvm_coalesced_mmio);
  long exits = 0;
  for (;;) {
    call(cpu, KVM_RUN, 0, "KVM_RUN");
    exits++;
    if (coalesce)
      while (ring->first != ring->last) {
        struct kvm_coalesced_mmio *entry = &ring->coalesced_mmio[ring->first];
        put(entry->data, entry->len);
        ring->first = (ring->first + 1) % entries;
      }
    if (run->exit_reason == KVM_EXIT_IO) { if (run->io.port == 0xf1) put((unsigned char *)run + run->io.data_offset, run->io.size * run->io.count); }
    else break;
  }
  if (write(1, out, used) < 0) return 1;
  fprintf(stderr, "%ld exits, last reason %d\n", exits, run->exit_reason);
  return run->exit_reason == KVM_EXIT_HLT ? 0 : 2;
}
