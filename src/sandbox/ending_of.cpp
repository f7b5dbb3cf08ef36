#include "sandbox/ending_of.hpp"

#include <sys/wait.h>

namespace annulet::sandbox {

Ending ending_of(int status, const rusage& usage) {
  Ending ending;
  ending.kind = WIFSIGNALED(status) ? Ending::Kind::Killed : Ending::Kind::Exited;
  ending.value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  ending.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return ending;
}

}  // namespace annulet::sandbox
