#include "annulet/pipeline/side_by_side.hpp"

#include <stdexcept>
#include <thread>

#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("every task runs once, on any number of threads") {
  for (const int threads : {0, 1, 2, 7}) {
    std::vector<int> runs(20, 0);
    std::vector<std::function<void()>> tasks;
    for (int& run : runs) tasks.emplace_back([&run] { ++run; });
    side_by_side(threads, tasks);
    CHECK(runs == std::vector<int>(20, 1));
  }
  CHECK_NOTHROW(side_by_side(2, {}));
}

TEST_CASE("one thread runs the tasks in order") {
  std::vector<int> order;
  side_by_side(1, {[&] { order.push_back(1); }, [&] { order.push_back(2); }, [&] { order.push_back(3); }});
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("what a task throws comes out") {
  for (const int threads : {1, 2})
    CHECK_THROWS_AS(side_by_side(threads, {[] {}, [] { throw std::runtime_error("no"); }, [] {}}),
                    std::runtime_error);
}

TEST_CASE("parts of a file come in their order, whoever made them") {
  const auto make = [](std::size_t part) { return std::string(part % 7, 'x') + std::to_string(part) + ' '; };
  std::string expected;
  for (std::size_t part = 0; part < 200; ++part) expected += make(part);
  for (const int threads : {0, 1, 2, 7}) {
    std::string file;
    in_order(threads, 200, make, [&](std::string_view part) { file += part; });
    CHECK(file == expected);
  }
  in_order(2, 0, make, [](std::string_view) { FAIL("there is no part"); });
  const auto fail = [](std::size_t) -> std::string { throw std::runtime_error("no"); };
  CHECK_THROWS_AS(in_order(2, 3, fail, [](std::string_view) {}), std::runtime_error);
}

TEST_CASE("ranges cover every index once, on any number of threads") {
  for (const int threads : {0, 1, 2, 7}) {
    for (const std::size_t count : {0U, 1U, 2048U, 30'001U}) {
      std::vector<int> visits(count, 0);
      in_ranges(threads, count, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) ++visits[i];
      });
      CHECK(visits == std::vector<int>(count, 1));
    }
  }
  CHECK_THROWS_AS(in_ranges(2, 9000, [](std::size_t, std::size_t) { throw std::runtime_error("no"); }),
                  std::runtime_error);
}

TEST_CASE("one thread runs what goes aside first, and work stays on its thread") {
  std::vector<int> order;
  beside(
      1, [&] { order.push_back(1); }, [&] { order.push_back(2); });
  CHECK(order == std::vector<int>{1, 2});
  const auto here = std::this_thread::get_id();
  std::thread::id of_work;
  bool done = false;
  beside(
      2, [&] { done = true; }, [&] { of_work = std::this_thread::get_id(); });
  CHECK(of_work == here);
  CHECK(done);
}

TEST_CASE("of two failures the one aside comes out, when both are at their end") {
  for (const int threads : {1, 2}) {
    const auto fail = [](const char* with) { return [with] { throw std::runtime_error(with); }; };
    CHECK_THROWS_WITH(beside(threads, fail("aside"), fail("work")), "aside");
    bool done = false;
    CHECK_THROWS_WITH(beside(
                          threads, [&] { done = true; }, fail("work")),
                      "work");
    CHECK(done);
  }
}

TEST_CASE("parts are sealed in their order before they are packed") {
  const auto make = [](std::size_t part) { return std::to_string(part) + ' '; };
  std::string expected, all;
  for (std::size_t part = 0; part < 200; ++part) expected += "(" + (all += make(part)) + ")";
  for (const int threads : {0, 1, 2, 7}) {
    std::string file, before;
    const auto seal = [&](std::string& part) { part = before += part; };
    const auto pack = [](std::string_view part) { return "(" + std::string(part) + ")"; };
    in_order(threads, 200, make, seal, pack, [&](std::string_view part) { file += part; });
    CHECK(file == expected);
  }
}
