#include "annulet/pipeline/result_message.hpp"

#include <new>

#include "annulet/base/error.hpp"
#include "pipeline/result_members.hpp"

namespace annulet {
namespace {

using message::Malformed;
using message::Reader;
using message::Writer;

constexpr std::uint64_t kGreeting = 0x31544c5553455241;  // "ARESULT1"

}  // namespace

void send_result(SlideResult&& result, RunRecord& run,
                 const std::function<void(const void*, std::size_t)>& send) {
  Writer writer(send);
  const std::uint64_t greeting = kGreeting;
  writer(greeting, run, result, greeting);
  writer.flush();
}

void receive_result(const std::function<std::size_t(void*, std::size_t)>& receive, SlideResult& result,
                    RunRecord& run) {
  try {
    Reader reader(receive);
    std::uint64_t greeting = 0, farewell = 0;
    reader(greeting);
    if (greeting != kGreeting) throw Malformed("it does not begin like one");
    reader(run, result, farewell);
    if (farewell != kGreeting || !reader.at_end()) throw Malformed("it does not end where it should");
  } catch (const Malformed& why) {
    throw Error(Code::Crashed, std::string("its reply is no result: ") + why.what());
  } catch (const std::length_error&) {
    throw Error(Code::Crashed, "its reply is no result: a list in it has no end");
  } catch (const std::bad_alloc&) {
    throw Error(Code::Crashed, "there is not enough memory for the cells that its reply names");
  }
  check_result(result);
}

}  // namespace annulet
