/* folder_fixture.h -- a real folder for tests that change files. */
#ifndef MOONWIRE_FOLDER_FIXTURE_H
#define MOONWIRE_FOLDER_FIXTURE_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

extern char folder[PATH_MAX]; /* absolute */

/* For each test. */
int folder_open(void **state);
int folder_close(void **state);

/* Names are relative to the folder; folder_path is good until the next call but three. */
const char *folder_path(const char *name);
void folder_write(const char *name, const char *text); /* truncates; makes the folders above */
void folder_make(const char *name);                    /* a folder, and those above */
void folder_rename(const char *from, const char *to);
void folder_link(const char *target, const char *name); /* symbolic */
void folder_remove(const char *name);

/* The content of a file; "(none)" when it cannot be read. `name` may be an absolute path. */
const char *folder_read(const char *name);

#endif
