#include "annulet/slide/slide_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <thread>

#include "annulet/base/digest.hpp"
#include "input_file.hpp"
#include "limits.hpp"

namespace annulet {
namespace {

constexpr std::uint64_t kMostIndexBytes = std::uint64_t{4} << 20;  ///< of Slidedat.ini or a VMS file
constexpr std::size_t kMostMembers = 10'000;
constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::int64_t kTicks = 20'000'000;  ///< ns: two ticks of the slowest kernel clock (100 Hz)
constexpr const char* kRemedy = "; copy the slide again with all its files";

struct Setting {
  std::string_view section, key, value;
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Calls visit for each `key = value` line of an INI text.
template <class Visit>
void each_setting(std::string_view text, Visit&& visit) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string_view section;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.size() > 2 && line.front() == '[' && line.back() == ']')
      section = line.substr(1, line.size() - 2);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || line.front() == ';' || line.front() == '#') continue;
    visit(Setting{section, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1))});
  }
}

/// A member lies beside the file that names it: no name may lead elsewhere.
std::string member_name(std::string_view name) {
  const bool plain = !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
                     name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
  if (!plain) throw Error(Code::Corrupt, std::string("lists a member by an impossible name") + kRemedy);
  return std::string(name);
}

std::vector<std::string> sorted_members(std::vector<std::string> names) {
  if (names.size() > kMostMembers) {
    throw Error(Code::OverLimit, "lists more than " + std::to_string(kMostMembers) + " files");
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::string text_of(const InputFile& file, const std::string& of) {
  if (file.bytes() > kMostIndexBytes) throw Error(Code::OverLimit, of + " has more than 4 MiB");
  std::string text(file.bytes(), '\0');
  if (file.read_at(0, text.data(), text.size()) != text.size())
    throw Error(Code::Corrupt, of + " cannot be read from the disk; try again");
  return text;
}

FileStamp stamp_of(const struct stat& status) {
  const auto ns = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_nsec};
  };
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size), ns(status.st_mtim), ns(status.st_ctim)};
}

std::optional<FileStamp> stamp_at(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return stamp_of(status);
}

std::int64_t now_ns() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  std::optional<FileStamp> stamp() const {
    struct stat status {};
    if (number_ < 0 || ::fstat(number_, &status) != 0) return std::nullopt;
    return stamp_of(status);
  }

 private:
  int number_;
};

std::vector<std::filesystem::path> members_of(const InputFile& file) {
  const std::filesystem::path& path = file.path();
  std::filesystem::path folder = path.parent_path();
  std::vector<std::string> names;
  if (path.extension() == ".mrxs") {
    folder /= path.stem();
    const InputFile slidedat(folder / "Slidedat.ini");
    names = mirax_members(text_of(slidedat, "its Slidedat.ini"));
  } else if (content_of(file) == Content::HamamatsuIndex) {
    names = hamamatsu_members(text_of(file, "the file"));
  }
  std::vector<std::filesystem::path> members;
  for (const std::string& name : names) members.push_back(folder / name);
  return members;
}

}  // namespace

std::vector<std::string> mirax_members(std::string_view slidedat) {
  std::vector<std::string> names{"Slidedat.ini"};
  std::size_t stated = 0;
  bool index = false;
  each_setting(slidedat, [&](const Setting& setting) {
    if (setting.section == "HIERARCHICAL" && setting.key == "INDEXFILE") {
      names.push_back(member_name(setting.value));
      index = true;
    }
    if (setting.section != "DATAFILE") return;
    if (setting.key == "FILE_COUNT") {
      std::from_chars(setting.value.data(), setting.value.data() + setting.value.size(), stated);
    } else if (starts_with(setting.key, "FILE_") && names.size() <= kMostMembers + 1) {
      names.push_back(member_name(setting.value));
    }
  });
  if (!index || names.size() < 2 + stated || stated == 0)
    throw Error(Code::Corrupt, std::string("its Slidedat.ini does not list the slide's files") + kRemedy);
  return sorted_members(std::move(names));
}

std::vector<std::string> hamamatsu_members(std::string_view vms) {
  std::vector<std::string> names;
  each_setting(vms, [&](const Setting& setting) {
    const bool needed = starts_with(setting.key, "ImageFile") || setting.key == "MapFile";
    if (needed && !setting.value.empty() && names.size() <= kMostMembers)
      names.push_back(member_name(setting.value));
  });
  if (names.empty()) throw Error(Code::Corrupt, std::string("does not list the slide's files") + kRemedy);
  return sorted_members(std::move(names));
}

std::vector<std::filesystem::path> slide_files(const std::filesystem::path& slide) {
  const InputFile file(slide);
  try {
    std::vector<std::filesystem::path> files{slide};
    for (const std::filesystem::path& member : members_of(file)) {
      const InputFile opened(member);
      files.push_back(member);
    }
    return files;
  } catch (const Error& error) {
    throw file.error(error.code(), error.what());
  }
}

SlideWatch::SlideWatch(const std::filesystem::path& slide) : name_(slide.filename().string()) {
  const auto look = [&] {
    files_.clear();
    for (const std::filesystem::path& path : slide_files(slide))
      files_.push_back({path, stamp_at(path).value_or(FileStamp{})});
  };
  look();
  std::int64_t latest = 0;
  for (const Watched& watched : files_) latest = std::max(latest, watched.stamp.changed_ns);
  const std::int64_t age = now_ns() - latest;
  if (age < 0 || age >= kTicks) return;
  std::this_thread::sleep_for(std::chrono::nanoseconds(kTicks - age));
  look();
}

void SlideWatch::fail(const Watched& watched) const {
  const std::string member = watched.path.filename().string();
  throw Error(Code::Changed, "slide \"" + name_ +
                                 "\": " + (member == name_ ? "" : "its member \"" + member + "\" ") +
                                 "was changed, moved or replaced while it was read; score it again when "
                                 "nothing writes to it any more");
}

void SlideWatch::check() const {
  for (const Watched& watched : files_) {
    if (stamp_at(watched.path) != watched.stamp) fail(watched);
  }
}

std::string SlideWatch::digest_of(const Watched& watched, const std::function<void()>& at_each_piece) const {
  const Descriptor file(watched.path);
  if (file.stamp() != watched.stamp) fail(watched);
  Sha256 hash;
  std::vector<char> piece(kPiece);
  for (std::uint64_t at = 0; at < watched.stamp.bytes;) {
    const ssize_t got = ::pread(file.number(), piece.data(), piece.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw Error(Code::Corrupt, "slide \"" + name_ + "\": the disk gave an error while reading; try again");
    }
    if (got == 0) fail(watched);
    hash.add(piece.data(), static_cast<std::size_t>(got));
    at += static_cast<std::uint64_t>(got);
    if (at_each_piece) at_each_piece();
  }
  if (file.stamp() != watched.stamp) fail(watched);
  return hash.hex();
}

std::string SlideWatch::digest(const std::function<void()>& at_each_piece) const {
  if (files_.size() == 1) return digest_of(files_.front(), at_each_piece);
  Sha256 all;
  for (const Watched& watched : files_) all.add(digest_of(watched, at_each_piece) + "\n");
  return all.hex();
}

}  // namespace annulet
