#include "console_page.h"

#include <stdio.h>

#include "console_file.h"

enum { POLICY = 1024 /* bytes */ };

static const struct kind {
  struct str suffix, type;
} kinds[] = {
  { STR(".html"), STR("text/html; charset=utf-8") },
  { STR(".css"), STR("text/css; charset=utf-8") },
  { STR(".js"), STR("text/javascript; charset=utf-8") },
  { STR(".svg"), STR("image/svg+xml") },
};

static struct str type_of(struct str name) {
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (str_ends(name, kinds[i].suffix)) return kinds[i].type;
  return STR("application/octet-stream");
}

/* "127.0.0.1:3001" of "ws://127.0.0.1:3001/dev" */
static struct str authority_of(struct str url) {
  struct str authority, stage;
  size_t at = str_find(url, STR("://"), 0);
  if (at == SIZE_MAX) return STR("");
  str_cut(str_slice(url, at + 3, url.len), '/', &authority, &stage);
  return authority;
}

/* A source of a policy has no form for addresses of IPv6 (section 2.3.1). */
void console_page_policy(char *out, size_t size, struct str websocket_url) {
  struct str authority = authority_of(websocket_url);
  size_t colon = str_find_last(authority, STR(":"));
  struct str port = str_slice(authority, colon == SIZE_MAX ? authority.len : colon, authority.len);
  bool named = authority.len > 0 && !str_starts(authority, STR("["));
  snprintf(out, size,
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' "
           "ws://127.0.0.1%.*s ws://localhost%.*s%s%.*s; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
           STR_ARG(port), STR_ARG(port), named ? " ws://" : "", STR_ARG(named ? authority : STR("")));
}

static void answer(struct exchange *x, int status, struct str type, struct str body, struct str websocket_url) {
  char policy[POLICY];
  console_page_policy(policy, sizeof policy, websocket_url);
  const struct field headers[] = {
    { STR("Content-Type"), type },
    { STR("Cache-Control"), STR("no-store") },
    { STR("X-Content-Type-Options"), STR("nosniff") },
    { STR("Referrer-Policy"), STR("no-referrer") },
    { STR("Cross-Origin-Resource-Policy"), STR("same-origin") },
    { STR("X-Frame-Options"), STR("DENY") },
    { STR("Content-Security-Policy"), str_from(policy) },
  };
  exchange_answer(x, status, (struct fields){ headers, sizeof headers / sizeof *headers }, body);
}

static const struct console_file *find(struct str name) {
  for (size_t i = 0; i < console_file_count; i++)
    if (str_equal(name, str_from(console_files[i].name))) return &console_files[i];
  return NULL;
}

bool console_page_request(struct exchange *x, struct str websocket_url) {
  static const struct str folder = { "/console/", 9 };
  const struct str json = STR("application/json");
  struct str name = str_equal(x->path, STR("/")) ? STR("console.html") : str_slice(x->path, folder.len, x->path.len);
  if (!str_equal(x->path, STR("/")) && !str_starts(x->path, folder)) return false;
  const struct console_file *file = find(name);
  if (!file)
    answer(x, 404, json, STR("{\"message\":\"Not Found\"}"), websocket_url);
  else if (!str_equal(x->method, STR("GET")) && !str_equal(x->method, STR("HEAD")))
    answer(x, 405, json, STR("{\"message\":\"Method Not Allowed\"}"), websocket_url);
  else
    answer(x, 200, type_of(name), str_of((const char *)file->bytes, file->size), websocket_url);
  return true;
}
