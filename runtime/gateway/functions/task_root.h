/* task_root.h -- functions run in a copy of the project's folder; what they say of files is shown as if it were the folder
 * itself. Pure.
 */
#ifndef MOONWIRE_TASK_ROOT_H
#define MOONWIRE_TASK_ROOT_H

#include "buf.h"
#include "str.h"

/* The text with `directory` wherever it names `root` ("/tmp/copy/3/app.lua", also root itself): the text as it is when it
 * never does, or when there is no root; else in *out. When *out has no room for it, the text as it is. */
struct str task_root_show(struct buf *out, struct str text, struct str root, struct str directory);

#endif
