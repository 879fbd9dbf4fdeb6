#include "intrinsic_name.h"

#include <stdio.h>

#include "shown.h"

/* A resource whose name Ref gives, and the ARN that Fn::GetAtt makes of it ("Return values" of each). */
struct kind {
  struct str type, name_property;
  const char *arn; /* up to the name; %R is the region, %A the account */
};

static const struct kind kinds[] = {
  { STR("AWS::DynamoDB::Table"), STR("TableName"), "arn:aws:dynamodb:%R:%A:table/" },
  { STR("AWS::Kinesis::Stream"), STR("Name"), "arn:aws:kinesis:%R:%A:stream/" },
  { STR("AWS::S3::Bucket"), STR("BucketName"), "arn:aws:s3:::" },
};

static void add_arn(const struct intrinsic_names *names, const char *form, struct buf *out) {
  for (; *form; form++) {
    if (*form != '%') {
      buf_add_char(out, *form);
      continue;
    }
    form++;
    buf_add(out, *form == 'R' ? names->region : STR(PROJECT_ACCOUNT));
  }
}

/* "AWS::..."; false when there is no such parameter. */
static bool add_pseudo(const struct intrinsic_names *names, struct str name, struct buf *out) {
  const struct {
    struct str name, value;
  } all[] = { { STR("AWS::AccountId"), STR(PROJECT_ACCOUNT) },
              { STR("AWS::Partition"), STR("aws") },
              { STR("AWS::Region"), names->region },
              { STR("AWS::URLSuffix"), STR("amazonaws.com") } };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (!str_equal(name, all[i].name)) continue;
    buf_add(out, all[i].value);
    return true;
  }
  return false;
}

/* How the Framework names the resource of a function: "chat-room" is ChatDashroomLambdaFunction. */
static bool is_resource_of(struct str resource, struct str function) {
  struct buf name;
  buf_init(&name, ERR_LEN);
  for (size_t i = 0; i < function.len; i++) {
    char c = function.ptr[i];
    if (c == '-' || c == '_')
      buf_add(&name, c == '-' ? STR("Dash") : STR("Underscore"));
    else
      buf_add_char(&name, i == 0 && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
  }
  buf_add(&name, STR("LambdaFunction"));
  bool equal = str_equal(resource, buf_str(&name));
  buf_free(&name);
  return equal;
}

static bool find_function_among(const struct yaml *map, struct str resource, struct str *out) {
  for (size_t i = 0; map->kind == YAML_MAP && i < map->count; i++) {
    const struct yaml *key = map->entries[i].key;
    if (!yaml_is_scalar(key) || !is_resource_of(resource, key->text)) continue;
    *out = key->text;
    return true;
  }
  return false;
}

static bool find_function(const struct intrinsic_names *names, struct str resource, struct str *out) {
  const struct yaml *all = names->functions;
  if (!str_ends(resource, STR("LambdaFunction")) || !all) return false;
  if (all->kind != YAML_LIST) return find_function_among(all, resource, out);
  for (size_t i = 0; i < all->count; i++)
    if (find_function_among(all->items[i], resource, out)) return true;
  return false;
}

/* The text that stands at `address` of a tree and is known; no pointer when there is none. */
static bool find_text(struct variables *v, const struct yaml *root, struct str address, struct str last,
                      struct str *out) {
  const struct yaml *node = NULL;
  *out = str_of(NULL, 0);
  if (root && !variables_walk(v, root, address, &node)) return false;
  if (node && !(node = variables_value(v, node))) return false;
  const struct yaml_entry *entry = yaml_entry_of(node, last); /* may have dots */
  if (!entry) return true;
  if (!(node = variables_value(v, entry->value))) return false;
  if (yaml_is_scalar(node) && node->kind != YAML_NULL) *out = node->text;
  return true;
}

/* The name that a resource of the service has in its properties. `resources` is a mapping with Resources, or a list. */
static bool find_resource(struct variables *v, struct str section, struct str resource, const struct kind **kind,
                          struct str *name) {
  struct str type;
  char address[ERR_LEN];
  *kind = NULL;
  if (section.len + resource.len > ERR_LEN / 2) return true;
  snprintf(address, sizeof address, "%.*s.Resources.%.*s", STR_ARG(section), STR_ARG(resource));
  if (!find_text(v, v->root, str_from(address), STR("Type"), &type)) return false;
  for (size_t i = 0; type.ptr && i < sizeof kinds / sizeof *kinds; i++)
    if (str_equal(type, kinds[i].type)) *kind = &kinds[i];
  if (!*kind) return true;
  snprintf(address, sizeof address, "%.*s.Resources.%.*s.Properties", STR_ARG(section), STR_ARG(resource));
  if (!find_text(v, v->root, str_from(address), (*kind)->name_property, name)) return false;
  if (!name->ptr) *kind = NULL;
  return true;
}

static bool find_any_resource(struct variables *v, struct str resource, const struct kind **kind, struct str *name) {
  enum { PARTS = 20 }; /* of a list */
  if (!find_resource(v, STR("resources"), resource, kind, name)) return false;
  for (int i = 0; !*kind && i < PARTS; i++) {
    char section[32];
    snprintf(section, sizeof section, "resources.%d", i);
    if (!find_resource(v, str_from(section), resource, kind, name)) return false;
  }
  return true;
}

/* What provider.stackName says, else the Framework's own name. */
static bool add_stack_name(const struct intrinsic_names *names, struct buf *out) {
  struct variables *v = names->variables;
  struct str own;
  if (!find_text(v, v->root, STR("provider"), STR("stackName"), &own)) return false;
  if (own.ptr)
    buf_add(out, own);
  else
    buf_addf(out, "%.*s-%.*s", STR_ARG(names->service), STR_ARG(names->stage));
  return true;
}

/* The Framework's names of the APIs; no pointer when it is none. */
static struct str find_api(const struct intrinsic_names *names, struct str resource) {
  if (names->api_id[0] && str_equal(resource, STR("WebsocketsApi"))) return str_from(names->api_id);
  if (names->http_api_id[0] && str_equal(resource, STR("HttpApi"))) return str_from(names->http_api_id);
  return str_of(NULL, 0);
}

enum intrinsic_known intrinsic_ref(struct project_report *report, struct yaml_line at, struct str name, struct buf *out,
                                   char why[ERR_LEN]) {
  const struct intrinsic_names *names = report->names;
  const struct kind *kind;
  struct str value;
  if (add_pseudo(names, name, out)) return INTRINSIC_KNOWN;
  if (str_equal(name, STR("AWS::StackName"))) return add_stack_name(names, out) ? INTRINSIC_KNOWN : INTRINSIC_REFUSED;
  if (str_starts(name, STR("AWS::"))) {
    fail(why, "%s is known on AWS only", shown_of(name).text);
    return INTRINSIC_NOT_KNOWN;
  }
  if (!find_text(names->variables, names->variables->local, STR("resources"), name, &value)) return INTRINSIC_REFUSED;
  if (!value.ptr) value = find_api(names, name);
  if (!value.ptr && find_function(names, name, &value)) {
    buf_addf(out, "%.*s-%.*s-", STR_ARG(names->service), STR_ARG(names->stage));
  } else if (!value.ptr) {
    if (!find_any_resource(names->variables, name, &kind, &value)) return INTRINSIC_REFUSED;
    if (!kind) {
      project_warn(report, at, PROJECT_UNKNOWN_HERE,
                   "the resource %s is \"%s\" here; say its name in the section resources of " VARIABLES_LOCAL_FILE,
                   shown_of(name).text, shown_of(name).text);
      value = name;
    }
  }
  buf_add(out, value);
  return INTRINSIC_KNOWN;
}

enum intrinsic_known intrinsic_attribute(struct project_report *report, struct str name, struct str attribute,
                                         struct buf *out, char why[ERR_LEN]) {
  const struct intrinsic_names *names = report->names;
  const struct kind *kind = NULL;
  struct str value, function;
  char key[ERR_LEN];
  snprintf(key, sizeof key, "%.*s.%.*s", STR_ARG(name), STR_ARG(attribute));
  if (!find_text(names->variables, names->variables->local, STR("resources"), str_from(key), &value))
    return INTRINSIC_REFUSED;
  bool arn = !value.ptr && str_equal(attribute, STR("Arn"));
  if (value.ptr) {
    buf_add(out, value);
  } else if (arn && find_function(names, name, &function)) {
    add_arn(names, "arn:aws:lambda:%R:%A:function:", out);
    buf_addf(out, "%.*s-%.*s-%.*s", STR_ARG(names->service), STR_ARG(names->stage), STR_ARG(function));
  } else if (arn && !find_any_resource(names->variables, name, &kind, &value)) {
    return INTRINSIC_REFUSED;
  } else if (kind) {
    add_arn(names, kind->arn, out);
    buf_add(out, value);
  } else {
    fail(why, "say what %s is in the section resources of " VARIABLES_LOCAL_FILE, shown_of(str_from(key)).text);
    return INTRINSIC_NOT_KNOWN;
  }
  return INTRINSIC_KNOWN;
}
