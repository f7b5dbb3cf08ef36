// Stands for `annulet score` where only the coordinator is measured: leaves the result that ANNULET_STUB names, and empty tables of cells.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int leave(const char* out, const char* name, const char* text, ssize_t bytes) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", out, name);
  const int to = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
  const int whole = to >= 0 && write(to, text, (size_t)bytes) == bytes;
  if (to >= 0) close(to);
  return whole;
}

int main(int count, char** words) {
  if (count > 1 && strcmp(words[1], "--version") == 0) return 0;
  static char text[1 << 16];
  const char* out = 0;
  for (int i = 1; i < count; ++i) {
    if (strncmp(words[i], "--out=", 6) == 0) out = words[i] + 6;
  }
  const char* stub = getenv("ANNULET_STUB");
  if (out == 0 || stub == 0) return 2;
  const int from = open(stub, O_RDONLY);
  const ssize_t bytes = from < 0 ? -1 : read(from, text, sizeof text);
  if (bytes <= 0 || mkdir(out, 0755) != 0) return 5;
  const int whole = leave(out, "cells.csv.gz", "", 0) && leave(out, "cells.bin.gz", "", 0) && leave(out, "result.json", text, bytes);
  return whole ? 0 : 5;
}
