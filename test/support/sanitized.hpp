#pragma once
// Whether this build runs under a sanitizer, five to thirty times slower: exhaustive searches are cut there.

namespace annulet {

#if defined(__clang__) && defined(__has_feature)
inline constexpr bool kTestsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kTestsSanitized = true;
#else
inline constexpr bool kTestsSanitized = false;
#endif

}  // namespace annulet
