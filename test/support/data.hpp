#pragma once
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

/// Folder of the real test images, which the repository does not hold; names the skipped test where it is not
/// there.
inline std::optional<std::filesystem::path> test_data(const std::string& test) {
  const char* folder = std::getenv("ANNULET_TEST_DATA");
  if (folder != nullptr && std::filesystem::is_directory(folder)) return folder;
  std::cout << "skipped: " << test << ": ANNULET_TEST_DATA is not set\n";
  return std::nullopt;
}
