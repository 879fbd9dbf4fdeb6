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

struct view_record view_record_read(struct str line, bool is_error) {
  struct view_record record = { STR(""), line };
  struct str id, level, rest;
  if (!is_error || !has_stamp(line)) return record;
  rest = str_slice(line, STAMP_LEN + 1, line.len);
  if (!str_cut(rest, '\t', &id, &rest) || !str_cut(rest, '\t', &level, &rest) || !is_level(level)) return record;
  return (struct view_record){ level, rest };
}

static bool is_json(struct str line) {
  return str_starts(line, STR("{\"timestamp\":\""));
}

bool view_record_is_failure(struct str line) {
  struct view_record record = view_record_read(line, true);
  bool error = is_json(line) ? str_find(str_slice(line, 0, 100), STR("\"level\":\"ERROR\""), 0) != SIZE_MAX
                             : str_equal(record.level, STR("ERROR"));
  return error && str_ends(line, STR("]}")) && str_find(line, STR("\"stackTrace\":["), 0) != SIZE_MAX;
}

/* A text record has the message in front and the members behind it as JSON; a JSON record has all members at its end. */
bool view_record_tells(struct str line, struct str report) {
  static const struct str first = STR("{\"errorMessage\":\"");
  size_t second = str_find(report, STR(",\"errorType\":"), 0);
  if (!str_starts(report, first) || second == SIZE_MAX || !view_record_is_failure(line)) return false;
  if (is_json(line)) return str_ends(line, str_slice(report, 1, report.len));
  struct str members = str_slice(report, second + 1, report.len);
  return str_ends(line, members) && str_ends(str_slice(line, 0, line.len - members.len), STR(" {"));
}
