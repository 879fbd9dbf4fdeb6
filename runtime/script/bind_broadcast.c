/* moonwire.core.broadcast: one message to many connections. ws/broadcast.lua checks the types of the arguments and pulls the
 * ids; what is on its way belongs to a sender, a userdata, and ends with the task that uses it. */
#include <lauxlib.h>

#include "binds.h"
#include "broadcast.h"
#include "connections_message.h"
#include "event_place.h"
#include "loop.h"
#include "retry.h"
#include "scope.h"
#include "scope_metrics.h"
#include "task.h"
#include "value.h"
#include "vm.h"

static const char NAME[] = "moonwire.broadcast";

/* Before the end of the handler's time, which is 200 ms before the deadline: what it does with the rest takes time. */
enum { MARGIN_MS = 300 };

struct sender {
  struct vm *vm;
  struct scope *scope;  /* of the task that uses it */
  struct task_tie tie;  /* to that task */
  struct task *waiting; /* that task while it waits here, or NULL */
  struct loop_job wake;
  struct broadcast *broadcast; /* NULL once it is over */
  struct connections_message message;
  struct event_place here; /* connection_id and handshake; the id in message.memory */
  int64_t timeout_ms;      /* for one connection */
  int64_t stop_ns;         /* monotonic: when all has to be over; INT64_MAX: never */
};

static struct sender *check_sender(lua_State *L) {
  return luaL_checkudata(L, 1, NAME);
}

/* The end: safe at any time, and twice. */
static void end(void *ctx) {
  struct sender *sender = ctx;
  task_untie(&sender->tie);
  loop_job_stop(sender->vm->loop, &sender->wake);
  broadcast_delete(sender->broadcast);
  sender->broadcast = NULL;
  connections_message_free(&sender->message);
}

/* Waiting: until a call ends or leaves the wire. */

static void wake(void *ctx) {
  struct sender *sender = ctx;
  struct task *task = sender->waiting;
  sender->waiting = NULL;
  task_resume(task, 0);
}

static void wait_cancel(void *ctx) {
  struct sender *sender = ctx;
  loop_job_stop(sender->vm->loop, &sender->wake);
  sender->waiting = NULL;
}

static int wait(lua_State *L, struct sender *sender, struct task *task) {
  sender->waiting = task;
  return task_wait(task, L, wait_cancel, sender);
}

static void call_paused(void *ctx) {
  struct sender *sender = ctx;
  if (sender->waiting) loop_job_add(sender->vm->loop, &sender->wake);
}

static void call_ended(void *ctx, enum client_code code) {
  struct sender *sender = ctx;
  scope_count_call(sender->scope, code, true);
  call_paused(sender);
}

/* Calls. */

static int64_t left_ms(const struct sender *sender) {
  if (sender->stop_ns == INT64_MAX) return INT64_MAX;
  return (sender->stop_ns - clock_monotonic_ns()) / NS_PER_MS;
}

static struct client_call *send(void *ctx, struct str id, const struct client_turns *turns, client_done done,
                                void *call, char err[ERR_LEN]) {
  struct sender *sender = ctx;
  struct connections_request request = connections_message_to(&sender->message, id);
  int64_t left = left_ms(sender);
  request.timeout_ms = sender->timeout_ms;
  request.deadline_ms = clock_unix_ms() + (left < sender->timeout_ms ? left : sender->timeout_ms);
  request.opening = event_place_handshake(&sender->here, id) == HANDSHAKE_REPLIED;
  request.turns = turns;
  return connections_send(vm_http(sender->vm, err), &sender->message.target, &request, done, call, err);
}

/* The task that uses the sender now: it is that one's from here on, coroutines pass from task to task. */
static struct task *use(lua_State *L, struct sender *sender) {
  struct task *task = task_current(L, "ws.broadcast");
  if (!sender->broadcast) luaL_error(L, "ws.broadcast: it is over: the task that it belonged to has ended");
  task_tie(task, &sender->tie);
  sender->scope = task_scope(task);
  return task;
}

/* send(sender, id) -> true: the message is on its way | false: too late | nothing: there was no room, and now there may be */
static int l_send(lua_State *L) {
  struct sender *sender = check_sender(L);
  size_t len;
  const char *text = luaL_checklstring(L, 2, &len);
  struct str id = str_of(text, len);
  struct task *task = use(L, sender);
  bool ok, in_time = left_ms(sender) >= RETRY_ANSWER_MS;
  if (in_time && !broadcast_has_room(sender->broadcast)) return wait(L, sender, task);
  if (!in_time)
    ok = true;
  else if (event_place_handshake(&sender->here, id) == HANDSHAKE_BEGUN)
    ok = broadcast_refuse(sender->broadcast, id, "connecting", EVENT_PLACE_CONNECTING);
  else
    ok = broadcast_send(sender->broadcast, id);
  if (!ok) return luaL_error(L, "out of memory");
  lua_pushboolean(L, in_time);
  return 1;
}

/* wait(sender) -> true: no call is under way | nothing: one has moved */
static int l_wait(lua_State *L) {
  struct sender *sender = check_sender(L);
  struct task *task = use(L, sender);
  if (broadcast_pending(sender->broadcast) > 0) return wait(L, sender, task);
  lua_pushboolean(L, 1);
  return 1;
}

/* take(sender) -> id, code, message of a call that failed, each once; nothing when there is none */
static int l_take(lua_State *L) {
  struct sender *sender = check_sender(L);
  struct broadcast_failure failure;
  if (!sender->broadcast || !broadcast_failure(sender->broadcast, &failure)) return 0;
  lua_pushlstring(L, failure.id.ptr, failure.id.len);
  lua_pushstring(L, failure.code);
  lua_pushstring(L, failure.message);
  broadcast_drop_failure(sender->broadcast);
  return 3;
}

/* sent(sender) -> how many calls have succeeded */
static int l_sent(lua_State *L) {
  const struct sender *sender = check_sender(L);
  lua_pushinteger(L, sender->broadcast ? (lua_Integer)broadcast_sent(sender->broadcast) : 0);
  return 1;
}

/* cancel(sender): ends what is under way, and frees what it had */
static int l_cancel(lua_State *L) {
  end(check_sender(L));
  return 0;
}

/* Beginning. */

static struct sender *push_sender(lua_State *L) {
  struct sender *sender = lua_newuserdata(L, sizeof *sender);
  *sender = (struct sender){ .vm = vm_of(L), .tie = { .end = end, .ctx = sender } };
  sender->wake = (struct loop_job){ .run = wake, .ctx = sender };
  luaL_getmetatable(L, NAME);
  lua_setmetatable(L, -2);
  return sender;
}

enum { BODY = 1, ENDPOINT, REGION, KEY, SECRET, TOKEN, WINDOW, TIMEOUT, KNOWN };

/* Everything it needs is on the stack. Does not raise. */
static enum client_code begin(lua_State *L, struct sender *sender, char err[ERR_LEN]) {
  struct credentials keys = { value_text(L, KEY), value_text(L, SECRET), value_text(L, TOKEN) };
  const struct credentials *given = keys.access_key_id.len > 0 ? &keys : NULL;
  struct broadcast_setup setup = { .window = (size_t)lua_tointeger(L, WINDOW),
                                   .send = send,
                                   .go_on = client_go_on,
                                   .cancel = client_cancel,
                                   .ended = call_ended,
                                   .paused = call_paused,
                                   .ctx = sender };
  sender->timeout_ms = (int64_t)lua_tonumber(L, TIMEOUT);
  if (!vm_http(sender->vm, err)) return CLIENT_NETWORK;
  enum client_code code =
      connections_message_init(&sender->message, &sender->here.place, given, value_text(L, BODY), err);
  if (code != CLIENT_OK) return code;
  sender->here.place = (struct connections_place){ 0 }; /* what it borrows is gone soon */
  sender->here.connection_id = arena_copy(&sender->message.memory, sender->here.connection_id);
  if (sender->here.connection_id.ptr) sender->broadcast = broadcast_new(&setup);
  if (sender->broadcast) return CLIENT_OK;
  fail(err, "out of memory");
  return CLIENT_NETWORK;
}

/* new(body, endpoint, region, access_key_id, secret_access_key, session_token, window, timeout_ms, known)
 * -> sender | nil, message, code. endpoint to session_token, and known, an endpoint, may be nil. */
static int l_new(lua_State *L) {
  char err[ERR_LEN];
  luaL_checkstring(L, BODY);
  luaL_argcheck(L, luaL_checkinteger(L, WINDOW) >= 1 && lua_tointeger(L, WINDOW) <= BROADCAST_WINDOW_MAX, WINDOW,
                "size");
  luaL_argcheck(L, luaL_checknumber(L, TIMEOUT) >= 1 && lua_tonumber(L, TIMEOUT) <= INT32_MAX, TIMEOUT, "milliseconds");
  luaL_checkstack(L, EVENT_PLACE_VALUES + 8, NULL);
  lua_settop(L, KNOWN);
  struct task *task = task_current(L, "ws.broadcast");
  const struct scope *scope = task_scope(task);
  struct sender *sender = push_sender(L);
  event_place_push(L, scope, &sender->here);
  sender->here.place.endpoint = value_text(L, ENDPOINT);
  sender->here.place.region = value_text(L, REGION);
  sender->here.place.known = value_text(L, KNOWN);
  connections_place_read(&sender->here.place);
  sender->stop_ns = scope->due_ns == INT64_MAX ? INT64_MAX : scope->due_ns - (int64_t)MARGIN_MS * NS_PER_MS;
  enum client_code code = begin(L, sender, err);
  if (code == CLIENT_OK) {
    task_tie(task, &sender->tie);
    sender->scope = task_scope(task);
    lua_pop(L, EVENT_PLACE_VALUES);
    return 1;
  }
  end(sender);
  lua_pushnil(L);
  lua_pushfstring(L, "ws.broadcast: %s", err);
  lua_pushstring(L, client_code_name(code));
  return 3;
}

static const luaL_Reg methods[] = {
  { "cancel", l_cancel }, { "send", l_send }, { "sent", l_sent },
  { "take", l_take },     { "wait", l_wait }, { NULL, NULL },
};

void bind_broadcast(lua_State *L) {
  luaL_newmetatable(L, NAME); /* meta */
  lua_pushcfunction(L, l_cancel);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L); /* meta methods */
  luaL_register(L, NULL, methods);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushcfunction(L, l_new);
  lua_setfield(L, -2, "new");
  lua_pushinteger(L, BROADCAST_WINDOW_MAX);
  lua_setfield(L, -2, "window_max");
}
