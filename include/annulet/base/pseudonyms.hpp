#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annulet {

/// Replaces the names of files by keyed hashes wherever they stand in a text. The same name under the same
/// key has the same pseudonym in every folder and every run; without the key it can neither be reversed nor
/// be guessed by trying names. One thread while adding, then any.
class Pseudonyms {
 public:
  static constexpr std::size_t kLeastKeyBytes = 16;
  explicit Pseudonyms(std::string key) : key_(std::move(key)) {}

  /// 32 bytes of the system's random source. Throws Error Internal where it gives none.
  static std::string random_key();
  /// The bytes of a file, as they are. Throws Error Usage where it cannot be read or holds fewer than
  /// kLeastKeyBytes or more than 1 MiB.
  static std::string key_of_file(const std::filesystem::path& file);

  /// "slide-" and 16 hexadecimal digits of HMAC-SHA256 over `name`, for kind "slide".
  std::string of(std::string_view kind, std::string_view name) const;

  /// From now on `scrub` knows the file: its path as given, absolute and with links resolved, its folder,
  /// its name, and its name without extension as a folder (MIRAX).
  void add(std::string_view kind, const std::filesystem::path& path);

  /// `text` with every known path and name replaced, the longest first, where no letter, digit or underscore
  /// continues it.
  std::string scrub(std::string_view text) const;

 private:
  struct Token {
    std::string text, by;
    bool in_path = false;  ///< stands for a folder: only beside a slash or quotes
  };
  void add_token(std::string text, std::string by, bool in_path);

  std::string key_;
  std::vector<Token> tokens_;  ///< longest first
};

}  // namespace annulet
