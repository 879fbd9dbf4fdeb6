#include "json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <string.h>

#include "json_check.h"
#include "json_cover.h"

_Static_assert(JSON_DEPTH < CJSON_NESTING_LIMIT, "cJSON must not be the first to refuse depth");

/* Set in the type of a node whose strings were uncovered and may hold NUL. Their lengths are then in fields that such
 * nodes have no other use for: valueint for the name (numbers are read from valuedouble), valuedouble for the text. */
enum { UNCOVERED = 1 << 16 };

static struct arena *at_work; /* where cJSON allocates: json_parse sets it for the time of one call */

static void *allocate(size_t size) {
  return arena_alloc(at_work, size);
}

static void release(void *bytes) {
  (void)bytes;
}

static const struct json *from_cjson(const cJSON *node) {
  return (const struct json *)node;
}

static const cJSON *to_cjson(const struct json *node) {
  return (const cJSON *)node;
}

/* Uncovers the strings of a node, of those behind it and of those below. Calls itself once per level. */
static void uncover(cJSON *node) {
  for (; node; node = node->next) {
    node->type |= UNCOVERED;
    if (node->string) node->valueint = (int)json_uncover(node->string, strlen(node->string));
    if (node->valuestring) node->valuedouble = (double)json_uncover(node->valuestring, strlen(node->valuestring));
    uncover(node->child);
  }
}

bool json_parse(struct arena *arena, struct str text, const struct json **root, char err[ERR_LEN]) {
  bool cover = false;
  *root = NULL;
  if (text.len >= INT32_MAX) return fail(err, "the JSON text is 2 GiB or longer");
  if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.len);
  if (text.len == 0) text = STR(""); /* never a NULL pointer */
  if (!json_check(text, &cover, err)) return false;
  if (cover) text = json_cover(arena, text);
  cJSON *node = NULL;
  if (text.ptr) {
    at_work = arena;
    cJSON_InitHooks(&(cJSON_Hooks){ .malloc_fn = allocate, .free_fn = release });
    node = cJSON_ParseWithLength(text.ptr, text.len);
    at_work = NULL;
  }
  if (!node) return fail(err, "memory is too short for a JSON text of %zu bytes", text.len);
  if (cover) uncover(node);
  *root = from_cjson(node);
  return true;
}

/* cJSON has one bit for each type; ours are the numbers of these bits. */
_Static_assert(cJSON_False == 1 << JSON_FALSE && cJSON_True == 1 << JSON_TRUE && cJSON_NULL == 1 << JSON_NULL &&
                   cJSON_Number == 1 << JSON_NUMBER && cJSON_String == 1 << JSON_STRING &&
                   cJSON_Array == 1 << JSON_ARRAY && cJSON_Object == 1 << JSON_OBJECT,
               "type_of relies on it");

static enum json_type type_of(const cJSON *node) {
  return (enum json_type)__builtin_ctz((unsigned)node->type);
}

static struct str name_of(const cJSON *node) {
  return str_of(node->string, node->type & UNCOVERED ? (size_t)node->valueint : strlen(node->string));
}

static struct str text_of(const cJSON *node) {
  return str_of(node->valuestring, node->type & UNCOVERED ? (size_t)node->valuedouble : strlen(node->valuestring));
}

void json_read(const struct json *json, struct json_item *item) {
  const cJSON *node = to_cjson(json);
  item->type = type_of(node);
  item->named = node->string != NULL;
  item->name = item->named ? name_of(node) : STR("");
  item->text = item->type == JSON_STRING ? text_of(node) : STR("");
  item->number = item->type == JSON_NUMBER ? node->valuedouble : 0;
  item->first = from_cjson(node->child);
  item->next = from_cjson(node->next);
}

size_t json_count(const struct json *json) {
  size_t count = 0;
  for (const cJSON *node = to_cjson(json)->child; node; node = node->next) count++;
  return count;
}

const struct json *json_member(const struct json *json, struct str name) {
  const cJSON *found = NULL;
  if (!json || type_of(to_cjson(json)) != JSON_OBJECT) return NULL;
  for (const cJSON *node = to_cjson(json)->child; node; node = node->next)
    if (str_equal(name_of(node), name)) found = node;
  return from_cjson(found);
}

struct str json_member_text(const struct json *json, struct str name) {
  const struct json *member = json_member(json, name);
  return member && type_of(to_cjson(member)) == JSON_STRING ? text_of(to_cjson(member)) : STR("");
}
