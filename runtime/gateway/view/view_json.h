/* view_json.h -- the view for machines: one JSON object a line, valid UTF-8, appended to a buffer. Pure.
 *   {"type":"ready","service","stage","region","websocketUrl","controlUrl","consoleUrl","routes":[{"routeKey","function","handler"}]}
 *   {"type":"warning","text"}
 *   {"type":"log","time","function","environment","requestId"?,"stream":"stdout"|"stderr","text"}
 *   {"type":"invocation","time","function","route","connectionId","requestId","environment","cold","initMs"?,"waitedMs",
 *    "durationMs"?,"queueMs","handlerMs"?,"billedMs"?,"sends"?,"sendsMs"?,"eventBytes","resultBytes","generation","outcome","error"?:{"errorType","errorMessage","stackTrace"},"note"?}
 *   {"type":"fault","time","event":"set"|"reset"|"applied","fault"?,"connectionId"?,"text"}
 *   {"type":"environment","time","event":"ended","function","environment","exitStatus"|"signal","reason"?:"idle"}
 *   {"type":"reload","time","event":"done","changed","durationMs"}
 *   {"type":"reload","time","event":"refused","changed","error":{as above},"place"?,"line"?}
 * queueMs is what waitedMs has beside the start of the environment; handlerMs is durationMs without what calls of @connections
 * took here, when these are known to be its own (sends).
 * Times are ISO 8601, UTC. durationMs is missing when no environment ever got the invocation; environment is 0 then.
 */
#ifndef MOONWIRE_VIEW_JSON_H
#define MOONWIRE_VIEW_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "invoke.h"
#include "str.h"
#include "view.h"
#include "view_report.h"
#include "view_text.h" /* struct view_writer */

/* {"type":"x","time":"..." : what every record begins with that has a time. The rest is members with a comma in front, and "}". */
void view_json_begin(struct buf *out, const char *type, int64_t now_ms);

void view_json_ready(struct buf *out, const struct view_ready *ready);
void view_json_note(struct buf *out, int64_t now_ms, const char *connection_id, struct str text);
void view_json_fault(struct buf *out, int64_t now_ms, const struct fault_news *news);
void view_json_warning(struct buf *out, struct str text);

/* in may be NULL. */
void view_json_log(struct buf *out, int64_t now_ms, struct view_writer writer, const struct invoke *in, bool is_error,
                   struct str line);

/* report is NULL when the invocation did not fail. */
void view_json_invocation(struct buf *out, int64_t now_ms, struct str function, const struct invoke *in,
                          const struct view_report *report);

void view_json_reloaded(struct buf *out, int64_t now_ms, struct str changed, int64_t took_ns);
void view_json_refused(struct buf *out, int64_t now_ms, const struct view_refusal *refusal,
                       const struct view_report *report);

void view_json_ended(struct buf *out, int64_t now_ms, struct view_writer writer, int status, bool idle);

#endif
