// Turns -errno into an exception that names the ioctl, as it stands in the kernel's KVM documentation.

const names: Record<number, string> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  6: 'ENXIO',
  7: 'E2BIG',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  25: 'ENOTTY',
  28: 'ENOSPC',
  38: 'ENOSYS',
  95: 'EOPNOTSUPP',
}

/** An ioctl or a system call on KVM that the kernel refused. */
export class KvmError extends Error {
  /** Name of the ioctl, for example `KVM_CREATE_VM`. */
  readonly operation: string
  readonly errno: number
  /** `EACCES`, `ENOENT`, … */
  readonly code: string
  constructor(operation: string, errno: number) {
    const code = names[errno] ?? `errno ${errno}`
    super(`${operation}: ${code}`)
    this.name = 'KvmError'
    this.operation = operation
    this.errno = errno
    this.code = code
  }
}

/** The result, where it is none of -errno. */
export function checked(result: number, operation: string): number {
  if (result < 0) throw new KvmError(operation, -result)
  return result
}
