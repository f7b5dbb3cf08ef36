#include "annulet/pipeline/side_by_side.hpp"

#include <stdexcept>

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
