#include "annulet/sandbox/program.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>

#include "support/catch.hpp"

using namespace annulet;

namespace {

const Ending& end_of(Program& program) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!program.has_ended() && std::chrono::steady_clock::now() < until) ::poll(nullptr, 0, 5);
  REQUIRE(program.has_ended());
  return program.ending();
}

/// Whether it still runs: what nobody asked after the end of is a name in a list, no more.
bool exists(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return false;
  return text[text.rfind(')') + 2] != 'Z';
}

}  // namespace

TEST_CASE("a program's exit code and its last words are known") {
  Program program({"/bin/sh", "-c", "echo to nobody; echo oh dear >&2; exit 3"});
  const Ending& ending = end_of(program);
  CHECK(ending.kind == Ending::Kind::Exited);
  CHECK(ending.value == 3);
  CHECK(ending.said == "oh dear\n");
}

TEST_CASE("a program that dies of a signal says which") {
  Program program({"/bin/sh", "-c", "kill -SEGV $$"});
  const Ending& ending = end_of(program);
  CHECK(ending.kind == Ending::Kind::Killed);
  CHECK(ending.value == SIGSEGV);
}

TEST_CASE("an end that the system does not tell is an end") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  {
    Program program({"/bin/sh", "-c", "echo oh dear >&2; exit 3"});
    const Ending& ending = end_of(program);
    CHECK(ending.kind == Ending::Kind::Unknown);
    CHECK(ending.said == "oh dear\n");
  }
  std::signal(SIGCHLD, before);
}

TEST_CASE("of much talk the end is kept") {
  Program program({"/bin/sh", "-c", "for i in $(seq 20000); do echo line $i; done >&2"});
  const Ending& ending = end_of(program);
  CHECK(ending.value == 0);
  CHECK(ending.said.size() <= std::size_t{1} << 13);
  CHECK(ending.said.ends_with("line 20000\n"));
}

TEST_CASE("a program that cannot be run says why") {
  Program program({"/no/such/program"});
  const Ending& ending = end_of(program);
  CHECK(ending.value == Program::kNotRun);
  CHECK(ending.said.find("/no/such/program: No such file") != std::string::npos);
}

TEST_CASE("what a program left behind ends with it") {
  Program program({"/bin/sh", "-c", "sleep 100 & echo $! >&2"});
  const int left = std::stoi(end_of(program).said);
  for (int i = 0; i < 200 && exists(left); ++i) ::poll(nullptr, 0, 5);
  CHECK_FALSE(exists(left));
}

TEST_CASE("a program that is asked to stop may tidy up; one that is killed may not") {
  Program polite({"/bin/sh", "-c", "trap 'exit 9' TERM; echo ready >&2; while :; do sleep 0.05; done"});
  ::poll(nullptr, 0, 200);
  polite.ask_to_stop();
  CHECK(end_of(polite).value == 9);
  Program stubborn({"/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"});
  ::poll(nullptr, 0, 200);
  stubborn.kill();
  CHECK(end_of(stubborn).value == SIGKILL);
}

TEST_CASE("a program ends with the process that started it") {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t starter = ::fork();
  if (starter == 0) {
    Program program({"/bin/sh", "-c", "echo ready >&2; exec sleep 100"});
    // Before it runs it looks itself whether its starter is gone.
    while (program.ending().said.empty() && !program.has_ended()) ::poll(nullptr, 0, 1);
    const int process = program.process();
    [[maybe_unused]] const auto sent = ::write(pipe[1], &process, sizeof process);
    ::raise(SIGKILL);
  }
  int process = 0;
  REQUIRE(::read(pipe[0], &process, sizeof process) == sizeof process);
  ::waitpid(starter, nullptr, 0);
  for (int i = 0; i < 200 && exists(process); ++i) ::poll(nullptr, 0, 5);
  CHECK_FALSE(exists(process));
  ::close(pipe[0]);
  ::close(pipe[1]);
}
