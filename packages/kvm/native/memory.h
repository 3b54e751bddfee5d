// Host memory that a guest uses as its own, as an ArrayBuffer. A page before the data remembers its size, so that no
// allocator is needed; unmapMemory gives the data pages back at once, the finalizer of the ArrayBuffer only what is left.
#pragma once
#include "system.h"
#define NAPI_VERSION 8
#include <node_api.h>

enum { PAGE = 4096 };

struct region {
  size_t size;     // bytes of data, a multiple of PAGE
  int released;
  int is_device;   // data is mapped elsewhere (kvm_run), `data` points there
  unsigned char *data;
};

static void finalize_region(napi_env env, void *data, void *hint) {
  (void)env;
  (void)data;
  struct region *region = hint;
  if (region->is_device) {
    if (!region->released) syscall2(SYS_munmap, region->data, region->size);
    syscall2(SYS_munmap, region, PAGE);
    return;
  }
  syscall2(SYS_munmap, region, region->released ? PAGE : PAGE + region->size);
}

// A region of anonymous memory, page-aligned (KVM_SET_USER_MEMORY_REGION wants that).
static struct region *new_region(size_t size) {
  size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
  struct region *region = map_anonymous(PAGE + size);
  if (!region) return NULL;
  region->size = size;
  region->data = (unsigned char *)region + PAGE;
  return region;
}

// The kvm_run area of a vCPU.
static struct region *new_device_region(int fd, size_t size) {
  struct region *region = map_anonymous(PAGE);
  if (!region) return NULL;
  region->data = map_file(fd, size);
  if (!region->data) {
    syscall2(SYS_munmap, region, PAGE);
    return NULL;
  }
  region->size = size;
  region->is_device = 1;
  return region;
}

static napi_value region_to_js(napi_env env, struct region *region, size_t visible) {
  napi_value result;
  if (napi_create_external_arraybuffer(env, region->data, visible, finalize_region, region, &result) != napi_ok) return NULL;
  return result;
}
