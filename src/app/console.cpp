#include "annulet/app/console.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "annulet/base/printable.hpp"

namespace annulet {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<int> signal_number{0};

extern "C" void note_signal(int number) {
  signal_number.store(number);
  interrupted.store(true);
  std::signal(number, SIG_DFL);  // a second one ends the program at once
}

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kLineEvery = std::chrono::seconds(5);
constexpr int kBarWidth = 30;

}  // namespace

void Interruption::install() {
  std::signal(SIGINT, note_signal);
  std::signal(SIGTERM, note_signal);
  if (std::signal(SIGHUP, note_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
  std::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>& Interruption::requested() {
  return interrupted;
}

int Interruption::exit_code() {
  return 128 + signal_number.load();
}

ProgressDisplay::ProgressDisplay(std::string subject)
    : subject_(printable(subject)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      last_(started_) {}

ProgressDisplay::~ProgressDisplay() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void ProgressDisplay::operator()(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < (terminal_ ? std::chrono::duration_cast<std::chrono::nanoseconds>(kRedraw)
                               : std::chrono::duration_cast<std::chrono::nanoseconds>(kLineEvery)))
    return;
  last_ = now;
  const double share =
      progress.total == 0 ? 0 : static_cast<double>(progress.done) / static_cast<double>(progress.total);
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  const std::string left = progress.stage == "scan" && share > 0
                               ? fmt::format(", {:.0f} s left", elapsed * (1 - share) / share)
                               : "";
  if (terminal_) {
    const int filled = static_cast<int>(share * kBarWidth);
    std::fputs(
        fmt::format("\r\033[K{} {:<8} [{:#<{}}{:.<{}}] {:3.0f} %  {} cells{}", subject_, progress.stage, "",
                    filled, "", kBarWidth - filled, 100 * share, progress.cells, left)
            .c_str(),
        stderr);
    std::fflush(stderr);
    drawn_ = true;
  } else {
    spdlog::info("{}: {} {:.0f} %, {} cells{}", subject_, progress.stage, 100 * share, progress.cells, left);
  }
}

}  // namespace annulet
