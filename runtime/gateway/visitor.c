#include "visitor.h"

#include <arpa/inet.h>

#include "shown.h"

enum { ADDRESS_MAX = 64 };

/* The host of "host:port", "[::1]:3001" or "host"; an address of IPv6 without its brackets. */
static struct str host_of(struct str authority) {
  size_t end = 0;
  if (str_starts(authority, STR("["))) {
    end = str_find(authority, STR("]"), 0);
    return end == SIZE_MAX ? authority : str_slice(authority, 1, end);
  }
  end = str_find(authority, STR(":"), 0);
  return end == SIZE_MAX ? authority : str_slice(authority, 0, end);
}

static bool is_address(struct str host) {
  char text[ADDRESS_MAX];
  unsigned char bytes[sizeof(struct in6_addr)];
  return str_copy(host, text, sizeof text) &&
         (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1);
}

static bool is_localhost(struct str host) {
  struct str below = STR(".localhost"), plain = STR("localhost");
  return str_equal_nocase(host, plain) ||
         (host.len > below.len && str_equal_nocase(str_slice(host, host.len - below.len, host.len), below));
}

bool visitor_is_loopback(struct str authority) {
  struct str host = host_of(authority);
  if (is_localhost(host) || str_equal(host, STR("::1"))) return true;
  return is_address(host) && str_starts(host, STR("127."));
}

/* "https://app.example:8080" gives "app.example:8080"; empty for what has no authority: "null", "file://". */
static struct str authority_of(struct str origin) {
  size_t at = str_find(origin, STR("://"), 0);
  return at == SIZE_MAX ? str_slice(origin, 0, 0) : str_slice(origin, at + 3, origin.len);
}

static bool is_allowed_origin(struct str origin, struct visitor_origins allowed) {
  for (size_t i = 0; i < allowed.count; i++)
    if (str_equal(allowed.list[i], STR("*")) || str_equal_nocase(allowed.list[i], origin)) return true;
  return false;
}

static bool is_allowed_host(struct str host, struct visitor_origins allowed) {
  for (size_t i = 0; i < allowed.count; i++)
    if (str_equal(allowed.list[i], STR("*")) || str_equal_nocase(host_of(authority_of(allowed.list[i])), host))
      return true;
  return false;
}

bool visitor_knows_host(struct fields headers, struct visitor_origins allowed, char err[ERR_LEN]) {
  struct str host = host_of(field_header(headers, STR("Host")));
  if (host.len == 0 || is_address(host) || is_localhost(host) || is_allowed_host(host, allowed)) return true;
  return fail(err, "a client that calls us \"%s\" was refused: --allow-origin http://%s lets it in",
              shown_of(host).text, shown_of(host).text);
}

/* Pictures, scripts and frames of a page come without an Origin. What somebody goes to, by a link or as the last step of a login
 * elsewhere, is that person's own doing (Fetch Metadata Request Headers, section 2). */
static bool is_embedded(struct fields headers) {
  bool is_elsewhere = str_equal(field_header(headers, STR("Sec-Fetch-Site")), STR("cross-site"));
  bool goes_there = str_equal(field_header(headers, STR("Sec-Fetch-Mode")), STR("navigate")) &&
                    str_equal(field_header(headers, STR("Sec-Fetch-Dest")), STR("document"));
  return is_elsewhere && !goes_there;
}

bool visitor_may_enter(struct fields headers, struct visitor_origins allowed, char err[ERR_LEN]) {
  struct str host = host_of(field_header(headers, STR("Host"))), origin = field_header(headers, STR("Origin"));
  struct str site = authority_of(origin);
  if (!visitor_knows_host(headers, allowed, err)) return false;
  if (!origin.ptr && is_embedded(headers) && !is_allowed_origin(STR("*"), allowed))
    return fail(err, "a page of another site was refused that did not say which; --allow-origin '*' lets all in");
  if (!origin.ptr || str_equal(origin, STR("file://")) || is_allowed_origin(origin, allowed)) return true;
  if (site.len > 0 && (visitor_is_loopback(site) || str_equal_nocase(host_of(site), host))) return true;
  if (str_equal(origin, STR("null")))
    return fail(err,
                "a page from the disk, or in a sandboxed frame, was refused: --allow-origin null lets such pages in");
  return fail(err, "a page of %s was refused: --allow-origin %s lets it in", shown_of(origin).text,
              shown_of(origin).text);
}

bool visitor_is_local(struct fields headers) {
  struct str origin = field_header(headers, STR("Origin")), site = field_header(headers, STR("Sec-Fetch-Site"));
  if (!visitor_is_loopback(field_header(headers, STR("Host")))) return false;
  if (site.len > 0 && !str_equal(site, STR("same-origin")) && !str_equal(site, STR("none"))) return false;
  return origin.len == 0 || (str_starts(origin, STR("http://")) && visitor_is_loopback(authority_of(origin)));
}
