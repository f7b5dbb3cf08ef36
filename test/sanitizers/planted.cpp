// Faults planted where `score` works, in a confined process of its own: each sanitizer must see its own.
//   planted race | overflow | shift
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/sandbox/child.hpp"

using namespace annulet;

namespace {

/// Two tasks on two threads change one number. The relaxed counter orders nothing.
void race() {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point until = Clock::now() + std::chrono::seconds(30);
  int shared = 0;
  std::atomic<int> met{0};
  const std::function<void()> task = [&] {
    ++shared;
    met.fetch_add(1, std::memory_order_relaxed);
    while (met.load(std::memory_order_relaxed) < 2 && Clock::now() < until) std::this_thread::yield();
  };
  side_by_side(2, {task, task});
  std::cerr << shared << '\n';
}

void overflow() {
  const std::vector<int> numbers(8, 1);
  const volatile std::size_t past = 8;
  std::cerr << numbers.data()[past] << '\n';
}

void shift() {
  const volatile int bits = 40;
  std::cerr << (1 << bits) << '\n';
}

}  // namespace

int main(int count, char** words) {
  const std::string fault = count > 1 ? words[1] : "";
  Confinement walls;
  walls.readable = {"/"};
  Child child(walls,
              [&](const Reply&) { fault == "race"       ? race()
                                  : fault == "overflow" ? overflow()
                                                        : shift(); },
              {});
  char byte = 0;
  while (child.receive(&byte, 1) > 0) {
  }
  std::cout << child.end().said;
  return 0;
}
