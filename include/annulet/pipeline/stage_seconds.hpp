#pragma once
#include <ctime>

namespace annulet {

/// CPU seconds by stage of the scan.
struct StageSeconds {
  double read = 0, unmix = 0, spots = 0, outlines = 0, nuclei = 0, membranes = 0;
  StageSeconds& operator+=(const StageSeconds& other) {
    read += other.read;
    unmix += other.unmix;
    spots += other.spots;
    outlines += other.outlines;
    nuclei += other.nuclei;
    membranes += other.membranes;
    return *this;
  }
};

/// CPU time of the calling thread, lap by lap.
class Stopwatch {
 public:
  /// Adds the time since the last lap to `seconds`.
  void lap(double& seconds) {
    const double now = thread_seconds();
    seconds += now - last_;
    last_ = now;
  }

 private:
  static double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  double last_ = thread_seconds();
};

}  // namespace annulet
