#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 2> kNames{"result.json", "report.html"};

/// An empty folder that goes with the test.
struct Scratch {
  fs::path path = fs::temp_directory_path() / ("annulet_atomic_folder." + std::to_string(::getpid()));
  Scratch() {
    fs::remove_all(path);
    fs::create_directory(path);
  }
  ~Scratch() { fs::remove_all(path); }
  std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(path), fs::directory_iterator());
  }
};

template <class Action>
Error error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("must throw");
  return {Code::Internal, ""};
}

Error refusal(const fs::path& target, bool replace) {
  return error_of([&] { AtomicFolder folder(target, kNames, replace); });
}

bool tells(const Error& error, const std::string& what) {
  return std::string(error.what()).find(what) != std::string::npos;
}

void make_result(const fs::path& target, const std::string& text, bool replace = false) {
  AtomicFolder folder(target, kNames, replace);
  folder.write("result.json", text);
  folder.commit();
}

/// Lets renames with flags fail as on a file system that has none (NFS), for good.
bool forget_renames_with_flags() {
  constexpr auto kFlags = static_cast<unsigned>(offsetof(seccomp_data, args) + 4 * sizeof(__u64));
  std::array<sock_filter, 6> steps{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFlags),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
  }};
  const sock_fprog program{steps.size(), steps.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

/// What `action` returns in a process of its own.
template <class Action>
bool holds_apart(const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool held = false;
    try {
      held = action();
    } catch (const std::exception& error) {
      std::fputs(error.what(), stderr);
    }
    ::_exit(held ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

/// The hidden name that a process that is gone gave to what stood at `target`.
fs::path earlier_of_dead(const fs::path& target) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return target.parent_path() /
         ("." + target.filename().string() + ".old." + host.data() + "." + std::to_string(child) + ".0");
}

}  // namespace

TEST_CASE("a file system without an exchange of names replaces folders, too") {
  const Scratch root;
  make_result(root.path / "out", "first");
  fs::create_directory(root.path / "from");
  fs::create_directory(root.path / "to");
  write_file_atomically(root.path / "from" / "new", "");
  write_file_atomically(root.path / "to" / "earlier", "");
  CHECK(holds_apart([&] {
    if (!forget_renames_with_flags()) return false;
    make_result(root.path / "out", "second", true);
    make_result(root.path / "other", "third");
    move_folder(root.path / "from", root.path / "to");
    move_folder(root.path / "from", root.path / "elsewhere");
    return true;
  }));
  CHECK(read_text(root.path / "out" / "result.json") == "second");
  CHECK(read_text(root.path / "other" / "result.json") == "third");
  CHECK(fs::exists(root.path / "to" / "new"));
  CHECK(fs::exists(root.path / "elsewhere" / "earlier"));
  CHECK(root.entries() == 4);
}

TEST_CASE("an earlier result that a killed process took away to replace it is put back") {
  const Scratch root;
  const fs::path out = root.path / "out";
  make_result(out, "first");
  fs::rename(out, earlier_of_dead(out));
  SECTION("and refused as any other") {
    CHECK(tells(refusal(out, false), "--force"));
    CHECK(read_text(out / "result.json") == "first");
  }
  SECTION("by the move of a folder, too") {
    fs::create_directory(root.path / "from");
    move_folder(root.path / "from", out);
    CHECK(read_text(root.path / "from" / "result.json") == "first");
    fs::remove_all(root.path / "from");
  }
  SECTION("and goes where another stands") {
    fs::create_directory(out);
    make_result(out, "second");
    CHECK(read_text(out / "result.json") == "second");
  }
  CHECK(root.entries() == 1);
}

TEST_CASE("a result lands in a folder that may be written but not read") {
  const Scratch root;
  CHECK(holds_apart([&] {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && (::chown(root.path.c_str(), kNobody, kNobody) != 0 || ::setuid(kNobody) != 0))
      return false;
    ::chmod(root.path.c_str(), 0333);
    make_result(root.path / "out", "first");
    make_result(root.path / "out", "second", true);
    write_file_atomically(root.path / "file", "text");
    return true;
  }));
  fs::permissions(root.path, fs::perms::owner_all);
  CHECK(read_text(root.path / "out" / "result.json") == "second");
  CHECK(read_text(root.path / "file") == "text");
}

TEST_CASE("a file is replaced behind links and keeps its permissions; a pipe stays a pipe") {
  const Scratch root;
  write_file_atomically(root.path / "real", "first");
  fs::permissions(root.path / "real", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("real", root.path / "link");
  write_file_atomically(root.path / "link", "second");
  CHECK(fs::is_symlink(root.path / "link"));
  CHECK(read_text(root.path / "real") == "second");
  CHECK(fs::status(root.path / "real").permissions() == (fs::perms::owner_read | fs::perms::owner_write));

  fs::create_symlink("nowhere", root.path / "dangling");
  CHECK(tells(error_of([&] { write_file_atomically(root.path / "dangling", "text"); }), "leads to nothing"));
  CHECK(error_of([&] { write_file_atomically(root.path, "text"); }).code() == Code::Output);

  REQUIRE(::mkfifo((root.path / "pipe").c_str(), 0600) == 0);
  const int pipe = ::open((root.path / "pipe").c_str(), O_RDWR | O_CLOEXEC);
  write_file_atomically(root.path / "pipe", "text");
  std::array<char, 8> heard{};
  CHECK(::read(pipe, heard.data(), heard.size()) == 4);
  ::close(pipe);
  CHECK(fs::is_fifo(root.path / "pipe"));
}

TEST_CASE("a result folder appears whole, is replaced only on demand, and leaves nothing behind") {
  const Scratch root;
  const fs::path out = root.path / "out";
  {
    AtomicFolder folder(out, kNames, false);
    folder.write("result.json", "{}");
    CHECK_FALSE(fs::exists(out));
  }
  CHECK(fs::is_empty(root.path));
  make_result(out, "first");
  CHECK(read_text(out / "result.json") == "first");
  CHECK(tells(refusal(out, false), "--force"));
  make_result(out, "second", true);
  CHECK(read_text(out / "result.json") == "second");
  CHECK(root.entries() == 1);
}

TEST_CASE("a file may come in pieces, and one whose pieces fail is not of the result") {
  const Scratch root;
  const fs::path out = root.path / "out";
  {
    AtomicFolder folder(out, kNames, false);
    folder.write("result.json", [](const Append& file) {
      for (const char* piece : {"one ", "", "two"}) file(piece);
    });
    folder.commit();
  }
  CHECK(read_text(out / "result.json") == "one two");
  const Error error = error_of([&] {
    AtomicFolder folder(out, kNames, true);
    folder.write("result.json", [](const Append& file) {
      file("three");
      throw Error(Code::Output, "the pieces ended");
    });
    folder.commit();
  });
  CHECK(tells(error, "the pieces ended"));
  CHECK(read_text(out / "result.json") == "one two");
  CHECK(root.entries() == 1);
}

TEST_CASE("an empty folder becomes the result, also through a link and with a slash at its end") {
  const Scratch root;
  fs::create_directory(root.path / "real");
  fs::create_directory_symlink(root.path / "real", root.path / "link");
  make_result(root.path / "link/", "text");
  CHECK(fs::is_symlink(root.path / "link"));
  CHECK(read_text(root.path / "real" / "result.json") == "text");
  fs::create_directory_symlink(root.path / "nowhere", root.path / "dangling");
  CHECK(tells(refusal(root.path / "dangling", true), "link to nothing"));
}

TEST_CASE("only a folder of nothing but files of a result is replaced") {
  const Scratch root;
  const fs::path out = root.path / "out";
  make_result(out, "first");
  SECTION("a file of another name") {
    write_file_atomically(out / "notes.txt", "keep");
  }
  SECTION("a hidden file") {
    write_file_atomically(out / ".notes.txt", "keep");
  }
  SECTION("a folder") {
    fs::create_directory(out / "notes.txt");
  }
  SECTION("a folder of a file's name") {
    fs::create_directory(out / "report.html");
    write_file_atomically(out / "report.html" / "notes.txt", "keep");
  }
  SECTION("a link of a file's name") {
    fs::create_symlink("notes.txt", out / "report.html");
  }
  const auto before = std::distance(fs::recursive_directory_iterator(root.path), {});
  for (const bool replace : {false, true}) {
    const Error error = refusal(out, replace);
    CHECK(error.code() == Code::Usage);
    CHECK((tells(error, "notes.txt'") || tells(error, "report.html'")));
  }
  CHECK(std::distance(fs::recursive_directory_iterator(root.path), {}) == before);
  CHECK(read_text(out / "result.json") == "first");
}

TEST_CASE("a folder without the first file is no result") {
  const Scratch root;
  fs::create_directory(root.path / "out");
  write_file_atomically(root.path / "out" / "report.html", "mine");
  CHECK(tells(refusal(root.path / "out", true), "no result.json"));
  CHECK(read_text(root.path / "out" / "report.html") == "mine");
}

TEST_CASE("what appeared during the run is never replaced") {
  const Scratch root;
  const fs::path out = root.path / "out";
  SECTION("a folder where nothing was") {
    AtomicFolder folder(out, kNames, true);
    make_result(out, "theirs");
    CHECK(error_of([&] { folder.commit(); }).code() == Code::Output);
  }
  SECTION("a file where nothing was") {
    AtomicFolder folder(out, kNames, true);
    write_file_atomically(out, "theirs");
    CHECK(error_of([&] { folder.commit(); }).code() == Code::Output);
    CHECK(read_text(out) == "theirs");
    fs::remove(out);
    make_result(out, "theirs");
  }
  SECTION("files in the empty folder") {
    fs::create_directory(out);
    AtomicFolder folder(out, kNames, true);
    write_file_atomically(out / "result.json", "theirs");
    CHECK(error_of([&] { folder.commit(); }).code() == Code::Output);
  }
  SECTION("a stranger in the earlier result") {
    make_result(out, "theirs");
    AtomicFolder folder(out, kNames, true);
    write_file_atomically(out / "notes.txt", "keep");
    CHECK(tells(error_of([&] { folder.commit(); }), "notes.txt"));
    CHECK(fs::exists(out / "notes.txt"));
  }
  SECTION("another result in place of the earlier one") {
    make_result(out, "first");
    AtomicFolder folder(out, kNames, true);
    make_result(out, "theirs", true);
    CHECK(error_of([&] { folder.commit(); }).code() == Code::Output);
  }
  CHECK(read_text(out / "result.json") == "theirs");
  CHECK(root.entries() == 1);
}

TEST_CASE("an earlier result that went away during the run is no hindrance") {
  const Scratch root;
  make_result(root.path / "out", "first");
  AtomicFolder folder(root.path / "out", kNames, true);
  fs::remove_all(root.path / "out");
  folder.write("result.json", "second");
  folder.commit();
  CHECK(read_text(root.path / "out" / "result.json") == "second");
}

TEST_CASE("parents that were created go again with what was not committed") {
  const Scratch root;
  const fs::path out = root.path / "a" / "b" / "out";
  {
    const AtomicFolder folder(out, kNames, false);
    CHECK(fs::is_directory(out.parent_path()));
  }
  CHECK(fs::is_empty(root.path));
  {
    const AtomicFolder folder(out, kNames, false);
    write_file_atomically(root.path / "a" / "other.txt", "keep");
  }
  CHECK(read_text(root.path / "a" / "other.txt") == "keep");
  CHECK_FALSE(fs::exists(root.path / "a" / "b"));
  make_result(out, "text");
  CHECK(fs::exists(out / "result.json"));
}

TEST_CASE("a target that cannot be made is a usage error and changes nothing") {
  const Scratch root;
  write_file_atomically(root.path / "file", "text");
  fs::create_symlink("loop", root.path / "loop");
  const std::string long_name(300, 'x');
  for (const fs::path& target : {fs::path(), fs::path("/"), root.path / "file", root.path / "file" / "out",
                                 root.path / "loop" / "out", root.path / "new" / long_name}) {
    CAPTURE(target.string());
    CHECK(refusal(target, true).code() == Code::Usage);
  }
  CHECK(root.entries() == 2);
}

TEST_CASE("a folder without permissions is a usage error") {
  if (::geteuid() == 0) {
    SUCCEED("root may do everything");
    return;
  }
  const Scratch root;
  fs::create_directory(root.path / "locked");
  for (const fs::perms allowed : {fs::perms::none, fs::perms::owner_read | fs::perms::owner_exec}) {
    fs::permissions(root.path / "locked", allowed);
    CHECK(refusal(root.path / "locked" / "out", false).code() == Code::Usage);
    CHECK(refusal(root.path / "locked" / "new" / "out", false).code() == Code::Usage);
  }
  fs::permissions(root.path / "locked", fs::perms::none);
  CHECK(refusal(root.path / "locked", false).code() == Code::Usage);
  fs::permissions(root.path / "locked", fs::perms::owner_all);
}

TEST_CASE("a mount point is refused before the work") {
  const Error error = refusal("/proc", true);
  CHECK(error.code() == Code::Usage);
  CHECK(tells(error, "inside it"));
}

TEST_CASE("what a killed process left behind goes with the next run into the same target") {
  const Scratch root;
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFolder folder(root.path / "out", kNames, false);
    folder.write("result.json", "half");
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  REQUIRE(root.entries() == 1);
  const fs::path stale = fs::directory_iterator(root.path)->path();
  SECTION("it is removed") {
    make_result(root.path / "out", "whole");
    CHECK_FALSE(fs::exists(stale));
    CHECK(root.entries() == 1);
  }
  SECTION("another target's is not") {
    make_result(root.path / "other", "whole");
    CHECK(fs::exists(stale));
  }
  SECTION("a living process's is not") {
    const AtomicFolder folder(root.path / "out", kNames, false);
    make_result(root.path / "out", "whole");
    CHECK(fs::exists(folder.path()));
  }
  SECTION("a file of another name in it is not") {
    write_file_atomically(stale / "notes.txt", "keep");
    make_result(root.path / "out", "whole");
    CHECK(read_text(stale / "notes.txt") == "keep");
  }
}
