#include "task_root.h"

#include <ctype.h>

/* Whether a name goes on here: "/tmp/copy/3" is not part of "/tmp/copy/31". */
static bool goes_on(struct str text, size_t at) {
  return at < text.len && (isalnum((unsigned char)text.ptr[at]) || text.ptr[at] == '_' || text.ptr[at] == '-');
}

struct str task_root_show(struct buf *out, struct str text, struct str root, struct str directory) {
  size_t at = root.len > 0 ? str_find(text, root, 0) : SIZE_MAX, from = 0;
  if (at == SIZE_MAX) return text;
  for (; at != SIZE_MAX; at = str_find(text, root, from)) {
    size_t end = at + root.len;
    buf_add(out, str_slice(text, from, at));
    buf_add(out, goes_on(text, end) ? root : directory);
    from = end;
  }
  buf_add(out, str_slice(text, from, text.len));
  return out->failed ? text : buf_str(out);
}
