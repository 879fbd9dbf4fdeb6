/* fault_order: what `moonwire ctl` may ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fault_order.h"

#include <cmocka.h> /* last: it defines a macro `fail` */

#define ID "BFaT_fALIAMCKug="
#define COUNT(cases) (sizeof(cases) / sizeof *(cases))

static const struct {
  const char *json;
  struct fault_order want;
} orders[] = {
  { "{\"fault\":\"drop\",\"connectionId\":\"" ID "\"}",
    { .kind = ORDER_DROP, .connection_id = STR(ID), .bytes_per_s = -1, .on = { true, true } } },
  { "{\"all\":true,\"fault\":\"drop\",\"noDisconnect\":true}",
    { .kind = ORDER_DROP, .is_silent = true, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"idle\",\"all\":true,\"noDisconnect\":false}",
    { .kind = ORDER_IDLE, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"expire\",\"all\":true}", { .kind = ORDER_EXPIRE, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"slow\",\"all\":true,\"bytesPerSecond\":0}", { .kind = ORDER_SLOW, .on = { true, true } } },
  { "{\"fault\":\"slow\",\"connectionId\":\"" ID "\",\"bytesPerSecond\":1000000000}",
    { .kind = ORDER_SLOW, .connection_id = STR(ID), .bytes_per_s = 1000000000, .on = { true, true } } },
  { "{\"fault\":\"slow\",\"all\":true,\"bytesPerSecond\":null}",
    { .kind = ORDER_SLOW, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"gone\",\"count\":3}", { .kind = ORDER_GONE, .count = 3, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"throttle\",\"count\":1000000,\"connectionId\":\"" ID "\"}",
    { .kind = ORDER_THROTTLE, .count = 1000000, .connection_id = STR(ID), .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"no-disconnect\",\"count\":0}",
    { .kind = ORDER_NO_DISCONNECT, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"latency\",\"ms\":200}",
    { .kind = ORDER_LATENCY, .delay = { 200, 0 }, .bytes_per_s = -1, .on = { true, true } } },
  { "{\"fault\":\"latency\",\"ms\":0,\"jitterMs\":50,\"only\":\"invoke\"}",
    { .kind = ORDER_LATENCY, .delay = { 0, 50 }, .bytes_per_s = -1, .on = { [FAULT_INVOCATION] = true } } },
  { "{\"fault\":\"latency\",\"ms\":600000,\"only\":\"send\"}",
    { .kind = ORDER_LATENCY, .delay = { 600000, 0 }, .bytes_per_s = -1, .on = { [FAULT_CALL] = true } } },
};

static bool same(const struct fault_order *a, const struct fault_order *b) {
  return a->kind == b->kind && str_equal(a->connection_id, b->connection_id) && a->is_silent == b->is_silent &&
         a->count == b->count && a->bytes_per_s == b->bytes_per_s && a->delay.ms == b->delay.ms &&
         a->delay.jitter_ms == b->delay.jitter_ms && a->on[0] == b->on[0] && a->on[1] == b->on[1];
}

static void orders_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(orders); i++) {
    struct arena memory = { 0 };
    struct fault_order order;
    char err[ERR_LEN] = "";
    if (!fault_order_read(&order, str_from(orders[i].json), &memory, err)) fail_msg("%s: %s", orders[i].json, err);
    if (!same(&order, &orders[i].want)) fail_msg("%s is read as something else", orders[i].json);
    assert_non_null(strstr(orders[i].json, order.name));
    arena_free(&memory);
  }
}

static const struct {
  const char *json, *want;
} mistakes[] = {
  { "", "line 1, column 1 (byte 0): expected a value, found the end of the text" },
  { "[]", "there is no fault \"\"" },
  { "{}", "there is no fault \"\"" },
  { "{\"fault\":1}", "there is no fault \"\"" },
  { "{\"fault\":\"Drop\"}", "there is no fault \"Drop\"" },
  { "{\"fault\":\"drop\"}", "drop wants either connectionId or all" },
  { "{\"fault\":\"drop\",\"all\":true,\"connectionId\":\"" ID "\"}", "drop wants either connectionId or all" },
  { "{\"fault\":\"drop\",\"all\":false}", "all can only be true" },
  { "{\"fault\":\"drop\",\"all\":1}", "all must be true or false" },
  { "{\"fault\":\"drop\",\"all\":true,\"noDisconnect\":\"yes\"}", "noDisconnect must be true or false" },
  { "{\"fault\":\"drop\",\"all\":true,\"count\":1}", "drop has no member \"count\"" },
  { "{\"fault\":\"drop\",\"all\":true,\"other\":1}", "drop has no member \"other\"" },
  { "{\"fault\":\"idle\",\"connectionId\":\"x\"}",
    "\"x\" is no connection id; those have 16 characters, the last one \"=\"" },
  { "{\"fault\":\"idle\",\"connectionId\":7}",
    "\"\" is no connection id; those have 16 characters, the last one \"=\"" },
  { "{\"fault\":\"slow\",\"all\":true}", "slow wants bytesPerSecond" },
  { "{\"fault\":\"slow\",\"all\":true,\"bytesPerSecond\":1000000001}",
    "bytesPerSecond must be a whole number from 0 to 1000000000" },
  { "{\"fault\":\"gone\"}", "gone wants count" },
  { "{\"fault\":\"gone\",\"all\":true,\"count\":1}", "gone has no member \"all\"" },
  { "{\"fault\":\"gone\",\"count\":-1}", "count must be a whole number from 0 to 1000000" },
  { "{\"fault\":\"gone\",\"count\":1.5}", "count must be a whole number from 0 to 1000000" },
  { "{\"fault\":\"gone\",\"count\":1000001}", "count must be a whole number from 0 to 1000000" },
  { "{\"fault\":\"gone\",\"count\":\"3\"}", "count must be a whole number from 0 to 1000000" },
  { "{\"fault\":\"latency\"}", "latency wants ms" },
  { "{\"fault\":\"latency\",\"ms\":1e300}", "ms must be a whole number from 0 to 600000" },
  { "{\"fault\":\"latency\",\"ms\":1,\"only\":\"both\"}", "only must be \"invoke\" or \"send\"" },
  { "{\"fault\":\"latency\",\"ms\":1,\"only\":null}", "only must be \"invoke\" or \"send\"" },
};

static void mistakes_are_told(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(mistakes); i++) {
    struct arena memory = { 0 };
    struct fault_order order;
    char err[ERR_LEN] = "";
    if (fault_order_read(&order, str_from(mistakes[i].json), &memory, err)) fail_msg("%s was read", mistakes[i].json);
    if (strcmp(err, mistakes[i].want) != 0) fail_msg("%s: %s", mistakes[i].json, err);
    arena_free(&memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(orders_are_read),
    cmocka_unit_test(mistakes_are_told),
  };
  return cmocka_run_group_tests_name("fault_order", tests, NULL, NULL);
}
