#include "container_place.h"

#include "buf.h"
#include "http.h"

enum { URL_MAX = 8192 };

/* "host", or "[host]", of "host:port"; empty when it is neither. */
static struct str host_of(struct str authority) {
  size_t bracket = str_starts(authority, STR("[")) ? str_find(authority, STR("]"), 0) : 0;
  if (bracket == SIZE_MAX) return STR("");
  size_t colon = str_find(authority, STR(":"), bracket), behind = bracket > 0 ? bracket + 1 : colon;
  int64_t port;
  if (colon == SIZE_MAX) return bracket > 0 && behind < authority.len ? STR("") : authority;
  if (behind != colon || !str_to_int64(str_slice(authority, colon + 1, authority.len), &port)) return STR("");
  return str_slice(authority, 0, colon);
}

/* "127.0.0.1" and its like: four numbers, as they are usually written. */
static bool is_loopback(struct str host) {
  struct str part, rest = host;
  int64_t number;
  if (!str_starts(host, STR("127."))) return false;
  for (int i = 0; i < 4; i++) {
    if (str_cut(rest, '.', &part, &rest) != (i < 3) || !str_to_int64(part, &number)) return false;
    if (number > 255 || (part.len > 1 && part.ptr[0] == '0')) return false;
  }
  return true;
}

static bool is_trusted(struct str host, struct str runtime_api) {
  static const char *const hosts[] = { "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]" };
  struct str lambda, path;
  if (host.len == 0) return false;
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
    if (str_equal_nocase(host, str_from(hosts[i]))) return true;
  str_cut(runtime_api, '/', &lambda, &path);
  return is_loopback(host) || str_equal_nocase(host, host_of(lambda));
}

/* Up to the path, the query or the fragment. */
static size_t end_of_authority(struct str url, size_t from) {
  while (from < url.len && url.ptr[from] != '/' && url.ptr[from] != '?' && url.ptr[from] != '#') from++;
  return from;
}

static bool check_full(struct container_place *place, struct str runtime_api, char err[ERR_LEN]) {
  struct str url = place->url;
  if (!http_url_check(url, err)) return fail_in(err, CONTAINER_FULL_URI);
  size_t from = str_find(url, STR("://"), 0) + 3, to = end_of_authority(url, from);
  struct str host = host_of(str_slice(url, from, to));
  place->origin = str_slice(url, 0, to);
  if (host.len == 0 || str_find(host, STR("@"), 0) != SIZE_MAX || str_find(host, STR("\\"), 0) != SIZE_MAX)
    return fail(err, CONTAINER_FULL_URI " must have a host, perhaps a port, and no user name");
  if (str_equal_nocase(str_slice(url, 0, from), STR("https://")) || is_trusted(host, runtime_api)) return true;
  return fail(err,
              CONTAINER_FULL_URI " must be https, or have a loopback address, 169.254.170.2, 169.254.170.23, "
                                 "[fd00:ec2::23] or the host of AWS_LAMBDA_RUNTIME_API; its host is %.*s",
              STR_ARG(host));
}

static bool make_relative(struct container_place *place, struct str path, struct arena *memory, char err[ERR_LEN]) {
  struct buf url;
  if (!str_starts(path, STR("/"))) return fail(err, CONTAINER_RELATIVE_URI " must begin with \"/\"");
  place->origin = STR("http://169.254.170.2");
  buf_init(&url, URL_MAX);
  buf_add(&url, place->origin);
  buf_add(&url, path);
  place->url = url.failed ? STR("") : arena_copy(memory, buf_str(&url));
  buf_free(&url);
  if (place->url.len == 0) return fail(err, CONTAINER_RELATIVE_URI " must be shorter than %d bytes", URL_MAX);
  return http_url_check(place->url, err) || fail_in(err, CONTAINER_RELATIVE_URI);
}

bool container_place_find(const struct container_variables *variables, struct arena *memory,
                          struct container_place *place, char err[ERR_LEN]) {
  *place = (struct container_place){ 0 };
  if (variables->relative_uri.len > 0) {
    place->variable = CONTAINER_RELATIVE_URI;
    return make_relative(place, variables->relative_uri, memory, err);
  }
  if (variables->full_uri.len == 0) return true;
  place->variable = CONTAINER_FULL_URI;
  place->url = variables->full_uri;
  return check_full(place, variables->runtime_api, err);
}

bool container_token_check(struct str token, const char *source, char err[ERR_LEN]) {
  if (token.len == 0) return fail(err, "%s is empty", source);
  for (size_t i = 0; i < token.len; i++)
    if ((unsigned char)token.ptr[i] < ' ' || token.ptr[i] == 127)
      return fail(err, "%s holds a line break or another control character", source);
  return true;
}
