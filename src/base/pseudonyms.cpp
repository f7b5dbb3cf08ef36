#include "annulet/base/pseudonyms.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr std::uintmax_t kMostKeyBytes = std::uintmax_t{1} << 20;
constexpr std::size_t kDigestBytes = 8;  // of a pseudonym: 2^32 names before two are likely to meet

bool continues_word(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
         (letter >= 'A' && letter <= 'Z') || letter == '_' || static_cast<unsigned char>(letter) >= 0x80;
}

bool is_bound(char letter, bool in_path) {
  if (in_path) return letter == '/' || letter == '"' || letter == '\'';
  return !continues_word(letter);
}

}  // namespace

std::string Pseudonyms::random_key() {
  std::string key(kRandomBytes, '\0');
  if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    throw Error(Code::Internal, "the system gives no random numbers; state a key with --deidentify-key");
  return key;
}

std::string Pseudonyms::key_of_file(const std::filesystem::path& file) {
  std::error_code failure;
  const bool regular = std::filesystem::is_regular_file(file, failure);
  const std::uintmax_t bytes = regular ? std::filesystem::file_size(file, failure) : 0;
  std::string key;
  if (regular && !failure && bytes >= kLeastKeyBytes && bytes <= kMostKeyBytes) {
    key.resize(bytes);
    std::ifstream stream(file, std::ios::binary);
    if (!stream.read(key.data(), static_cast<std::streamsize>(key.size()))) key.clear();
  }
  if (key.empty()) {
    throw Error(Code::Usage, "the key file '" + file.string() +
                                 "' must be a readable file of 16 bytes to 1 "
                                 "MiB (for example: openssl rand -out FILE 32)");
  }
  return key;
}

std::string Pseudonyms::of(std::string_view kind, std::string_view name) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data(),
           &length) == nullptr) {
    throw Error(Code::Internal, "the keyed hash of a name failed");
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = std::string(kind) + "-";
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

void Pseudonyms::add_token(std::string text, std::string by, bool in_path) {
  if (text.empty() || text == "." || text == ".." || text == "/" || text == "./") return;
  const bool known =
      std::any_of(tokens_.begin(), tokens_.end(), [&](const Token& token) { return token.text == text; });
  if (!known) tokens_.push_back({std::move(text), std::move(by), in_path});
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const Token& a, const Token& b) { return a.text.size() > b.text.size(); });
}

void Pseudonyms::add(std::string_view kind, const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string by = of(kind, name);
  std::error_code failure;
  std::vector<std::filesystem::path> forms{path, std::filesystem::absolute(path, failure),
                                           std::filesystem::weakly_canonical(path, failure)};
  for (const std::filesystem::path& form : forms) {
    add_token(form.string(), by, false);
    add_token(form.filename().string(), by, false);
    if (form.has_extension()) add_token((form.parent_path() / form.stem()).string(), by, true);
    if (form.has_extension()) add_token(form.stem().string(), by, true);
    if (form.has_parent_path()) add_token(form.parent_path().string() + "/", "", false);
  }
}

std::string Pseudonyms::scrub(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto fits = [&](const Token& token) {
      if (text.substr(at, token.text.size()) != token.text) return false;
      const std::size_t end = at + token.text.size();
      const bool opens = at == 0 || is_bound(text[at - 1], false) || token.text.front() == '/';
      const bool is_folder = token.text.back() == '/';
      const bool closes = end == text.size() ? !token.in_path : is_bound(text[end], token.in_path);
      return opens && (is_folder || closes);
    };
    const auto token = std::find_if(tokens_.begin(), tokens_.end(), fits);
    if (token == tokens_.end()) {
      out += text[at++];
      continue;
    }
    out += token->by;
    at += token->text.size();
  }
  return out;
}

}  // namespace annulet
