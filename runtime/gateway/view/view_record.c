#include "view_record.h"

enum { STAMP_LEN = 24 }; /* 2026-11-21T20:33:12.345Z */

static bool has_stamp(struct str line) {
  static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ\t";
  if (line.len < STAMP_LEN + 1) return false;
  for (size_t i = 0; i <= STAMP_LEN; i++) {
    char c = line.ptr[i];
    if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i]) return false;
  }
  return true;
}

static bool is_level(struct str word) {
  static const char *const levels[] = { "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    if (str_equal(word, str_from(levels[i]))) return true;
  return false;
}

/* Skips "name":"value" at *s. */
static bool skip_member(struct str *s, const char *name) {
  struct str rest = *s, quoted = str_from(name);
  if (!str_starts(rest, quoted)) return false;
  size_t at = quoted.len;
  while (at < rest.len && rest.ptr[at] != '"') at += rest.ptr[at] == '\\' ? 2 : 1;
  *s = str_slice(rest, at + 1, rest.len);
  return at < rest.len;
}

/* Takes the ids of a WebSocket invocation out. Strings of the fields cannot hold what begins them: quotes are escaped there. */
static void cut_ids(struct view_record *record) {
  static const char *const names[] = { "\"connectionId\":\"", ",\"routeKey\":\"", ",\"apiRequestId\":\"" };
  static const struct str begin = { " {\"connectionId\":\"", 18 };
  size_t at = str_find_last(record->message, begin);
  if (at == SIZE_MAX) return;
  struct str rest = str_slice(record->message, at + 2, record->message.len);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!skip_member(&rest, names[i])) return;
  if (!str_equal(rest, STR("}")) && !str_starts(rest, STR(","))) return;
  record->message = str_slice(record->message, 0, at);
  record->fields = str_slice(rest, 1, rest.len);
  record->has_ids = true;
}

/* Cuts what stands in front of a message. */
static bool cut_head(struct str line, struct str *id, struct str *level, struct str *rest) {
  if (!has_stamp(line)) return false;
  *rest = str_slice(line, STAMP_LEN + 1, line.len);
  return str_cut(*rest, '\t', id, rest) && str_cut(*rest, '\t', level, rest) && is_level(*level);
}

struct view_record view_record_read(struct str line, bool is_error) {
  struct view_record record = { .message = line };
  struct str id, level, rest;
  if (!is_error || !cut_head(line, &id, &level, &rest)) return record;
  record = (struct view_record){ .level = level, .message = rest };
  cut_ids(&record);
  return record;
}

static bool is_json(struct str line) {
  return str_starts(line, STR("{\"timestamp\":\""));
}

bool view_record_is_ready(struct str line) {
  struct view_record record = view_record_read(line, true);
  if (!is_json(line))
    return str_equal(record.level, STR("INFO")) && str_starts(record.message, STR("moonwire ")) &&
           str_find(record.message, STR(" is ready {\"version\":\""), 0) != SIZE_MAX;
  return str_find(line, STR("\"level\":\"INFO\",\"message\":\"moonwire "), 0) != SIZE_MAX &&
         str_find(line, STR(" is ready\",\"version\":\""), 0) != SIZE_MAX;
}

bool view_record_is_failure(struct str line) {
  struct view_record record = view_record_read(line, true);
  bool error = is_json(line) ? str_find(str_slice(line, 0, 100), STR("\"level\":\"ERROR\""), 0) != SIZE_MAX
                             : str_equal(record.level, STR("ERROR"));
  return error && str_ends(line, STR("]}")) && str_find(line, STR("\"stackTrace\":["), 0) != SIZE_MAX;
}

bool view_record_is_error_of(struct str line, struct str request_id) {
  struct str id, level, rest;
  return cut_head(line, &id, &level, &rest) && str_equal(id, request_id) && str_equal(level, STR("ERROR"));
}

bool view_record_is_event(struct str line) {
  return str_find(line, STR("the event of the invocation that failed"), 0) != SIZE_MAX;
}

/* A text record has the message in front and the members behind it as JSON, ids first; a JSON record has all members at its end. */
bool view_record_tells(struct str line, struct str report) {
  static const struct str first = STR("{\"errorMessage\":\"");
  size_t second = str_find(report, STR(",\"errorType\":"), 0);
  if (!str_starts(report, first) || second == SIZE_MAX || !view_record_is_failure(line)) return false;
  if (is_json(line)) return str_ends(line, str_slice(report, 1, report.len));
  struct str members = str_slice(report, second + 1, report.len);
  struct str before = str_slice(line, 0, line.len - members.len);
  return str_ends(line, members) && (str_ends(before, STR(" {")) || str_ends(before, STR("\",")));
}
