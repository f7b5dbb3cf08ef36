#include "cohort/worker.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <optional>

namespace annulet::cohort {
namespace {

constexpr std::string_view kComplaint = "error: [";

std::optional<Code> code_named(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Code::Output); ++i) {
    if (text == name(static_cast<Code>(i))) return static_cast<Code>(i);
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> score_arguments(const std::filesystem::path& slide, const ScoreOptions& options,
                                         bool geojson, const std::filesystem::path& out,
                                         const BatchOptions& how) {
  std::vector<std::string> words = how.program;
  const auto add = [&](const char* option, const std::string& value) {
    if (value.empty()) return;
    words.push_back(std::string("--") + option + "=" + value);
  };
  words.emplace_back("score");
  add("out", out.string());
  add("guideline", options.guideline);
  add("grading", options.grading);
  add("stain", options.stain);
  if (options.mpp) add("mpp", fmt::format("{}", *options.mpp));
  add("ish", options.ish);
  add("controls", options.controls);
  add("antibody", options.antibody);
  for (const std::filesystem::path& region : options.regions) add("region", region.string());
  add("expect-sha256", options.expect_sha256);
  if (options.allow_incomplete) add("allow-incomplete", fmt::format("{}", *options.allow_incomplete));
  if (options.memory != 0) add("memory", std::to_string(options.memory));
  add("timeout", std::to_string(options.timeout));
  add("threads", std::to_string(how.threads));
  if (options.require_sandbox) words.emplace_back("--require-sandbox");
  if (geojson) words.emplace_back("--geojson");
  words.emplace_back("--");
  words.push_back(slide.string());
  return words;
}

Error last_complaint(const std::string& said) {
  const std::size_t at = said.rfind(kComplaint);
  if (at == std::string::npos)
    return {Code::Internal, "the process that scored the slide said nothing of why"};
  const std::size_t begin = at + kComplaint.size(), close = said.find("] ", begin);
  if (close == std::string::npos) return {Code::Internal, said.substr(begin)};
  const std::optional<Code> code = code_named(std::string_view(said).substr(begin, close - begin));
  std::string message = said.substr(close + 2, said.find('\n', close) - close - 2);
  return {code.value_or(Code::Internal), std::move(message)};
}

Error why_no_result(const Ending& ending) {
  if (ending.kind == Ending::Kind::Killed) {
    const char* signal = ::strsignal(ending.value);
    return {Code::Crashed, fmt::format("the process that scored the slide was ended by signal {} ({})",
                                       ending.value, signal != nullptr ? signal : "unknown")};
  }
  if (ending.kind == Ending::Kind::Unknown)
    return {Code::Crashed,
            "the process that scored the slide ended, the system does not tell how, and left no result"};
  if (ending.value == 2 || ending.value == 5) return last_complaint(ending.said);
  return {Code::Crashed, fmt::format("the process that scored the slide ended with exit code {} and left no "
                                     "result",
                                     ending.value)};
}

}  // namespace annulet::cohort
