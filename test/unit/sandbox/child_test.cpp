// What a child may do, what it may not, and what its parent learns of its end. Each work runs in a real
// child.
#include "annulet/sandbox/child.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

/// A folder that the child may read, and one that it may not.
class Folders {
 public:
  Folders() : root_(fs::temp_directory_path() / ("annulet-sandbox-" + std::to_string(::getpid()))) {
    fs::create_directories(root_ / "own");
    fs::create_directories(root_ / "other");
    std::ofstream(root_ / "own/slide.svs") << "slide";
    std::ofstream(root_ / "other/secret.svs") << "secret";
  }
  ~Folders() { fs::remove_all(root_); }
  fs::path own() const { return root_ / "own"; }
  fs::path other() const { return root_ / "other"; }

 private:
  fs::path root_;
};

Confinement confined(const Folders& folders) {
  Confinement confinement;
  confinement.readable = {folders.own()};
  confinement.memory = std::uint64_t{4} << 30;
  confinement.cpu_seconds = 60;
  return confinement;
}

Child::Patience patience(int milliseconds = 20000) {
  return {std::chrono::milliseconds(milliseconds), {}};
}

/// Everything that the child replies.
std::string heard(Child& child) {
  std::string all;
  char piece[4096];
  for (std::size_t taken; (taken = child.receive(piece, sizeof piece)) > 0;) all.append(piece, taken);
  return all;
}

/// The errno that `deed` ends with in a confined child; 0 where it succeeds.
int failure_of(const Confinement& confinement, const std::function<bool()>& deed) {
  Child child(
      confinement,
      [&](const Reply& reply) {
        errno = 0;
        const int failure = deed() ? 0 : errno;
        reply.send(&failure, sizeof failure);
      },
      patience());
  REQUIRE(child.walls().seccomp);
  const std::string reply = heard(child);
  int failure = -1;
  REQUIRE(reply.size() == sizeof failure);
  std::memcpy(&failure, reply.data(), sizeof failure);
  CHECK(child.end().value == 0);
  return failure;
}

Ending ending_of(const Confinement& confinement, const Child::Work& work) {
  Child child(confinement, work, patience());
  heard(child);
  return child.end();
}

constexpr bool kSanitized =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#else
    false;
#endif

}  // namespace

TEST_CASE("a child's reply comes whole, in order and however long it is") {
  const Folders folders;
  Child child(
      confined(folders),
      [](const Reply& reply) {
        std::vector<std::uint32_t> numbers(1 << 20);
        for (std::size_t i = 0; i < numbers.size(); ++i)
          numbers[i] = static_cast<std::uint32_t>(i * 2654435761U);
        reply.send(numbers.data(), numbers.size() * sizeof numbers[0]);
      },
      patience());
  const std::string all = heard(child);
  REQUIRE(all.size() == std::size_t{4} << 20);
  bool same = true;
  for (std::size_t i = 0; i < all.size() / 4; ++i) {
    std::uint32_t number = 0;
    std::memcpy(&number, all.data() + 4 * i, 4);
    same = same && number == static_cast<std::uint32_t>(i * 2654435761U);
  }
  CHECK(same);
  const Ending ending = child.end();
  CHECK(ending.kind == Ending::Kind::Exited);
  CHECK(ending.value == 0);
  CHECK(ending.peak_memory_bytes > std::uint64_t{4} << 20);
}

TEST_CASE("a child reads its slide, starts threads and sees what the parent had in memory") {
  const Folders folders;
  const std::string greeting = "from the parent";
  Child child(
      confined(folders),
      [&](const Reply& reply) {
        std::string text;
        std::ifstream(folders.own() / "slide.svs") >> text;
        std::atomic<int> sum{0};
        std::vector<std::thread> threads;
        for (int i = 1; i <= 4; ++i) threads.emplace_back([&sum, i] { sum += i; });
        for (std::thread& thread : threads) thread.join();
        const std::string all = greeting + "," + text + "," + std::to_string(sum.load());
        reply.send(all.data(), all.size());
      },
      patience());
  CHECK(child.walls().required());
  CHECK(child.walls().memory == !kSanitized);
  CHECK(heard(child) == "from the parent,slide,10");
}

TEST_CASE("a confined child changes no file") {
  const Folders folders;
  const std::string slide = folders.own() / "slide.svs", fresh = folders.own() / "new";
  const auto opens = [&](const std::string& path, int flags) {
    return failure_of(confined(folders), [&] { return ::open(path.c_str(), flags, 0600) >= 0; });
  };
  CHECK(opens(slide, O_RDONLY) == 0);
  CHECK(opens(slide, O_WRONLY) == EPERM);
  CHECK(opens(slide, O_RDWR) == EPERM);
  CHECK(opens(slide, O_RDONLY | O_TRUNC) == EPERM);
  CHECK(opens(fresh, O_RDONLY | O_CREAT) == EPERM);
  CHECK(opens(folders.own(), O_TMPFILE | O_RDWR) == EPERM);
  const auto deed = [&](const std::function<bool()>& d) { return failure_of(confined(folders), d); };
  CHECK(deed([&] { return ::unlink(slide.c_str()) == 0; }) == EPERM);
  CHECK(deed([&] { return ::rename(slide.c_str(), fresh.c_str()) == 0; }) == EPERM);
  CHECK(deed([&] { return ::mkdir(fresh.c_str(), 0700) == 0; }) == EPERM);
  CHECK(deed([&] { return ::symlink(slide.c_str(), fresh.c_str()) == 0; }) == EPERM);
  CHECK(deed([&] { return ::truncate(slide.c_str(), 0) == 0; }) == EPERM);
  CHECK(deed([&] { return ::chmod(slide.c_str(), 0777) == 0; }) == EPERM);
  CHECK(deed([&] {
          const int file = ::open(slide.c_str(), O_RDONLY);
          return ::write(file, "x", 1) == 1;
        }) == (kSanitized ? EBADF : EPERM));
  CHECK(fs::file_size(slide) == 5);
  CHECK_FALSE(fs::exists(fresh));
}

TEST_CASE("a confined child talks to nobody and starts nothing") {
  const Folders folders;
  const auto deed = [&](const std::function<bool()>& d) { return failure_of(confined(folders), d); };
  CHECK(deed([] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; }) == EPERM);
  CHECK(deed([] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }) == EPERM);
  CHECK(deed([] {
          int both[2];
          return ::socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0;
        }) == EPERM);
  CHECK(deed([] {
          char* const arguments[] = {const_cast<char*>("true"), nullptr};
          return ::execv("/usr/bin/true", arguments) == 0;
        }) == EPERM);
  CHECK(deed([] { return ::fork() >= 0; }) == EPERM);
  CHECK(deed([] { return ::syscall(SYS_vfork) >= 0; }) == EPERM);
  CHECK(deed([] { return ::syscall(SYS_clone3, nullptr, 0) >= 0; }) == ENOSYS);
  CHECK(deed([] { return ::memfd_create("program", 0) >= 0; }) == EPERM);
}

TEST_CASE("a confined child does nothing to its parent, and gets no rights back") {
  const Folders folders;
  const pid_t parent = ::getpid();
  const auto deed = [&](const std::function<bool()>& d) { return failure_of(confined(folders), d); };
  CHECK(deed([&] { return ::kill(parent, SIGKILL) == 0; }) == EPERM);
  const auto pins = [&](pid_t process) {
    return deed([process] {
      cpu_set_t all;
      std::memset(&all, 0xFF, sizeof all);
      return ::sched_setaffinity(process, sizeof all, &all) == 0;
    });
  };
  CHECK(pins(parent) == EPERM);
  CHECK(pins(0) == 0);
  CHECK(deed([&] { return ::kill(-1, SIGTERM) == 0; }) == EPERM);
  CHECK(deed([&] { return ::syscall(SYS_tgkill, parent, parent, SIGTERM) == 0; }) == EPERM);
  CHECK(deed([&] { return ::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr) == 0; }) == EPERM);
  CHECK(deed([&] {
          char byte = 0;
          iovec mine{&byte, 1}, theirs{&byte, 1};
          return ::syscall(SYS_process_vm_writev, parent, &mine, 1, &theirs, 1, 0) == 1;
        }) == EPERM);
  CHECK(deed([] {
          const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
          return ::setrlimit(RLIMIT_AS, &more) == 0;
        }) == EPERM);
  CHECK(deed([] {
          return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                        0) != MAP_FAILED;
        }) == EPERM);
}

TEST_CASE("where the kernel has Landlock, other folders are closed") {
  const Folders folders;
  Child child(
      confined(folders), [](const Reply&) {}, patience());
  if (!child.walls().landlock) {
    WARN("skipped: this kernel has no Landlock");
    return;
  }
  const auto opens = [&](const std::string& path) {
    return failure_of(confined(folders), [&] { return ::open(path.c_str(), O_RDONLY) >= 0; });
  };
  CHECK(opens(folders.own() / "slide.svs") == 0);
  CHECK(opens(folders.other() / "secret.svs") == EACCES);
  CHECK(opens("/etc/passwd") == EACCES);
  CHECK(opens("/proc/" + std::to_string(::getpid()) + "/environ") == EACCES);
  CHECK(opens(folders.own() / "no-such-slide.svs") == ENOENT);
  fs::create_symlink(folders.other() / "secret.svs", folders.own() / "link.svs");
  CHECK(opens(folders.own() / "link.svs") == EACCES);
}

TEST_CASE("nothing that the parent has open is open in the child") {
  const Folders folders;
  const int file = ::open((folders.other() / "secret.svs").c_str(), O_RDWR);
  REQUIRE(file >= 0);
  const int high = ::fcntl(file, F_DUPFD, 20);  // no number that the child uses itself
  CHECK(failure_of(confined(folders), [&] {
          char byte = 0;
          return ::read(high, &byte, 1) == 1;
        }) == EBADF);
  ::close(file);
  ::close(high);
}

TEST_CASE("every end of a child is told from every other") {
  const Folders folders;
  const Ending crashed = ending_of(confined(folders), [](const Reply&) { ::raise(SIGSEGV); });
  CHECK(crashed.kind == Ending::Kind::Killed);
  CHECK(crashed.value == SIGSEGV);
  const Ending aborted = ending_of(confined(folders), [](const Reply&) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, "tile 7 is broken\n", 17);
    std::abort();
  });
  CHECK(aborted.kind == Ending::Kind::Killed);
  CHECK(aborted.value == SIGABRT);
  CHECK(aborted.said == "tile 7 is broken\n");
  const Ending left = ending_of(confined(folders), [](const Reply&) { ::_exit(9); });
  CHECK(left.kind == Ending::Kind::Exited);
  CHECK(left.value == 9);
  const Ending full = ending_of(confined(folders), [](const Reply&) { throw std::bad_alloc(); });
  CHECK(full.value == Child::kNoMemory);
  const Ending thrown = ending_of(confined(folders), [](const Reply&) { throw 1; });
  CHECK(thrown.value == Child::kFailed);
  const Ending explained =
      ending_of(confined(folders), [](const Reply&) { throw std::runtime_error("no room"); });
  CHECK(explained.value == Child::kFailed);
  CHECK(explained.said == "no room");
}

TEST_CASE("an end that the system does not tell is unknown, not sound") {
  const Folders folders;
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const Ending crashed = ending_of(confined(folders), [](const Reply&) { ::raise(SIGSEGV); });
  std::signal(SIGCHLD, before);
  CHECK(crashed.kind == Ending::Kind::Unknown);
}

TEST_CASE("the limit on memory makes a child fail, not the machine") {
  if (kSanitized) return;
  const Folders folders;
  Confinement one_gigabyte = confined(folders);
  one_gigabyte.memory = std::uint64_t{1} << 30;
  const Ending ending = ending_of(one_gigabyte, [](const Reply&) {
    std::vector<std::vector<char>> all;
    for (;;) all.emplace_back(std::size_t{64} << 20, 'x').resize(1);
  });
  CHECK(ending.kind == Ending::Kind::Exited);
  CHECK(ending.value == Child::kNoMemory);
}

TEST_CASE("the limit on processor time ends a child that never rests") {
  const Folders folders;
  Confinement one_second = confined(folders);
  one_second.cpu_seconds = 1;
  const Ending ending = ending_of(one_second, [](const Reply&) {
    for (std::atomic<int> i{0};;) ++i;
  });
  CHECK(ending.kind == Ending::Kind::Killed);
  CHECK(ending.value == SIGXCPU);
}

TEST_CASE("a silent child is given up, a speaking one is not") {
  const Folders folders;
  Child silent(
      confined(folders),
      [](const Reply&) {
        ::pause();
        ::sleep(600);
      },
      patience(300));
  CHECK_THROWS_AS(heard(silent), Child::TooLong);
  const int process = silent.process();
  silent.kill();
  CHECK(silent.end().value == SIGKILL);
  CHECK(::kill(process, 0) == -1);

  Child speaking(
      confined(folders),
      [](const Reply& reply) {
        for (int i = 0; i < 8; ++i) {
          ::usleep(100000);
          reply.send("x", 1);
        }
      },
      patience(3000));
  CHECK(heard(speaking) == "xxxxxxxx");
}

TEST_CASE("what the child prints neither fills its pipe nor mixes with the reply") {
  const Folders folders;
  Child child(
      confined(folders),
      [](const Reply& reply) {
        const std::string line(1 << 16, 'e');
        for (int i = 0; i < 64; ++i) {
          [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
        }
        reply.send("done", 4);
      },
      patience());
  CHECK(heard(child) == "done");
  const std::string said = child.end().said;
  CHECK_FALSE(said.empty());
  CHECK(said.size() <= 16384);
  CHECK(said.find_first_not_of('e') == std::string::npos);
}

TEST_CASE("Ctrl-C is for the parent: what it throws while it waits ends the child") {
  const Folders folders;
  struct Stop {};
  int process = -1;
  try {
    int waits = 0;
    Child child(confined(folders),
                [](const Reply&) {
                  ::kill(::getpid(), SIGINT);
                  ::kill(::getpid(), SIGTERM);
                  for (;;) ::sleep(1);
                },
                {std::chrono::minutes(1), [&] {
                   if (++waits > 3) throw Stop{};
                 }});
    process = child.process();
    heard(child);
    FAIL("the child ended by itself");
  } catch (const Stop&) {
  }
  if (process > 0) CHECK(::kill(process, 0) == -1);
}

TEST_CASE("a child dies with its parent") {
  const Folders folders;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    Child child(
        confined(folders),
        [](const Reply&) {
          for (;;) ::sleep(1);
        },
        patience());
    const int process = child.process();
    [[maybe_unused]] const auto written = ::write(ends[1], &process, sizeof process);
    ::kill(::getpid(), SIGKILL);
  }
  int process = -1;
  REQUIRE(::read(ends[0], &process, sizeof process) == sizeof process);
  ::waitpid(middle, nullptr, 0);
  // An orphan may stay a zombie where nobody collects it: it is dead all the same.
  const auto alive = [&] {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string pid, program, state;
    stat >> pid >> program >> state;
    return stat && state != "Z" && state != "X";
  };
  for (int i = 0; i < 500 && alive(); ++i) ::usleep(10000);
  CHECK_FALSE(alive());
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("where the system refuses a wall, it is missing from those that stand, and none is required") {
  const Folders folders;
  // Behind the walls of the outer child no filter and no limit can be raised any more.
  Child outer(
      confined(folders),
      [&](const Reply& reply) {
        const Walls walls = confine(confined(folders), {});
        const std::string text = name(walls) + (walls.required() ? " enough" : " not enough");
        reply.send(text.data(), text.size());
      },
      patience());
  CHECK(heard(outer) == "none not enough");
}

TEST_CASE("walls have names") {
  CHECK(name(Walls{true, true, true, true}) == "landlock+seccomp+limits");
  CHECK(name(Walls{false, true, true, true}) == "seccomp+limits");
  CHECK(name(Walls{true, true, true, false}) == "landlock+seccomp+limits-but-memory");
  CHECK(name(Walls{}) == "none");
}
