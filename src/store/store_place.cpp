#include "annulet/store/store_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

// linux/magic.h and statfs(2), and the file systems of clusters from their own sources.
constexpr std::array<std::pair<std::uint64_t, const char*>, 14> kNetworks{{
    {0x6969, "nfs"},
    {0xff534d42, "cifs"},
    {0xfe534d42, "smb2"},
    {0x517b, "smb"},
    {0x65735546, "fuse"},
    {0x0bd00bd0, "lustre"},
    {0x47504653, "gpfs"},
    {0x00c36400, "ceph"},
    {0x5346414f, "afs"},
    {0x01021997, "9p"},
    {0x19830326, "beegfs"},
    {0x20030528, "pvfs2"},
    {0x7461636f, "ocfs2"},
    {0x01161970, "gfs2"},
}};

constexpr std::size_t kPiece = std::size_t{1} << 20;

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw Error(Code::Output, "'" + path.string() + "' " + what + ": " + std::strerror(errno));
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor at{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (at.number >= 0) ::fsync(at.number);
}

void copy_whole(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Descriptor in{::open(from.c_str(), O_RDONLY | O_CLOEXEC)};
  if (in.number < 0) fail(from, "cannot be read");
  const Descriptor out{::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (out.number < 0) fail(to, "cannot be written");
  std::vector<char> piece(kPiece);
  for (;;) {
    const ssize_t bytes = ::read(in.number, piece.data(), piece.size());
    if (bytes < 0) fail(from, "cannot be read");
    if (bytes == 0) break;
    for (ssize_t done = 0; done < bytes;) {
      const ssize_t now = ::write(out.number, piece.data() + done, static_cast<std::size_t>(bytes - done));
      if (now < 0) fail(to, "cannot be written");
      done += now;
    }
  }
  if (::fsync(out.number) != 0) fail(to, "cannot be written");
}

std::filesystem::path partial(const std::filesystem::path& file) {
  return file.parent_path() / ("." + file.filename().string() + ".partial");
}

}  // namespace

std::string network_file_system(std::uint64_t kind) {
  for (const auto& [magic, name] : kNetworks) {
    if (magic == (kind & 0xffffffff)) return name;
  }
  return "";
}

std::string network_file_system_at(const std::filesystem::path& file) {
  std::filesystem::path at = std::filesystem::absolute(file);
  struct statfs found {};
  while (::statfs(at.c_str(), &found) != 0) {
    if (at == at.parent_path()) return "";
    at = at.parent_path();
  }
  return network_file_system(static_cast<std::uint64_t>(found.f_type));
}

void expect_no_journal(const std::filesystem::path& file) {
  const std::filesystem::path journal = file.string() + "-journal";
  std::error_code failed;
  if (std::filesystem::exists(journal, failed))
    throw Error(Code::Output, "'" + file.string() +
                                  "' was being written when that was cut off, and lies on a "
                                  "network file system since: remove it and '" +
                                  journal.string() + "', and run annulet batch again");
}

StorePlace::StorePlace(const std::filesystem::path& file) : StorePlace(file, network_file_system_at(file)) {}

StorePlace::StorePlace(const std::filesystem::path& file, std::string on_network)
    : file_(file), path_(file), on_network_(std::move(on_network)) {
  if (on_network_.empty()) return;
  expect_no_journal(file_);
  std::string pattern = (std::filesystem::temp_directory_path() / "annulet-store-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) fail(pattern, "cannot be made");
  folder_ = pattern;
  path_ = folder_ / "cohort.sqlite";
  try {
    std::error_code failed;
    if (std::filesystem::is_regular_file(file_, failed)) copy_whole(file_, path_);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    throw;
  }
}

StorePlace::~StorePlace() {
  std::error_code failed;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, failed);
}

void StorePlace::finish() {
  if (on_network_.empty()) return;
  const std::filesystem::path whole = partial(file_);
  copy_whole(path_, whole);
  if (::rename(whole.c_str(), file_.c_str()) != 0) fail(file_, "cannot be replaced");
  sync_folder(file_.parent_path().empty() ? "." : file_.parent_path());
}

}  // namespace annulet
