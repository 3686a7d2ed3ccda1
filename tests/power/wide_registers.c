/* User-mode Linux 6.1 saves its processes' registers in a buffer made for the processors of its day; on a
 * processor with larger ones (AMX) the host refuses to take them back (EFAULT) and the first process dies. Put before
 * it (LD_PRELOAD), this fills what is missing from what the process has. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { EXTENDED_STATE = 0x202 }; /* NT_X86_XSTATE */

long ptrace(enum __ptrace_request request, ...) {
  static long (*real)(int, int, void *, void *);
  static char whole[1 << 16] __attribute__((aligned(64)));
  va_list given;
  va_start(given, request);
  int process = va_arg(given, int);
  void *which = va_arg(given, void *), *data = va_arg(given, void *);
  va_end(given);
  if (!real) real = dlsym(RTLD_NEXT, "ptrace");
  if (request == PTRACE_SETREGSET && (long)which == EXTENDED_STATE) {
    struct iovec short_one = *(struct iovec *)data, all = {whole, sizeof whole};
    if (real(PTRACE_GETREGSET, process, which, &all) == 0 && short_one.iov_len < all.iov_len) {
      memcpy(whole, short_one.iov_base, short_one.iov_len);
      return real(request, process, which, &all);
    }
  }
  return real(request, process, which, data);
}
