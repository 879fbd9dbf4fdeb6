/* view_reload.h -- what people are shown of a reload: lines of text, appended to a buffer. */
#ifndef MOONWIRE_VIEW_RELOAD_H
#define MOONWIRE_VIEW_RELOAD_H

#include "view.h"
#include "view_report.h"
#include "view_text.h"

/* "reloaded chat.lua in 23 ms" */
void view_text_reloaded(struct view_text *t, struct buf *out, int64_t now_ms, struct str changed, int64_t took_ns);

/* "chat.lua is not loaded: Type: message", and beneath it the line that is wrong, the stack, and the effect. Files that have
 * changed are not blamed for what is wrong elsewhere: "not reloaded (chat.lua has changed): ...". */
void view_text_refused(struct view_text *t, struct buf *out, int64_t now_ms, const struct view_refusal *refusal,
                       const struct view_report *report);

#endif
