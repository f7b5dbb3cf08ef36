#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/slide/preflight.hpp"

namespace annulet {

/// A regular file opened for positioned reads; never mapped into memory, so that a file cut while it is read
/// is an error value and not a signal. Safe from many threads at once.
class InputFile final : public ByteReader {
 public:
  /// Follows symbolic links and never blocks (a FIFO is recognised before it is opened).
  /// Throws Error NotFound, Permission, NotAFile, Empty.
  explicit InputFile(std::filesystem::path path);
  ~InputFile() override;
  InputFile(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string name() const { return path_.filename().string(); }
  std::uint64_t bytes() const override { return bytes_; }

  /// Number of bytes read at `offset`: fewer than asked for at the end of the file or on an I/O error.
  std::size_t read_at(std::uint64_t offset, void* to, std::size_t count) const override;

  /// Asks the system to have these bytes ready soon.
  void fetch_ahead(std::uint64_t offset, std::uint64_t count) const;

  /// An Error that names the slide, in the form: slide "a.svs": <what>.
  Error error(Code code, const std::string& what) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
};

enum class Content {
  Tiff,
  Jpeg,
  Png,
  Sqlite,          ///< Sakura's SVSLIDE
  HamamatsuIndex,  ///< VMS and VMU: a text that lists the slide's files
  Dicom,
  Zeiss,  ///< CZI
  Other
};

/// What a file is by its first bytes, whatever its name.
Content content_of(const ByteReader& file);

}  // namespace annulet
