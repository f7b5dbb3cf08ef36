// What a reader of slides may ask of the kernel, as a list of what is allowed: all else fails with EPERM,
// which the libraries take like any other failure.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "sandbox/walls.hpp"

namespace annulet::sandbox {
namespace {

using Compare = scmp_arg_cmp;

constexpr std::array kHarmless{
    // reading files that are open, and asking about files
    "read", "readv", "pread64", "preadv", "preadv2", "lseek", "close", "fstat", "newfstatat", "stat", "lstat",
    "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "getcwd", "statfs",
    "fstatfs", "fadvise64", "readahead", "poll", "ppoll", "select", "pselect6", "dup",
    // memory
    "munmap", "mremap", "brk", "madvise", "mincore", "membarrier",
    // threads and their signals
    "futex", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "sched_yield",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
    "sched_get_priority_min", "getcpu", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending",
    "rt_sigsuspend", "sigaltstack", "restart_syscall", "exit", "exit_group",
    // time, chance and facts
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getrandom",
    "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "uname", "sysinfo", "getrusage",
    "times", "getrlimit"};

class Filter {
 public:
  Filter() : rules_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) { failed_ = rules_ == nullptr; }

  template <class... Compares>
  void allow(const char* call, Compares... compares) {
    add(SCMP_ACT_ALLOW, call, compares...);
  }
  template <class... Compares>
  void add(std::uint32_t action, const char* call, Compares... compares) {
    const int number = seccomp_syscall_resolve_name(call);
    if (failed_ || number < 0) return;  // this architecture has no such call
    const std::array<Compare, sizeof...(compares) + 1> all{compares..., Compare{}};
    if (seccomp_rule_add_array(rules_.get(), action, number, sizeof...(compares), all.data()) != 0)
      failed_ = true;
  }
  bool load() {
    if (failed_) return false;
    // A tree in place of a list: each call costs some ten comparisons, not a hundred. Older kernels of the
    // library do without.
    seccomp_attr_set(rules_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return seccomp_load(rules_.get()) == 0;
  }

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> rules_;
  bool failed_ = false;
};

Compare is(unsigned argument, scmp_datum_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
/// Of the bits in `mask` exactly those of `value`.
Compare bits(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

void allow_opening(Filter& filter) {
  constexpr scmp_datum_t kChanging = O_ACCMODE | O_CREAT | O_TRUNC;
  filter.allow("open", bits(1, kChanging, O_RDONLY));
  filter.allow("openat", bits(2, kChanging, O_RDONLY));
  for (const int command :
       {F_GETFD, F_SETFD, F_GETFL, F_DUPFD, F_DUPFD_CLOEXEC, F_GETLK, F_SETLK, F_OFD_GETLK, F_OFD_SETLK})
    filter.allow("fcntl", is(1, static_cast<scmp_datum_t>(command)));
}

/// Memory is writable or a program, never both: what was computed cannot be run. A file that may be read can
/// be, since libraries are loaded late (loaders of pictures, character sets), and a filter sees no file's
/// name.
void allow_mapping(Filter& filter) {
  filter.allow("mmap", bits(2, PROT_WRITE | PROT_EXEC, PROT_WRITE));
  filter.allow("mmap", bits(2, PROT_WRITE | PROT_EXEC, PROT_EXEC));
  filter.allow("mmap", bits(2, PROT_WRITE | PROT_EXEC, 0));
  filter.allow("mprotect", bits(2, PROT_EXEC, 0));
}

/// Threads, but no processes: clone3 keeps its flags where a filter cannot look, and the C library takes
/// clone where there is none. Signals (abort) to this process alone, processors for the calling thread alone.
void allow_threads(Filter& filter) {
  filter.allow("clone", bits(0, CLONE_THREAD, CLONE_THREAD));
  filter.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  const auto self = static_cast<scmp_datum_t>(::getpid());
  for (const char* call : {"tgkill", "kill"}) filter.allow(call, is(0, self));
  filter.allow("sched_setaffinity", is(0, 0));
  filter.allow("prlimit64", is(0, 0), is(2, 0));  // asks, sets nothing
  filter.allow("prctl", is(0, PR_SET_NAME));
  filter.allow("prctl", is(0, PR_GET_NAME));
}

}  // namespace

bool raise_syscall_filter(const std::vector<int>& writable) {
  Filter filter;
  for (const char* call : kHarmless) filter.allow(call);
  for (const int descriptor : writable) {
    filter.allow("write", is(0, static_cast<scmp_datum_t>(descriptor)));
    filter.allow("writev", is(0, static_cast<scmp_datum_t>(descriptor)));
  }
  if (kSanitized) {  // they ask the kernel which memory can be read by writing it into a pipe of their own
    for (const char* call : {"pipe2", "write"}) filter.allow(call);
  }
  allow_opening(filter);
  allow_mapping(filter);
  allow_threads(filter);
  return filter.load();
}

}  // namespace annulet::sandbox
