#include "settings.h"

#include "buf.h"
#include "config.h"
#include "log.h"
#include "spelling.h"

enum { SHOWN_MAX = 64 /* bytes of a name or value in a warning */, VALUES_MAX = 3 };

struct setting {
  const char *name;
  const char *values[VALUES_MAX]; /* what it may hold; none when whoever reads it checks that */
};

static const struct setting settings[] = {
  { "MOONWIRE_API", { NULL } }, /* lua/moonwire/store/scope.lua */
  { "MOONWIRE_GLOBALS", { "error", "warn", "off" } },
  { "MOONWIRE_LOCAL_ISSUER", { NULL } }, /* handlers read it */
  { "MOONWIRE_LOG_EVENT", { "errors" } },
  { "MOONWIRE_LOG_LEVEL", { NULL } }, /* log.c */
  { "MOONWIRE_METRICS", { NULL } },   /* any namespace */
  { "MOONWIRE_STORE", { NULL } },     /* lua/moonwire/store/backend.lua */
};

enum { COUNT = sizeof settings / sizeof *settings };

bool settings_is(const char *name, const char *value) {
  return str_equal_nocase(config_get(name), str_from(value));
}

static size_t values_of(const struct setting *setting) {
  size_t count = 0;
  while (count < VALUES_MAX && setting->values[count]) count++;
  return count;
}

static void check_value(const struct setting *setting) {
  struct str value = config_get(setting->name);
  size_t count = values_of(setting);
  struct buf values;
  if (count == 0 || value.len == 0) return;
  for (size_t i = 0; i < count; i++)
    if (str_equal_nocase(value, str_from(setting->values[i]))) return;
  buf_init(&values, 1024);
  for (size_t i = 0; i < count; i++)
    buf_addf(&values, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", setting->values[i]);
  log_printf(LOG_WARN, NULL, "%s is \"%.*s\" and counts as not set; it must be %s", setting->name,
             STR_ARG(str_slice(value, 0, SHOWN_MAX)), buf_text(&values));
  buf_free(&values);
}

static void check_name(void *ctx, struct str name) {
  const char *names[COUNT];
  (void)ctx;
  for (size_t i = 0; i < COUNT; i++) {
    names[i] = settings[i].name;
    if (str_equal(name, str_from(names[i]))) return;
  }
  const char *meant = spelling_nearest(name, names, COUNT);
  log_printf(LOG_WARN, NULL, "%.*s is not a setting of moonwire; %s%s%sdocs/settings.md lists them",
             STR_ARG(str_slice(name, 0, SHOWN_MAX)), meant ? "did you mean " : "", meant ? meant : "",
             meant ? "? " : "");
}

void settings_check(void) {
  config_each(STR("MOONWIRE_"), check_name, NULL);
  for (size_t i = 0; i < COUNT; i++) check_value(&settings[i]);
}
