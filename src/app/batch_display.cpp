#include "app/batch_display.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"

namespace annulet::app {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(200);
constexpr int kBarWidth = 30;
constexpr std::size_t kNamesShown = 2;

std::string clock(double seconds) {
  const auto s = static_cast<std::int64_t>(seconds + 0.5);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string words_of(const SlideOutcome& outcome) {
  std::string words = name(outcome.status);
  if (outcome.score) words += std::string(", HER2 IHC ") + name(*outcome.score);
  if (!outcome.score && !outcome.reasons.empty()) words += ", " + outcome.reasons.front();
  return words;
}

}  // namespace

BatchDisplay::BatchDisplay(const std::vector<ManifestRow>& rows, int workers)
    : rows_(rows),
      workers_(workers),
      terminal_(::isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      last_(started_) {}

BatchDisplay::~BatchDisplay() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void BatchDisplay::operator()(const BatchEvent& event) {
  switch (event.kind) {
    case BatchEvent::Kind::Planned:
      to_do_ = event.to_do;
      bytes_ = event.bytes;
      started_ = std::chrono::steady_clock::now();
      spdlog::info("{} slides: {} to score, {} done before; {} at a time", rows_.size(), event.to_do,
                   event.kept, workers_);
      return;
    case BatchEvent::Kind::Retried:
      if (!terminal_) spdlog::warn("{}: is tried again: {}", rows_[event.row].slide, event.why);
      [[fallthrough]];
    case BatchEvent::Kind::Started:
      running_.push_back(event.row);
      break;
    case BatchEvent::Kind::Ended:
      ++done_;
      bytes_done_ += event.bytes;
      if (event.outcome.status == Status::NotEvaluable) ++refused_;
      if (is_failure(event.outcome.status)) ++failed_;
      if (!terminal_)
        spdlog::info("[{}/{}] {}: {} ({:.1f} s{})", done_, to_do_, rows_[event.row].slide,
                     words_of(event.outcome), event.seconds, time_left());
      break;
  }
  if (event.kind == BatchEvent::Kind::Ended) std::erase(running_, event.row);
  if (terminal_) draw();
}

void BatchDisplay::tick() {
  if (terminal_ && std::chrono::steady_clock::now() - last_ >= kRedraw) draw();
}

/// By bytes, which tell more of the work than the number of slides.
std::string BatchDisplay::time_left() const {
  if (bytes_done_ == 0 || done_ == to_do_) return "";
  const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  return ", " +
         clock(passed * static_cast<double>(bytes_ - std::min(bytes_, bytes_done_)) /
               static_cast<double>(bytes_done_)) +
         " left";
}

void BatchDisplay::draw() {
  last_ = std::chrono::steady_clock::now();
  const int filled = to_do_ == 0 ? 0 : static_cast<int>(done_ * kBarWidth / to_do_);
  std::string names;
  for (std::size_t i = 0; i < std::min(kNamesShown, running_.size()); ++i)
    names += " " + printable(rows_[running_[i]].slide);
  std::fputs(fmt::format("\r\033[K[{:#<{}}{:.<{}}] {}/{} slides, {} not evaluable, {} failed{} |{}", "",
                         filled, "", kBarWidth - filled, done_, to_do_, refused_, failed_, time_left(), names)
                 .c_str(),
             stderr);
  std::fflush(stderr);
  drawn_ = true;
}

EventLog::EventLog(const std::string& file, const std::vector<ManifestRow>& rows) : rows_(rows) {
  if (file.empty()) return;
  file_ = file == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                      : ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw Error(Code::Usage, "--events " + file + ": cannot be opened: " + std::strerror(errno));
}

EventLog::~EventLog() {
  if (file_ >= 0) ::close(file_);
}

void EventLog::operator()(const BatchEvent& event) {
  if (file_ < 0) return;
  using Kind = BatchEvent::Kind;
  static constexpr const char* kKinds[] = {"planned", "started", "retried", "ended"};
  nlohmann::ordered_json json{
      {"event", kKinds[static_cast<int>(event.kind)]},
      {"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
  if (event.kind == Kind::Planned) {
    json["slides"] = rows_.size();
    json["to_do"] = event.to_do;
    json["kept"] = event.kept;
  } else {
    json["slide"] = rows_[event.row].slide;
    json["index"] = event.row + 1;
    json["attempt"] = event.attempt;
  }
  if (event.kind == Kind::Retried) json["why"] = event.why;
  if (event.kind == Kind::Ended) {
    json["status"] = name(event.outcome.status);
    json["score"] = event.outcome.score ? nlohmann::ordered_json(name(*event.outcome.score)) : nullptr;
    json["reasons"] = event.outcome.reasons;
    json["seconds"] = event.seconds;
    json["folder"] = event.outcome.folder;
  }
  const std::string line = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    throw Error(Code::Output, std::string("--events: cannot be written: ") + std::strerror(errno));
}

}  // namespace annulet::app
