#include "variable_source.h"

#include "project.h"
#include "shown.h"
#include "variable_value.h"

/* A source with its parameters and address filled in. */
struct call {
  struct str type, address;
  struct str parameters[VARIABLE_PARAMETERS];
  int parameter_count;
};

typedef bool ask_source(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out);

static bool text_of(struct variables *v, const struct yaml *at, struct str text, const struct yaml **out) {
  *out = variables_scalar(v, at->line, YAML_STRING, text, true);
  return *out;
}

static const struct field *find_field(struct fields fields, struct str name) {
  for (size_t i = fields.count; i > 0; i--)
    if (str_equal(fields.list[i - 1].name, name)) return &fields.list[i - 1];
  return NULL;
}

/* A scalar of the service, or nothing. */
static bool own_scalar(struct variables *v, struct str address, struct str *out) {
  const struct yaml *node;
  if (!variables_walk(v, v->root, address, &node)) return false;
  if (node && !(node = variables_value(v, node))) return false;
  *out = node && yaml_is_scalar(node) ? node->text : str_of(NULL, 0);
  return true;
}

bool variable_stage(struct variables *v, struct str *out) {
  *out = v->surroundings->kept ? v->surroundings->kept->stage : v->surroundings->stage;
  if (out->len == 0 && !own_scalar(v, STR("provider.stage"), out)) return false;
  if (out->len == 0) *out = STR("dev");
  return true;
}

/* What `self` stands for where a kept name is written; empty for anything else. What the command line replaces is no name of
 * the file, and a default that the file need not write stands nowhere. */
static struct str kept_at(const struct variables *v, struct str address, bool is_written) {
  const struct project_names *kept = v->surroundings->kept;
  bool service = str_equal(address, STR("service")) || str_equal(address, STR("service.name"));
  bool stage = str_equal(address, STR("provider.stage")) && v->surroundings->stage.len == 0;
  bool region = str_equal(address, STR("provider.region")) && !find_field(v->surroundings->options, STR("region"));
  if (kept && service && is_written) return kept->service;
  if (kept && stage && (is_written || !str_equal(kept->stage, STR("dev")))) return kept->stage;
  if (kept && region && (is_written || !str_equal(kept->region, STR(PROJECT_REGION)))) return kept->region;
  return STR("");
}

static bool ask_self(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  if (!variables_walk(v, v->root, call->address, out)) return false;
  struct str kept = kept_at(v, call->address, *out);
  if (kept.len > 0) return text_of(v, at, kept, out);
  fail(v->why, "nothing stands at %s", shown_of(call->address).text);
  return true;
}

static bool ask_file(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  (void)at;
  struct str path = call->parameter_count > 0 ? call->parameters[0] : STR("");
  if (!variable_files_read(v, path, out)) return false;
  if (!*out || call->address.len == 0) return true;
  bool ok = variables_walk(v, *out, call->address, out);
  fail(v->why, "%s has nothing at %s", shown_of(path).text, shown_of(call->address).text);
  return ok;
}

static bool ask_env(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  struct str value = { NULL, 0 };
  const struct field *own = find_field(v->dotenv, call->address);
  if (v->surroundings->variable && call->address.len > 0 && !memchr(call->address.ptr, '\0', call->address.len))
    value = v->surroundings->variable(call->address.ptr);
  if (value.len == 0 && own) value = own->value;
  if (value.len > 0) return text_of(v, at, value, out);
  fail(v->why, "the environment has no %s", shown_of(call->address).text);
  return true;
}

static bool ask_opt(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  const struct field *given = find_field(v->surroundings->options, call->address);
  bool stage = str_equal(call->address, STR("stage")) && v->surroundings->stage.len > 0;
  if (stage) return text_of(v, at, v->surroundings->stage, out);
  if (given) return text_of(v, at, given->value, out);
  fail(v->why, "moonwire dev was not told --opt %s=...", shown_of(call->address).text);
  return true;
}

static bool ask_sls(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  struct str stage;
  if (str_equal(call->address, STR("stage"))) return variable_stage(v, &stage) && text_of(v, at, stage, out);
  if (str_equal(call->address, STR("instanceId"))) return text_of(v, at, v->surroundings->instance_id, out);
  fail(v->why, "there are ${sls:stage} and ${sls:instanceId}");
  return true;
}

static bool ask_aws(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  const struct field *given = find_field(v->surroundings->options, STR("region"));
  const struct project_names *kept = v->surroundings->kept;
  struct str region = kept ? kept->region : given ? given->value : STR("");
  if (str_equal(call->address, STR("accountId"))) return text_of(v, at, STR(PROJECT_ACCOUNT), out);
  if (!str_equal(call->address, STR("region"))) {
    fail(v->why, "there are ${aws:accountId} and ${aws:region}");
    return true;
  }
  if (region.len == 0 && !own_scalar(v, STR("provider.region"), &region)) return false;
  return text_of(v, at, region.len > 0 ? region : STR(PROJECT_REGION), out);
}

/* The entry of a mapping that stands at an address; *out stays when there is none. Names may have dots. */
static bool find_entry(struct variables *v, const struct yaml *root, struct str address, struct str name,
                       const struct yaml **out) {
  const struct yaml *map = NULL;
  if (root && !variables_walk(v, root, address, &map)) return false;
  if (map && !(map = variables_value(v, map))) return false;
  if (map && !variables_work(v, map->count + 1)) return false;
  const struct yaml_entry *entry = yaml_entry_of(map, name);
  if (entry) *out = entry->value;
  return true;
}

/* A parameter of a stage: below `params`, or where version 4 of the Framework has them, below `stages`. */
static bool find_param(struct variables *v, struct str stage, struct str name, const struct yaml **out) {
  struct buf address;
  buf_init(&address, VARIABLES_TEXT_MAX);
  buf_addf(&address, "params.%.*s", STR_ARG(stage));
  bool ok = find_entry(v, v->root, buf_str(&address), name, out);
  buf_clear(&address);
  buf_addf(&address, "stages.%.*s.params", STR_ARG(stage));
  ok = ok && (*out || find_entry(v, v->root, buf_str(&address), name, out));
  buf_free(&address);
  return ok;
}

/* The command line, then the stage's own, then those of this machine, then those of all stages ("Parameters"). */
static bool ask_param(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  const struct field *given = find_field(v->surroundings->params, call->address);
  struct str stage;
  if (given) return text_of(v, at, given->value, out);
  bool ok = variable_stage(v, &stage) && find_param(v, stage, call->address, out) &&
            (*out || find_entry(v, v->local, STR("param"), call->address, out)) &&
            (*out || find_param(v, STR("default"), call->address, out));
  fail(v->why, "there is no such parameter: give it with --param %s=..., or write it in " VARIABLES_LOCAL_FILE,
       shown_of(call->address).text);
  return ok;
}

static bool ask_str_to_bool(struct variables *v, const struct yaml *at, const struct call *call,
                            const struct yaml **out) {
  struct str text = call->parameter_count > 0 ? str_trim(call->parameters[0]) : STR("");
  bool yes = str_equal_nocase(text, STR("true")) || str_equal(text, STR("1"));
  bool no = str_equal_nocase(text, STR("false")) || str_equal(text, STR("0"));
  if (!yes && !no)
    return project_fail(v->report, at->line, "%s: strToBool takes true, false, 1 or 0", shown_of(at->text).text);
  *out = variables_scalar(v, at->line, YAML_BOOLEAN, yes ? STR("true") : STR("false"), false);
  return *out;
}

/* Sources that are elsewhere (ssm, cf, s3 ...) have what a section of their name in moonwire.local.yml says. */
static bool ask_call(struct variables *v, const struct yaml *at, const struct call *call, const struct yaml **out) {
  static const struct {
    struct str type;
    ask_source *ask;
    bool is_here; /* the Framework needs nothing but this machine; files may be programs */
  } sources[] = { { STR("aws"), ask_aws, false },    { STR("env"), ask_env, true },
                  { STR("file"), ask_file, false },  { STR("opt"), ask_opt, true },
                  { STR("param"), ask_param, true }, { STR("self"), ask_self, true },
                  { STR("sls"), ask_sls, false },    { STR("strToBool"), ask_str_to_bool, false } };
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    if (!str_equal(call->type, sources[i].type)) continue;
    bool ok = sources[i].ask(v, at, call, out);
    v->lacking = sources[i].is_here ? sources[i].type : STR("");
    return ok;
  }
  v->lacking = STR("");
  bool ok = find_entry(v, v->local, call->type, call->address, out);
  fail(v->why, VARIABLES_LOCAL_FILE " has no %s below %s", shown_of(call->address).text, shown_of(call->type).text);
  return ok;
}

bool variable_source_ask(struct variables *v, const struct yaml *at, const struct variable_source *source,
                         const struct yaml **out) {
  struct call call = { .type = source->type, .parameter_count = source->parameter_count };
  const struct yaml *unknown = NULL;
  *out = NULL;
  for (int i = 0; i < call.parameter_count && !unknown; i++)
    if (!variable_text(v, at, source->parameters[i], &call.parameters[i], &unknown)) return false;
  if (!unknown && !variable_text(v, at, source->address, &call.address, &unknown)) return false;
  *out = unknown;
  return unknown || ask_call(v, at, &call, out);
}
