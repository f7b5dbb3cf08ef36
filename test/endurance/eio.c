// Loaded before the libraries: a file whose name holds "ioerror" opens and is measured like any other, and every
// second read of its bytes fails, as on a disk that dies.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static unsigned char failing[1024];

static int note(int file, const char* path) {
  if (file >= 0 && file < (int)sizeof failing) failing[file] = path != 0 && strstr(path, "ioerror") != 0;
  return file;
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = va_arg(rest, int);
  va_end(rest);
  return note(((int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open64"))(path, flags, mode), path);
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = va_arg(rest, int);
  va_end(rest);
  return note(((int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open"))(path, flags, mode), path);
}

static int fails(int file) {
  if (file < 0 || file >= (int)sizeof failing || !failing[file]) return 0;
  errno = EIO;
  return 1;
}

ssize_t read(int file, void* to, size_t bytes) {
  if (fails(file)) return -1;
  return ((ssize_t(*)(int, void*, size_t))dlsym(RTLD_NEXT, "read"))(file, to, bytes);
}

ssize_t pread64(int file, void* to, size_t bytes, off64_t at) {
  if (fails(file)) return -1;
  return ((ssize_t(*)(int, void*, size_t, off64_t))dlsym(RTLD_NEXT, "pread64"))(file, to, bytes, at);
}

ssize_t pread(int file, void* to, size_t bytes, off_t at) {
  if (fails(file)) return -1;
  return ((ssize_t(*)(int, void*, size_t, off_t))dlsym(RTLD_NEXT, "pread"))(file, to, bytes, at);
}
