#include "console_traffic.h"

#include "console.h"
#include "json_write.h"
#include "utf8.h"
#include "view_json.h"

enum { SHOWN = 1024 /* bytes of a header or an id */ };

/* Records: each member begins with its comma */

static struct buf *begin(struct console *console, const char *type) {
  struct buf *out = &console->record;
  buf_clear(out);
  view_json_begin(out, type, clock_unix_ms());
  return out;
}

static void end(struct console *console) {
  buf_add_char(&console->record, '}');
  console_add(console, buf_str(&console->record));
  buf_clear(&console->record);
}

static void add_text(struct buf *out, const char *name, struct str text) {
  buf_addf(out, ",\"%s\":", name);
  json_write_string_utf8(out, text);
}

static void add_known(struct buf *out, const char *name, struct str text) {
  if (text.len > 0) add_text(out, name, text);
}

static void add_client(struct buf *out, const struct console_client *client) {
  add_known(out, "connectionId", str_from(client->connection_id));
  add_text(out, "sourceIp", client->source_ip);
  add_known(out, "origin", str_slice(client->origin, 0, SHOWN));
}

/* Clients */

void console_opened(struct console *console, const struct console_client *client) {
  if (!console) return;
  console_totals_opened(&console->totals, clock_unix_ms());
  if (!console->watched) return;
  struct buf *out = begin(console, "connection");
  add_text(out, "event", STR("opened"));
  add_client(out, client);
  end(console);
}

void console_refused(struct console *console, const struct console_client *client) {
  if (!console || !console->watched) return;
  struct buf *out = begin(console, "connection");
  add_text(out, "event", STR("refused"));
  add_client(out, client);
  if (client->status > 0) buf_addf(out, ",\"status\":%d", client->status);
  add_known(out, "reason", client->reason);
  end(console);
}

void console_closed(struct console *console, const struct console_end *closed) {
  if (!console) return;
  console_totals_closed(&console->totals, closed->opened_ms, clock_unix_ms());
  if (!console->watched) return;
  struct buf *out = begin(console, "connection");
  add_text(out, "event", STR("closed"));
  add_text(out, "connectionId", str_from(closed->connection_id));
  add_text(out, "sourceIp", closed->source_ip);
  buf_addf(out, ",\"code\":%d", closed->code);
  add_known(out, "reason", closed->reason);
  end(console);
}

/* Messages */

void console_message(struct console *console, const struct console_frame *frame) {
  if (!console) return;
  console_totals_message(&console->totals, frame->is_out, frame->text.len);
  if (!console->watched) return;
  struct buf *out = begin(console, "frame");
  struct str shown = utf8_cut(frame->text, CONSOLE_FRAME_TEXT);
  add_text(out, "connectionId", str_from(frame->connection_id));
  add_text(out, "direction", frame->is_out ? STR("out") : STR("in"));
  buf_addf(out, ",\"bytes\":%zu", frame->text.len);
  if (frame->via) add_text(out, "via", str_from(frame->via));
  add_known(out, "requestId", str_from(frame->request_id));
  add_text(out, "text", shown);
  if (shown.len < frame->text.len) buf_add(out, STR(",\"truncated\":true"));
  end(console);
}

void console_posted(struct console *console, const struct console_post *post) {
  if (!console) return;
  console_totals_posted(&console->totals, post->status);
  if (!console->watched) return;
  struct buf *out = begin(console, "send");
  add_text(out, "connectionId", str_slice(post->connection_id, 0, SHOWN));
  buf_addf(out, ",\"status\":%d,\"bytes\":%zu,\"tookMs\":%.3f", post->status, post->bytes, (double)post->took_ns / 1e6);
  add_known(out, "requestId", str_from(post->request_id));
  end(console);
}
