#include "annulet/cohort/machine.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace annulet {
namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t available_of_system() {
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("MemAvailable:")) return std::stoull(line.substr(13)) * 1024;
  }
  return 0;
}

/// "0::/path" names the control group; its limit and use are files there.
std::uint64_t available_of_group() {
  std::ifstream own("/proc/self/cgroup");
  std::string line;
  if (!std::getline(own, line) || !line.starts_with("0::")) return kNoLimit;
  const std::string folder = "/sys/fs/cgroup" + line.substr(3);
  std::uint64_t most = 0, used = 0;
  if (!(std::ifstream(folder + "/memory.max") >> most) ||
      !(std::ifstream(folder + "/memory.current") >> used))
    return kNoLimit;  // "max" is no number
  return most > used ? most - used : 0;
}

}  // namespace

std::uint64_t available_memory() {
  return std::min(available_of_system(), available_of_group());
}

int workers_within(int threads, std::uint64_t memory) {
  const std::uint64_t fit = memory == 0 ? kNoLimit : std::max<std::uint64_t>(1, memory / kWorkerBytes);
  return static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max(1, threads)), fit));
}

}  // namespace annulet
