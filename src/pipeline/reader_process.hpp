#pragma once
// What processes have in common that read a slide behind walls: these, how they speak, and words for how they
// died.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/sandbox/child.hpp"
#include "pipeline/result_members.hpp"

namespace annulet::reader {

/// Which kind of message follows.
enum class Kind : std::uint8_t { Alive = 1, Progress, Error, Result };

/// What a process that reads the slide may see and use up.
Confinement confinement_of(const std::filesystem::path& slide, const ScoreOptions& options);

/// One small message as one piece, so that several threads may speak.
template <class... T>
void speak(const Reply& reply, Kind kind, T&... values) {
  std::string bytes(1, static_cast<char>(kind));
  message::Writer writer(
      [&](const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); });
  writer(values...);
  writer.flush();
  reply.send(bytes.data(), bytes.size());
}

/// Does `work`, and says what it throws; not std::bad_alloc, which ends the child (Child::kNoMemory).
void or_say_error(const Reply& reply, const std::function<void()>& work);

/// What is said of a reader whose reply was not believed, and why.
Error untrusted(const std::filesystem::path& slide, const std::string& why);

/// How a reader died, in words for the user; its own words may hold what the slide says of the patient, and
/// are left out with options.deidentify.
Error death(const Ending& ending, const std::filesystem::path& slide, const ScoreOptions& options,
            const Confinement& confinement);

}  // namespace annulet::reader
