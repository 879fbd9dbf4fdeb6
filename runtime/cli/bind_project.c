#include "bind_project.h"

#include <lauxlib.h>

#include "binding.h"
#include "api_id.h"
#include "config.h"
#include "environment_variables.h"
#include "pairs.h"
#include "project.h"
#include "route_selection.h"
#include "spelling.h"
#include "yaml_tree.h"

static void set_text(lua_State *L, const char *name, struct str text) {
  lua_pushlstring(L, text.ptr ? text.ptr : "", text.len);
  lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, int number) {
  lua_pushinteger(L, number);
  lua_setfield(L, -2, name);
}

static void set_flag(lua_State *L, const char *name, bool flag) {
  lua_pushboolean(L, flag);
  lua_setfield(L, -2, name);
}

/* The tree */

static const char *kind_name(enum yaml_kind kind) {
  static const char *const names[] = {
    [YAML_NULL] = "null", [YAML_BOOLEAN] = "boolean", [YAML_NUMBER] = "number", [YAML_STRING] = "string",
    [YAML_LIST] = "list", [YAML_MAP] = "map",         [YAML_TAGGED] = "tagged", [YAML_UNKNOWN] = "unknown"
  };
  return names[kind];
}

/* `known` is the index of a table that has the node of each address: nodes may be shared, and hold themselves. */
static void push_node(lua_State *L, const struct yaml *node, const char *file, int known);

static void set_entries(lua_State *L, const struct yaml *node, const char *file, int known) {
  lua_createtable(L, (int)node->count, 0);
  for (size_t i = 0; i < node->count; i++) {
    lua_createtable(L, 0, 2);
    push_node(L, node->entries[i].key, file, known);
    lua_setfield(L, -2, "key");
    push_node(L, node->entries[i].value, file, known);
    lua_setfield(L, -2, "value");
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_setfield(L, -2, "entries");
}

static void push_node(lua_State *L, const struct yaml *node, const char *file, int known) {
  luaL_checkstack(L, 8, "serverless.yml is too deep");
  lua_pushlightuserdata(L, (void *)node);
  lua_rawget(L, known);
  if (!lua_isnil(L, -1)) return;
  lua_pop(L, 1);
  lua_createtable(L, 0, 5);
  lua_pushlightuserdata(L, (void *)node);
  lua_pushvalue(L, -2);
  lua_rawset(L, known);
  set_text(L, "kind", str_from(kind_name(node->kind)));
  set_text(L, "file", str_from(node->line.file ? node->line.file : file));
  set_number(L, "line", node->line.number);
  set_text(L, "text", node->text);
  if (node->kind == YAML_UNKNOWN) {
    set_text(L, "why", node->why);
    if (node->lacking.len > 0) set_text(L, "lacking", node->lacking);
  }
  if (node->kind == YAML_MAP) set_entries(L, node, file, known);
  if (node->kind != YAML_LIST && node->kind != YAML_TAGGED) return;
  for (size_t i = 0; i < (node->kind == YAML_LIST ? node->count : 1); i++) {
    push_node(L, node->items[i], file, known);
    lua_rawseti(L, -2, (int)i + 1);
  }
}

/* What was read */

static void push_function(lua_State *L, const struct project *project, const struct project_function *function) {
  lua_createtable(L, 0, 6);
  set_text(L, "name", function->name);
  set_text(L, "handler", function->handler);
  set_number(L, "timeout", function->timeout_s);
  set_number(L, "memory", function->memory_mb);
  set_flag(L, "is_routed", project_is_routed(project, function));
  lua_newtable(L);
  for (size_t i = 0; i < function->environment.count; i++) {
    struct field variable = function->environment.list[i];
    lua_pushlstring(L, variable.name.ptr, variable.name.len);
    lua_pushlstring(L, variable.value.ptr ? variable.value.ptr : "", variable.value.len);
    lua_rawset(L, -3);
  }
  lua_setfield(L, -2, "environment");
}

static void push_route(lua_State *L, const struct project_route *route, const struct route_selection *selection) {
  lua_createtable(L, 0, 7);
  set_text(L, "key", route->key);
  set_text(L, "function", route->function->name);
  set_flag(L, "two_way", route->two_way);
  if (route->authorizer) set_text(L, "authorizer", route->authorizer->name);
  set_text(L, "file", route->file);
  set_number(L, "line", route->line);
  bool is_special = route->key.len > 0 && route->key.ptr[0] == '$';
  set_flag(L, "selectable", is_special || !selection || route_selection_can_select(selection, route->key));
}

static void push_warning(lua_State *L, const struct project_warning *warning) {
  lua_createtable(L, 0, 4);
  set_text(L, "code", str_from(project_code_name(warning->code)));
  set_text(L, "file", warning->file);
  set_number(L, "line", warning->line);
  set_text(L, "message", warning->text);
}

static void set_lists(lua_State *L, struct project *project) {
  char err[ERR_LEN];
  const struct route_selection *selection =
      route_selection_parse(&project->memory, project->route_selection_expression, err);
  if (!selection) set_text(L, "expression_problem", str_from(err));
  lua_createtable(L, (int)project->function_count, 0);
  for (size_t i = 0; i < project->function_count; i++) {
    push_function(L, project, &project->functions[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_setfield(L, -2, "functions");
  lua_createtable(L, (int)project->route_count, 0);
  for (size_t i = 0; i < project->route_count; i++) {
    push_route(L, &project->routes[i], selection);
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_setfield(L, -2, "routes");
  lua_createtable(L, (int)project->warning_count, 0);
  for (size_t i = 0; i < project->warning_count; i++) {
    push_warning(L, &project->warnings[i]);
    lua_rawseti(L, -2, (int)i + 1);
  }
  lua_setfield(L, -2, "warnings");
}

/* Protected: what it raises must not keep the project. */
static int describe(lua_State *L) {
  struct project *project = lua_touserdata(L, 1);
  lua_createtable(L, 0, 12);
  set_text(L, "file", project->file);
  set_text(L, "directory", project->directory);
  set_text(L, "service", project->service);
  set_text(L, "stage", project->stage);
  set_text(L, "region", project->region);
  set_text(L, "expression", project->route_selection_expression);
  set_lists(L, project);
  lua_newtable(L);
  push_node(L, project->root, project->file.ptr, lua_gettop(L));
  lua_setfield(L, -3, "tree");
  lua_pop(L, 1);
  return 1;
}

/* Reading */

static bool read_pairs(lua_State *L, const char *name, struct pairs *pairs, struct fields *out, char err[ERR_LEN]) {
  char option[16] = "--";
  bool ok = true;
  lua_getfield(L, 2, name); /* stays, so that its texts do */
  str_copy(str_from(name), option + 2, sizeof option - 2);
  for (int i = 1; ok && lua_istable(L, -1) && i <= (int)lua_objlen(L, -1); i++) {
    lua_rawgeti(L, -1, i);
    const char *text = lua_tostring(L, -1);
    ok = pairs_add(pairs, option, text ? text : "", out, err);
    lua_pop(L, 1); /* the list keeps it */
  }
  return ok;
}

static int l_read(lua_State *L) {
  const char *file = luaL_checkstring(L, 1);
  struct project project;
  struct pairs opts = { 0 }, params = { 0 };
  char err[ERR_LEN];
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_getfield(L, 2, "stage");
  struct project_surroundings surroundings = { .stage = str_from(luaL_optstring(L, -1, "")),
                                               .instance_id = STR("0123456789abcdef"),
                                               .whole = true,
                                               .variable = config_get,
                                               .api_id = api_id_of,
                                               .http_api_id = api_id_of_http };
  bool ok = read_pairs(L, "opt", &opts, &surroundings.options, err) &&
            read_pairs(L, "param", &params, &surroundings.params, err) &&
            project_read(&project, file, &surroundings, err);
  if (!ok) {
    lua_pushnil(L);
    lua_pushstring(L, err);
    return 2;
  }
  lua_pushcfunction(L, describe);
  lua_pushlightuserdata(L, &project);
  int status = lua_pcall(L, 1, 1, 0);
  project_free(&project);
  return status == 0 ? 1 : lua_error(L);
}

static int l_codes(lua_State *L) {
  lua_createtable(L, PROJECT_CODES, 0);
  for (int i = 0; i < PROJECT_CODES; i++) {
    lua_pushstring(L, project_code_name((enum project_code)i));
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static int l_is_reserved(lua_State *L) {
  struct str name;
  name.ptr = luaL_checklstring(L, 1, &name.len);
  lua_pushboolean(L, environment_variable_is_reserved(name));
  return 1;
}

static int l_nearest(lua_State *L) {
  enum { NAMES_MAX = 64 };
  const char *names[NAMES_MAX];
  size_t count = 0;
  struct str word;
  word.ptr = luaL_checklstring(L, 1, &word.len);
  luaL_checktype(L, 2, LUA_TTABLE);
  for (int i = 1; i <= (int)lua_objlen(L, 2) && count < NAMES_MAX; i++) {
    lua_rawgeti(L, 2, i);
    const char *name = lua_tostring(L, -1);
    if (name) names[count++] = name;
    lua_pop(L, 1); /* the list keeps it */
  }
  lua_pushstring(L, spelling_nearest(word, names, count)); /* nil for NULL */
  return 1;
}

static int load(lua_State *L) {
  static const luaL_Reg functions[] = {
    { "codes", l_codes }, { "is_reserved", l_is_reserved }, { "nearest", l_nearest }, { "read", l_read }, { NULL, NULL }
  };
  binding_functions(L, functions);
  return 1;
}

void bind_project(lua_State *L) {
  binding_preload(L, "moonwire.core.project", load);
}
