#pragma once
#include <atomic>
#include <chrono>
#include <string>

#include "annulet/pipeline/options.hpp"

namespace annulet {

/// Notes SIGINT, SIGTERM and (unless it is ignored: nohup) SIGHUP, so that the work in hand can end with
/// nothing half written.
class Interruption {
 public:
  static void install();
  static const std::atomic<bool>& requested();
  static int exit_code();  ///< 130, 143 or 129
};

/// Progress on stderr: a bar on a terminal, a line every few seconds elsewhere.
class ProgressDisplay {
 public:
  explicit ProgressDisplay(std::string subject);
  ~ProgressDisplay();
  void operator()(const Progress& progress);

 private:
  std::string subject_;
  bool terminal_, drawn_ = false;
  std::chrono::steady_clock::time_point started_, last_;
};

}  // namespace annulet
