// /dev/kvm for Node.js, without policy: each exported function is one system call or one ioctl and returns its result, or
// -errno. Names and numbers follow Documentation/virt/kvm/api.rst. TypeScript (src/) gives them types, checks and meaning.
#include "vcpu.h"

static napi_value to_js(napi_env env, long value) {
  napi_value result;
  napi_create_double(env, (double)value, &result);
  return result;
}

static napi_value type_error(napi_env env, const char *message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return NULL;
}

enum { MAX_ARGUMENTS = 6 };

struct arguments {
  size_t count;
  napi_value value[MAX_ARGUMENTS];
  void *data;
};

static int get_arguments(napi_env env, napi_callback_info info, struct arguments *arguments, size_t wanted) {
  arguments->count = MAX_ARGUMENTS;
  if (napi_get_cb_info(env, info, &arguments->count, arguments->value, NULL, &arguments->data) != napi_ok) return 0;
  return arguments->count >= wanted;
}

static int get_number(napi_env env, napi_value value, int64_t *number) {
  return napi_get_value_int64(env, value, number) == napi_ok;
}

// The bytes of a Uint8Array or another view.
static int get_bytes(napi_env env, napi_value value, uint8_t **bytes, size_t *length) {
  napi_typedarray_type type;
  size_t elements;
  bool is_view = false;
  if (napi_is_typedarray(env, value, &is_view) != napi_ok || !is_view) return 0;
  if (napi_get_typedarray_info(env, value, &type, &elements, (void **)bytes, NULL, NULL) != napi_ok) return 0;
  *length = elements * (type == napi_int8_array || type == napi_uint8_array || type == napi_uint8_clamped_array ? 1
                        : type == napi_int16_array || type == napi_uint16_array                                 ? 2
                        : type == napi_float64_array || type == napi_bigint64_array || type == napi_biguint64_array ? 8
                                                                                                                    : 4);
  return *bytes != NULL || *length == 0;
}

// ---- ioctls that take a number, or a structure that the caller has laid out ----

struct ioctl_entry {
  const char *name;
  uint32_t request;
  uint32_t size;  // least bytes of the structure; 0: the argument is a number
};

#define NUMBER(name, request) {name, request, 0}
#define STRUCT(name, request, type) {name, request, sizeof(type)}

static const struct ioctl_entry ioctls[] = {
    NUMBER("getApiVersion", KVM_GET_API_VERSION),
    NUMBER("createVm", KVM_CREATE_VM),
    NUMBER("checkExtension", KVM_CHECK_EXTENSION),
    NUMBER("getVcpuMmapSize", KVM_GET_VCPU_MMAP_SIZE),
    NUMBER("setTssAddr", KVM_SET_TSS_ADDR),
    NUMBER("createIrqchip", KVM_CREATE_IRQCHIP),
    NUMBER("createVcpu", KVM_CREATE_VCPU),
    NUMBER("nmi", KVM_NMI),
    NUMBER("getStatsFd", KVM_GET_STATS_FD),
    STRUCT("setIdentityMapAddr", KVM_SET_IDENTITY_MAP_ADDR, uint64_t),
    STRUCT("createPit2", KVM_CREATE_PIT2, struct kvm_pit_config),
    STRUCT("enableCap", KVM_ENABLE_CAP, struct kvm_enable_cap),
    STRUCT("irqLine", KVM_IRQ_LINE, struct kvm_irq_level),
    STRUCT("getIrqchip", KVM_GET_IRQCHIP, struct kvm_irqchip),
    STRUCT("setIrqchip", KVM_SET_IRQCHIP, struct kvm_irqchip),
    STRUCT("getPit2", KVM_GET_PIT2, struct kvm_pit_state2),
    STRUCT("setPit2", KVM_SET_PIT2, struct kvm_pit_state2),
    STRUCT("getClock", KVM_GET_CLOCK, struct kvm_clock_data),
    STRUCT("setClock", KVM_SET_CLOCK, struct kvm_clock_data),
    STRUCT("registerCoalesced", KVM_REGISTER_COALESCED_MMIO, struct kvm_coalesced_mmio_zone),
    STRUCT("unregisterCoalesced", KVM_UNREGISTER_COALESCED_MMIO, struct kvm_coalesced_mmio_zone),
    STRUCT("getRegs", KVM_GET_REGS, struct kvm_regs),
    STRUCT("setRegs", KVM_SET_REGS, struct kvm_regs),
    STRUCT("getSregs", KVM_GET_SREGS, struct kvm_sregs),
    STRUCT("setSregs", KVM_SET_SREGS, struct kvm_sregs),
    STRUCT("getFpu", KVM_GET_FPU, struct kvm_fpu),
    STRUCT("setFpu", KVM_SET_FPU, struct kvm_fpu),
    STRUCT("getDebugRegs", KVM_GET_DEBUGREGS, struct kvm_debugregs),
    STRUCT("setDebugRegs", KVM_SET_DEBUGREGS, struct kvm_debugregs),
    STRUCT("getLapic", KVM_GET_LAPIC, struct kvm_lapic_state),
    STRUCT("setLapic", KVM_SET_LAPIC, struct kvm_lapic_state),
    STRUCT("getXcrs", KVM_GET_XCRS, struct kvm_xcrs),
    STRUCT("setXcrs", KVM_SET_XCRS, struct kvm_xcrs),
    STRUCT("getMpState", KVM_GET_MP_STATE, struct kvm_mp_state),
    STRUCT("setMpState", KVM_SET_MP_STATE, struct kvm_mp_state),
    STRUCT("getVcpuEvents", KVM_GET_VCPU_EVENTS, struct kvm_vcpu_events),
    STRUCT("setVcpuEvents", KVM_SET_VCPU_EVENTS, struct kvm_vcpu_events),
    STRUCT("interrupt", KVM_INTERRUPT, struct kvm_interrupt),
    STRUCT("setGuestDebug", KVM_SET_GUEST_DEBUG, struct kvm_guest_debug),
    STRUCT("translate", KVM_TRANSLATE, struct kvm_translation),
    STRUCT("getSupportedCpuid", KVM_GET_SUPPORTED_CPUID, struct kvm_cpuid2),
    STRUCT("setCpuid2", KVM_SET_CPUID2, struct kvm_cpuid2),
    STRUCT("getMsrs", KVM_GET_MSRS, struct kvm_msrs),
    STRUCT("setMsrs", KVM_SET_MSRS, struct kvm_msrs),
};

// The structures that end in an array say how long it is: the buffer must hold that much.
static size_t needed_bytes(const struct ioctl_entry *entry, const uint8_t *bytes) {
  uint32_t count;
  switch (entry->request) {
    case KVM_GET_SUPPORTED_CPUID:
    case KVM_SET_CPUID2:
      memcpy(&count, bytes, 4);
      return entry->size + (size_t)count * sizeof(struct kvm_cpuid_entry2);
    case KVM_GET_MSRS:
    case KVM_SET_MSRS:
      memcpy(&count, bytes, 4);
      return entry->size + (size_t)count * sizeof(struct kvm_msr_entry);
    default:
      return entry->size;
  }
}

static napi_value call_ioctl(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  int64_t fd, number = 0;
  if (!get_arguments(env, info, &arguments, 1) || !get_number(env, arguments.value[0], &fd)) {
    return type_error(env, "the first argument must be a descriptor");
  }
  const struct ioctl_entry *entry = arguments.data;
  if (entry->size == 0) {
    if (arguments.count > 1 && !get_number(env, arguments.value[1], &number)) return type_error(env, "the second argument must be a number");
    return to_js(env, syscall3(SYS_ioctl, fd, entry->request, number));
  }
  uint8_t *bytes;
  size_t length;
  if (arguments.count < 2 || !get_bytes(env, arguments.value[1], &bytes, &length) || length < entry->size ||
      length < needed_bytes(entry, bytes)) {
    return type_error(env, "the second argument must be a typed array that holds the ioctl's whole structure");
  }
  return to_js(env, syscall3(SYS_ioctl, fd, entry->request, bytes));
}

// ---- descriptors and memory ----

static napi_value open_device(napi_env env, napi_callback_info info) {
  char path[256];
  size_t length;
  struct arguments arguments;
  if (!get_arguments(env, info, &arguments, 1) ||
      napi_get_value_string_utf8(env, arguments.value[0], path, sizeof path, &length) != napi_ok) {
    return type_error(env, "the argument must be a path");
  }
  return to_js(env, syscall3(SYS_open, path, 02000002 /* O_RDWR | O_CLOEXEC */, 0));
}

static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  int64_t fd;
  if (!get_arguments(env, info, &arguments, 1) || !get_number(env, arguments.value[0], &fd)) return type_error(env, "descriptor expected");
  return to_js(env, syscall1(SYS_close, fd));
}

static napi_value read_at(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  int64_t fd, offset;
  uint8_t *bytes;
  size_t length;
  if (!get_arguments(env, info, &arguments, 3) || !get_number(env, arguments.value[0], &fd) ||
      !get_bytes(env, arguments.value[1], &bytes, &length) || !get_number(env, arguments.value[2], &offset)) {
    return type_error(env, "descriptor, typed array and offset expected");
  }
  return to_js(env, syscall4(SYS_pread64, fd, bytes, length, offset));
}

// mapMemory(bytes): a page-aligned, zeroed ArrayBuffer, or -ENOMEM.
static napi_value map_memory(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  int64_t size;
  if (!get_arguments(env, info, &arguments, 1) || !get_number(env, arguments.value[0], &size) || size <= 0) {
    return type_error(env, "a positive size in bytes expected");
  }
  struct region *region = new_region((size_t)size);
  napi_value result = region ? region_to_js(env, region, (size_t)size) : NULL;
  if (region && !result) finalize_region(env, NULL, region);
  return result ? result : to_js(env, -ERROR_NOMEM);
}

// unmapMemory(buffer from mapMemory): detaches it and gives its pages back.
static napi_value unmap_memory(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  uint8_t *bytes = NULL;
  size_t length = 0;
  bool is_buffer = false;
  if (!get_arguments(env, info, &arguments, 1) || napi_is_arraybuffer(env, arguments.value[0], &is_buffer) != napi_ok || !is_buffer ||
      napi_get_arraybuffer_info(env, arguments.value[0], (void **)&bytes, &length) != napi_ok) {
    return type_error(env, "an ArrayBuffer of mapMemory expected");
  }
  if (!bytes || ((uintptr_t)bytes & (PAGE - 1))) return to_js(env, -ERROR_INVAL);
  struct region *region = (struct region *)(bytes - PAGE);
  // Detaching may run the finalizer at once, which unmaps everything; so nothing of the region is touched afterwards.
  if (region->data != bytes) return to_js(env, -ERROR_INVAL);
  unsigned char *data = region->data;
  size_t size = region->size;
  region->released = 1;
  if (napi_detach_arraybuffer(env, arguments.value[0]) != napi_ok) {
    region->released = 0;
    return to_js(env, -ERROR_INVAL);
  }
  return to_js(env, syscall2(SYS_munmap, data, size));
}

// setUserMemoryRegion(vm, slot, flags, guestAddress, memory): KVM_SET_USER_MEMORY_REGION; an empty view removes the slot.
static napi_value set_user_memory_region(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  int64_t fd, slot, flags, address;
  uint8_t *bytes;
  size_t length;
  if (!get_arguments(env, info, &arguments, 5) || !get_number(env, arguments.value[0], &fd) || !get_number(env, arguments.value[1], &slot) ||
      !get_number(env, arguments.value[2], &flags) || !get_number(env, arguments.value[3], &address) ||
      !get_bytes(env, arguments.value[4], &bytes, &length)) {
    return type_error(env, "vm, slot, flags, guest address and typed array expected");
  }
  struct kvm_userspace_memory_region region = {(uint32_t)slot, (uint32_t)flags, (uint64_t)address, length, (uint64_t)(uintptr_t)bytes};
  return to_js(env, syscall3(SYS_ioctl, fd, KVM_SET_USER_MEMORY_REGION, &region));
}

// ---- running a vCPU ----

static const napi_type_tag vcpu_tag = {0x6b65726e656c626full, 0x7876637075303031ull};

static struct vcpu *get_vcpu(napi_env env, struct arguments *arguments) {
  bool is_vcpu = false;
  void *vcpu = NULL;
  if (napi_check_object_type_tag(env, arguments->value[0], &vcpu_tag, &is_vcpu) != napi_ok || !is_vcpu ||
      napi_get_value_external(env, arguments->value[0], &vcpu) != napi_ok) {
    type_error(env, "a vCPU handle expected");
    return NULL;
  }
  return vcpu;
}

// attachVcpu(vcpuDescriptor, runSize, coalescedPage): { handle, run, channel }. The handle owns the descriptor.
static napi_value attach_vcpu(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  int64_t fd, size, page;
  if (!get_arguments(env, info, &arguments, 3) || !get_number(env, arguments.value[0], &fd) || !get_number(env, arguments.value[1], &size) ||
      !get_number(env, arguments.value[2], &page) || size < PAGE || size > 64 * PAGE || page < 0 || (page + 1) * PAGE > size) {
    return type_error(env, "vCPU descriptor, size of its kvm_run area and page of the coalescing ring expected");
  }
  struct vcpu *vcpu = map_anonymous(PAGE);
  if (!vcpu) return to_js(env, -ERROR_NOMEM);
  vcpu->fd = (int)fd;
  vcpu->run_region = new_device_region((int)fd, (size_t)size);
  vcpu->channel_region = new_region(CHANNEL_SIZE);
  if (!vcpu->run_region || !vcpu->channel_region) {
    if (vcpu->run_region) finalize_region(env, NULL, vcpu->run_region);
    if (vcpu->channel_region) finalize_region(env, NULL, vcpu->channel_region);
    syscall2(SYS_munmap, vcpu, PAGE);
    return to_js(env, -ERROR_NOMEM);
  }
  vcpu->run = (struct kvm_run *)vcpu->run_region->data;
  vcpu->channel = (struct channel *)vcpu->channel_region->data;
  if (page) vcpu->ring = (struct kvm_coalesced_mmio_ring *)(vcpu->run_region->data + page * PAGE);
  // Everything is blocked inside KVM_RUN but the kick: other signals wait the few milliseconds of a slice.
  struct { uint32_t length; uint8_t set[8]; } __attribute__((packed)) mask = {8, {0}};
  uint64_t set = ~KICK_MASK;
  memcpy(mask.set, &set, 8);
  long error = syscall3(SYS_ioctl, fd, KVM_SET_SIGNAL_MASK, &mask);
  napi_value result, handle, run, channel;
  if (error < 0) {
    finalize_region(env, NULL, vcpu->run_region);
    finalize_region(env, NULL, vcpu->channel_region);
    syscall2(SYS_munmap, vcpu, PAGE);
    return to_js(env, error);
  }
  block_kick_signal();
  run = region_to_js(env, vcpu->run_region, PAGE * (size_t)(page ? page : 1));
  channel = region_to_js(env, vcpu->channel_region, CHANNEL_SIZE);
  napi_create_external(env, vcpu, finalize_vcpu, NULL, &handle);
  napi_type_tag_object(env, handle, &vcpu_tag);
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "handle", handle);
  napi_set_named_property(env, result, "run", run);
  napi_set_named_property(env, result, "channel", channel);
  return result;
}

static napi_value detach_vcpu(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  if (!get_arguments(env, info, &arguments, 3)) return type_error(env, "handle, run and channel expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (vcpu->busy) return to_js(env, -ERROR_BUSY);
  if (vcpu->closed) return to_js(env, 0);
  close_vcpu(vcpu);
  unsigned char *run = vcpu->run_region->data, *channel = vcpu->channel_region->data;
  size_t run_size = vcpu->run_region->size, channel_size = vcpu->channel_region->size;
  vcpu->run_region->released = vcpu->channel_region->released = 1;
  if (napi_detach_arraybuffer(env, arguments.value[1]) == napi_ok) syscall2(SYS_munmap, run, run_size);
  if (napi_detach_arraybuffer(env, arguments.value[2]) == napi_ok) syscall2(SYS_munmap, channel, channel_size);
  return to_js(env, 0);
}

// run(handle, microseconds): in this thread. For guests that exit often; the caller bounds the time.
static napi_value run_here(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  int64_t budget;
  if (!get_arguments(env, info, &arguments, 2) || !get_number(env, arguments.value[1], &budget)) return type_error(env, "handle and microseconds expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (vcpu->busy || vcpu->closed) return to_js(env, -ERROR_BUSY);
  return to_js(env, run_slice(vcpu, (uint32_t)budget));
}

// runInPool(handle, microseconds): a promise, fulfilled with the result.
static napi_value run_in_pool(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  int64_t budget;
  napi_value promise, name;
  if (!get_arguments(env, info, &arguments, 2) || !get_number(env, arguments.value[1], &budget)) return type_error(env, "handle and microseconds expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (vcpu->busy || vcpu->closed) return to_js(env, -ERROR_BUSY);
  napi_create_string_utf8(env, "kernelbox:KVM_RUN", NAPI_AUTO_LENGTH, &name);
  if (napi_create_promise(env, &vcpu->deferred, &promise) != napi_ok ||
      napi_create_async_work(env, arguments.value[0], name, execute_run, complete_run, vcpu, &vcpu->work) != napi_ok) {
    return to_js(env, -ERROR_NOMEM);
  }
  vcpu->busy = 1;
  vcpu->budget = (uint32_t)budget;
  napi_queue_async_work(env, vcpu->work);
  return promise;
}

// kick(handle): ends a run under way, or the next one if none is; from any place of the script.
static napi_value kick(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  if (!get_arguments(env, info, &arguments, 1)) return type_error(env, "handle expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (vcpu->closed) return to_js(env, 0);
  vcpu->stop = 1;
  __sync_synchronize();
  int thread = vcpu->thread;
  return to_js(env, thread ? syscall3(SYS_tgkill, syscall0(SYS_getpid), thread, KICK_SIGNAL) : 0);
}

// completeIo(handle): lets KVM finish the IN or MMIO read of the last exit without running the guest (immediate_exit).
static napi_value complete_io(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  if (!get_arguments(env, info, &arguments, 1)) return type_error(env, "handle expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (vcpu->busy || vcpu->closed) return to_js(env, -ERROR_BUSY);
  vcpu->run->immediate_exit = 1;
  long error = syscall3(SYS_ioctl, vcpu->fd, KVM_RUN, 0);
  vcpu->run->immediate_exit = 0;
  drain_ring(vcpu);
  return to_js(env, error == -ERROR_INTR ? 0 : error);
}

// nextRun(handle): the next logged writes to one port, in the channel; their number.
static napi_value take_run(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  if (!get_arguments(env, info, &arguments, 1)) return type_error(env, "handle expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (vcpu->busy || vcpu->closed) return to_js(env, -ERROR_BUSY);
  return to_js(env, next_run(vcpu->channel));
}

// disarm(handle): no kick comes from the timer of run() any more.
static napi_value disarm_timer(napi_env env, napi_callback_info info) {
  struct arguments arguments;
  struct vcpu *vcpu;
  if (!get_arguments(env, info, &arguments, 1)) return type_error(env, "handle expected");
  if (!(vcpu = get_vcpu(env, &arguments))) return NULL;
  if (!vcpu->closed && !vcpu->busy) {
    disarm(vcpu);
    drain_kicks();
  }
  return NULL;
}

static void define(napi_env env, napi_value exports, const char *name, napi_callback callback, const void *data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, (void *)data, &function);
  napi_set_named_property(env, exports, name, function);
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  for (size_t i = 0; i < sizeof ioctls / sizeof ioctls[0]; i++) define(env, exports, ioctls[i].name, call_ioctl, &ioctls[i]);
  define(env, exports, "open", open_device, NULL);
  define(env, exports, "close", close_descriptor, NULL);
  define(env, exports, "readAt", read_at, NULL);
  define(env, exports, "mapMemory", map_memory, NULL);
  define(env, exports, "unmapMemory", unmap_memory, NULL);
  define(env, exports, "setUserMemoryRegion", set_user_memory_region, NULL);
  define(env, exports, "attachVcpu", attach_vcpu, NULL);
  define(env, exports, "detachVcpu", detach_vcpu, NULL);
  define(env, exports, "run", run_here, NULL);
  define(env, exports, "runInPool", run_in_pool, NULL);
  define(env, exports, "kick", kick, NULL);
  define(env, exports, "completeIo", complete_io, NULL);
  define(env, exports, "nextRun", take_run, NULL);
  define(env, exports, "disarm", disarm_timer, NULL);
  return exports;
}

__attribute__((visibility("default"))) int32_t node_api_module_get_api_version_v1(void) { return 8; }
