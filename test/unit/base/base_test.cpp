#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("integer_sqrt is the floor of the root") {
  for (std::int64_t v :
       {0LL, 1LL, 2LL, 3LL, 4LL, 24LL, 25LL, 26LL, 999'999LL, 1'000'000LL, 4'611'686'014'132'420'609LL}) {
    const std::int64_t root = integer_sqrt(v);
    CHECK(root * root <= v);
    CHECK((root + 1) > v / (root + 1));
  }
}

TEST_CASE("division rounds as named") {
  CHECK(divide_round(7, 2) == 4);
  CHECK(divide_round(-7, 2) == -4);
  CHECK(divide_floor(-7, 2) == -4);
  CHECK(divide_floor(7, 2) == 3);
}

TEST_CASE("sha256 of nothing and of abc") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a missing file is not found, with the path in the message") {
  try {
    read_text("/no/such/file");
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.code() == Code::NotFound);
    CHECK(std::string(error.what()).find("/no/such/file") != std::string::npos);
  }
}

TEST_CASE("the generator gives the same numbers everywhere") {
  Random random(1);
  CHECK(random.next() == 0x910a2dec89025cc1ULL);
  CHECK(random.below(10) < 10);
}
