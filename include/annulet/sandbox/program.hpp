#pragma once
#include <string>
#include <vector>

#include "annulet/sandbox/child.hpp"

namespace annulet {

/// A program that runs beside this one, in a process group of its own, with nothing on stdin and stdout
/// thrown away. It is killed when the thread that started it ends, however that comes about; what it starts
/// itself it must end itself. One thread.
class Program {
 public:
  /// `arguments[0]` is the file to run. Throws Error Internal where the system gives no process; a file that
  /// cannot be run ends with exit code kNotRun and says why.
  explicit Program(const std::vector<std::string>& arguments);
  ~Program();  ///< kills what still runs
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Readable when it says something on stderr or has ended: for poll; -1 after its stderr was closed.
  int talk() const { return talk_; }
  /// Takes what it said; true once it has ended. Never waits.
  bool has_ended();
  /// Of one that has ended; `said` is the end of what it wrote to stderr.
  const Ending& ending() const { return ending_; }
  void ask_to_stop() const;  ///< SIGTERM to its group
  void kill() const;         ///< SIGKILL to its group
  int process() const { return process_; }

  static constexpr int kNotRun = 127;

 private:
  void listen();

  int process_ = -1, talk_ = -1;
  bool ended_ = false;
  Ending ending_;
};

}  // namespace annulet
