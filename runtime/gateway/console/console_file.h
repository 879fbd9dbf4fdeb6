/* console_file.h -- the files of the page, linked into the program: those of runtime/gateway/console/page, made into
 * gen/console_page.c by tools/embed-files.lua.
 */
#ifndef MOONWIRE_CONSOLE_FILE_H
#define MOONWIRE_CONSOLE_FILE_H

#include <stddef.h>

struct console_file {
  const char *name; /* "console.html" */
  const unsigned char *bytes;
  size_t size;
};

extern const struct console_file console_files[];
extern const size_t console_file_count;

#endif
