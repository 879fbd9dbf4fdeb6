#include "console_store.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "err.h"
#include "loop.h"
#include "model_json.h"

/* What of https://sqlite.org/c3ref/intro.html is used. */
struct library {
  void *handle;
  int (*open)(const char *path, void **out, int flags, const char *vfs);
  int (*close)(void *db);
  int (*prepare)(void *db, const char *sql, int bytes, void **out, const char **tail);
  int (*bind_text)(void *statement, int index, const char *text, int bytes, intptr_t destructor);
  int (*bind_int)(void *statement, int index, int number);
  int (*step)(void *statement);
  int (*finalize)(void *statement);
  const char *(*text)(void *statement, int column);
  int (*bytes)(void *statement, int column);
  int64_t (*number)(void *statement, int column);
  const char *(*message)(void *db);
  void (*progress)(void *db, int steps, int (*is_enough)(void *ctx), void *ctx);
};

enum {
  OK = 0,
  ROW = 100,
  DONE = 101,
  INTERRUPT = 9,
  STEPS = 10000,           /* of SQLite's machine, between two looks at the clock */
  MOST_MS = 100,           /* of a reading: everybody waits for it */
  READ_ONLY = 0x1 | 0x8000 /* SQLITE_OPEN_READONLY, NOMUTEX: there is one thread */
};

#define TRANSIENT (-1) /* SQLite copies the text */

static bool find(struct library *library, const char *name, void **function, char err[ERR_LEN]) {
  *function = dlsym(library->handle, name);
  return *function || fail(err, "libsqlite3.so.0 has no %s", name);
}

/* It stays open: its own thread-free state is small, and it will be asked for again. */
static bool load(struct library *library, char err[ERR_LEN]) {
  library->handle = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library->handle) return fail(err, "libsqlite3.so.0 cannot be loaded: install the package libsqlite3-0");
  return find(library, "sqlite3_open_v2", (void **)&library->open, err) &&
         find(library, "sqlite3_close_v2", (void **)&library->close, err) &&
         find(library, "sqlite3_prepare_v2", (void **)&library->prepare, err) &&
         find(library, "sqlite3_bind_text", (void **)&library->bind_text, err) &&
         find(library, "sqlite3_bind_int", (void **)&library->bind_int, err) &&
         find(library, "sqlite3_step", (void **)&library->step, err) &&
         find(library, "sqlite3_finalize", (void **)&library->finalize, err) &&
         find(library, "sqlite3_column_text", (void **)&library->text, err) &&
         find(library, "sqlite3_column_bytes", (void **)&library->bytes, err) &&
         find(library, "sqlite3_column_int64", (void **)&library->number, err) &&
         find(library, "sqlite3_errmsg", (void **)&library->message, err) &&
         find(library, "sqlite3_progress_handler", (void **)&library->progress, err);
}

/* A read of the store. */
struct reading {
  const struct library *library;
  void *db;
  struct str scope;
  struct buf *out;
  bool begun;   /* a room is being written */
  size_t count; /* users */
  int64_t until_ns;
};

static int is_late(void *ctx) {
  const struct reading *r = ctx;
  return clock_monotonic_ns() > r->until_ns;
}

static struct str text_of(const struct reading *r, void *statement, int column) {
  const char *text = r->library->text(statement, column);
  return str_of(text ? text : "", text ? (size_t)r->library->bytes(statement, column) : 0);
}

/* Runs a query with the scope and a limit as its parameters; each row is handed over. */
static bool query(struct reading *r, const char *sql, int limit, void (*row)(struct reading *r, void *statement),
                  char err[ERR_LEN]) {
  const struct library *l = r->library;
  void *statement = NULL;
  int code = l->prepare(r->db, sql, -1, &statement, NULL);
  if (code == OK) code = l->bind_text(statement, 1, r->scope.ptr, (int)r->scope.len, TRANSIENT);
  if (code == OK) code = l->bind_int(statement, 2, limit);
  while (code == OK && (code = l->step(statement)) == ROW) {
    row(r, statement);
    code = OK;
  }
  if (code == INTERRUPT)
    fail(err, "there are too many connections in rooms to show them");
  else if (code != DONE)
    fail(err, "the store cannot be read now: %s", l->message(r->db));
  l->finalize(statement);
  return code == DONE;
}

static void add_member(struct reading *r, struct str id, struct str user) {
  struct buf *out = r->out;
  if (out->len > 0 && out->ptr[out->len - 1] == '}') buf_add_char(out, ',');
  buf_add_char(out, '{');
  model_json_text(out, STR("connectionId"), id);
  if (user.len > 0) model_json_text(out, STR("user"), user);
  buf_add_char(out, '}');
}

/* room, count, number of the member in it, id, user: members of a room stand together. */
static void add_row(struct reading *r, void *statement) {
  struct buf *out = r->out;
  if (r->library->number(statement, 2) == 1) {
    buf_add(out, r->begun ? STR("]},{") : STR("{"));
    model_json_text(out, STR("name"), text_of(r, statement, 0));
    model_json_int(out, STR("count"), r->library->number(statement, 1));
    model_json_name(out, STR("members"));
    buf_add_char(out, '[');
    r->begun = true;
  }
  add_member(r, text_of(r, statement, 3), text_of(r, statement, 4));
}

static void add_signed_in(struct reading *r, void *statement) {
  add_member(r, text_of(r, statement, 0), text_of(r, statement, 1));
}

static void take_count(struct reading *r, void *statement) {
  r->count = (size_t)r->library->number(statement, 0);
}

static bool read_all(struct reading *r, char err[ERR_LEN]) {
  static const char rooms[] =
      "SELECT m.room, r.n, row_number() OVER (PARTITION BY m.room ORDER BY m.id) AS place, m.id, c.user FROM member m "
      "JOIN (SELECT room, count(*) AS n FROM member WHERE scope = ?1 GROUP BY room ORDER BY n DESC, room LIMIT ?2) r "
      "ON r.room = m.room JOIN connection c ON c.scope = m.scope AND c.id = m.id WHERE m.scope = ?1 "
      "ORDER BY r.n DESC, m.room, place";
  static const char limited[] = "SELECT * FROM (%s) WHERE place <= %d";
  struct buf sql;
  buf_init(&sql, sizeof rooms + sizeof limited + 16);
  buf_addf(&sql, limited, rooms, CONSOLE_STORE_MEMBERS);
  model_json_name(r->out, STR("rooms"));
  buf_add_char(r->out, '[');
  bool ok = query(r, buf_text(&sql), CONSOLE_STORE_ROOMS, add_row, err);
  buf_add(r->out, r->begun ? STR("]}]") : STR("]"));
  buf_free(&sql);
  model_json_name(r->out, STR("signedIn"));
  buf_add_char(r->out, '[');
  ok =
      ok && query(r, "SELECT id, user FROM connection WHERE scope = ?1 AND user IS NOT NULL ORDER BY user, id LIMIT ?2",
                  CONSOLE_STORE_ROOMS, add_signed_in, err);
  buf_add_char(r->out, ']');
  ok = ok && query(r, "SELECT count(DISTINCT user) FROM connection WHERE scope = ?1 LIMIT ?2", 1, take_count, err);
  model_json_int(r->out, STR("users"), (int64_t)r->count);
  return ok;
}

static void write_nothing(struct buf *out, const char *note) {
  if (note[0]) model_json_text(out, STR("note"), str_from(note));
  if (out->len > 0 && out->ptr[out->len - 1] != '{') buf_add_char(out, ',');
  buf_add(out, STR("\"rooms\":[],\"signedIn\":[],\"users\":0"));
}

/* Whether a file of the store, which may be missing, is one that can be read without waiting. */
static bool is_plain(const char *path, const char *suffix, bool missing) {
  char name[PATH_MAX];
  struct stat about;
  int len = snprintf(name, sizeof name, "%s%s", path, suffix);
  if (len < 0 || (size_t)len >= sizeof name) return false;
  return stat(name, &about) == 0 ? S_ISREG(about.st_mode) : missing;
}

static bool is_there(const char *path) {
  return is_plain(path, "", false) && is_plain(path, "-wal", true) && is_plain(path, "-shm", true) &&
         is_plain(path, "-journal", true);
}

void console_store_write(struct buf *out, const char *path, struct str scope) {
  static struct library library;
  struct reading r = { .library = &library, .scope = scope, .out = out };
  char err[ERR_LEN] = "";
  size_t start = out->len;
  bool ok = is_there(path) && (library.progress || load(&library, err));
  if (ok && library.open(path, &r.db, READ_ONLY, NULL) != OK)
    ok = fail(err, "the store cannot be opened: %s", r.db ? library.message(r.db) : "out of memory");
  if (ok) {
    r.until_ns = clock_monotonic_ns() + MOST_MS * 1000000LL;
    library.progress(r.db, STEPS, is_late, &r);
    ok = read_all(&r, err);
  }
  if (r.db) library.close(r.db);
  if (ok) return;
  out->len = start;
  write_nothing(out, err);
}
