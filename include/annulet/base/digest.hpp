#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace annulet {

/// SHA-256 fed piece by piece. One thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(const void* data, std::size_t bytes);
  void add(std::string_view text) { add(text.data(), text.size()); }
  /// 64 lower-case hexadecimal digits; the object is spent afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of(std::string_view text);
/// Reads the file in pieces of 1 MiB; `at_each_piece` may throw to stop. Throws Error NotFound, Permission.
std::string sha256_of_file(const std::filesystem::path& path,
                           const std::function<void()>& at_each_piece = {});

}  // namespace annulet
