#include "annulet/pipeline/look_apart.hpp"

#include <fmt/format.h>

#include <chrono>

#include "annulet/pipeline/result_message.hpp"
#include "annulet/slide/slide_source.hpp"
#include "pipeline/reader_process.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

using reader::Kind;

constexpr std::size_t kDigestLetters = 64;  // SHA-256 in hexadecimal

void look_and_reply(const Reply& reply, const fs::path& slide, const SlideLooker& look) {
  reader::or_say_error(reply, [&] {
    OpenedSlide opened = look(slide, [&reply] { reader::speak(reply, Kind::Alive); });
    reader::speak(reply, Kind::Result, opened.info, opened.sha256);
  });
}

void check_told(const fs::path& slide, const SlideInfo& info) {
  try {
    check_slide(info);
  } catch (const Error& why) {
    throw reader::untrusted(slide, why.what());
  }
}

/// True when the reply came; false when the child ended before. Throws the error that it told of, and
/// Malformed.
bool hear(Child& child, const fs::path& slide, OpenedSlide& opened) {
  message::Reader reader([&child](void* to, std::size_t most) { return child.receive(to, most); });
  while (!reader.at_end()) {
    std::uint8_t kind = 0;
    reader(kind);
    if (static_cast<Kind>(kind) == Kind::Alive) continue;
    if (static_cast<Kind>(kind) == Kind::Error) {
      Code code{};
      std::string what;
      reader(code, what);
      throw Error(code, what);
    }
    if (static_cast<Kind>(kind) != Kind::Result) throw message::Malformed("it has a part of unknown kind");
    reader(opened.info, opened.sha256);
    check_told(slide, opened.info);
    if (opened.info.file_name != slide.filename()) throw message::Malformed("it is of another slide");
    if (opened.sha256.size() != kDigestLetters ||
        opened.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      throw message::Malformed("its digest is none");
    return true;
  }
  return false;
}

}  // namespace

OpenedSlide look_at(const fs::path& slide, const std::function<void()>& at_each_piece) {
  const std::unique_ptr<SlideSource> source = open_slide(slide);
  return {source->info(), slide_digest(slide, at_each_piece)};
}

OpenedSlide look_apart(const fs::path& slide, const SlideLooker& look) {
  ScoreOptions options;
  options.threads = 1;
  const Confinement confinement = reader::confinement_of(slide, options);
  try {
    Child child(confinement, [&](const Reply& reply) { look_and_reply(reply, slide, look); },
                {std::chrono::seconds(options.timeout), {}});
    OpenedSlide opened;
    if (!hear(child, slide, opened)) throw reader::death(child.end(), slide, options, confinement);
    return opened;
  } catch (const message::Malformed& why) {
    throw reader::untrusted(slide, std::string("its reply is no result: ") + why.what());
  } catch (const Child::TooLong&) {
    throw Error(Code::TimedOut, fmt::format("{}: no progress for {} s; copy the slide to a local disk and "
                                            "look at it again",
                                            slide.filename().string(), options.timeout));
  }
}

}  // namespace annulet
