#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "annulet/cohort/batch.hpp"

namespace annulet::app {

/// How far a batch is, on stderr: one line that is drawn anew on a terminal, a line a slide elsewhere.
class BatchDisplay {
 public:
  BatchDisplay(const std::vector<ManifestRow>& rows, int workers);
  ~BatchDisplay();
  void operator()(const BatchEvent& event);
  void tick();  ///< at least every tenth of a second

 private:
  std::string time_left() const;
  void draw();

  const std::vector<ManifestRow>& rows_;
  int workers_;
  bool terminal_, drawn_ = false;
  std::size_t to_do_ = 0, done_ = 0, refused_ = 0, failed_ = 0;
  std::uint64_t bytes_ = 0, bytes_done_ = 0;
  std::vector<std::size_t> running_;
  std::chrono::steady_clock::time_point started_, last_;
};

/// Events as JSON lines (docs/formats/cohort.md), each written at once and whole.
class EventLog {
 public:
  /// "": none; "-": stdout; else a file that is appended to. Throws Error Usage where it cannot be opened.
  EventLog(const std::string& file, const std::vector<ManifestRow>& rows);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;
  void operator()(const BatchEvent& event);

 private:
  const std::vector<ManifestRow>& rows_;
  int file_ = -1;
};

}  // namespace annulet::app
