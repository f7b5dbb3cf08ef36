#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "annulet/sandbox/confine.hpp"

namespace annulet {

/// The child's way to speak. Pieces of at most kWholePiece bytes from several threads are not mixed.
class Reply {
 public:
  explicit Reply(int descriptor) : descriptor_(descriptor) {}
  /// Waits until the parent has taken it. Ends the process where nobody listens any more.
  void send(const void* data, std::size_t bytes) const;
  static constexpr std::size_t kWholePiece = 4096;  ///< PIPE_BUF of Linux

 private:
  int descriptor_;
};

/// How a child ended.
struct Ending {
  enum class Kind { Exited, Killed, Unknown };  ///< Unknown: somebody else was told, or nobody (SIGCHLD)
  Kind kind = Kind::Exited;
  int value = 0;                        ///< exit code, or number of the signal
  std::string said;                     ///< the beginning of what it wrote to stdout and stderr
  std::uint64_t peak_memory_bytes = 0;  ///< resident
};

/// A process that does `work` behind walls and replies through a pipe. It is a fork of this process without a
/// new program: it starts in about 3 ms, and everything that stands in memory is there. It ignores SIGINT and
/// SIGTERM (and SIGHUP), which are for the parent to act on, and is killed when the parent's thread that made
/// it ends. The parent's memory of it ends with the object: what still runs is killed. One thread.
class Child {
 public:
  using Work = std::function<void(const Reply&)>;
  /// How long a child may be silent, and what is called at least every tenth of a second while it is; this
  /// may throw to stop.
  struct Patience {
    std::chrono::milliseconds silence{std::chrono::minutes(5)};
    std::function<void()> at_each_wait;
  };

  /// Threads must not have been started yet. With `walls_required` a child without seccomp or limits ends
  /// before it works. Throws Error Internal where the system gives no process.
  Child(const Confinement& confinement, const Work& work, Patience patience, bool walls_required = false);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Those that it said to have raised; none where it ended before.
  const Walls& walls() const { return walls_; }
  /// Takes at most `most` bytes as they come; 0 when the child has ended or closed its reply. Throws TooLong
  /// when it was silent for too long, and what Patience throws. Time in which this process was stopped does
  /// not count.
  std::size_t receive(void* to, std::size_t most);
  struct TooLong {};
  /// Ends it at once.
  void kill();
  /// Waits for its end; a child that lives on for two seconds is killed.
  Ending end();
  int process() const { return process_; }

  static constexpr int kNoMemory = 71;  ///< exit code: `work` threw std::bad_alloc
  static constexpr int kFailed = 70;    ///< exit code: `work` threw something else
  static constexpr int kNotSetUp = 72;  ///< exit code: the system refused what it takes to begin

 private:
  void open_pipes();
  [[noreturn]] void be_child(const Confinement& confinement, const Work& work, bool walls_required);
  void listen();
  void close_all();

  Patience patience_;
  Walls walls_;
  int process_ = -1, parent_ = -1;
  int reply_[2] = {-1, -1}, talk_[2] = {-1, -1};
  std::string said_;
};

}  // namespace annulet
