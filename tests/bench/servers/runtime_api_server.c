/* runtime_api_server.c -- plays Lambda as fast as it can, for measurements.
 * Starts a command with AWS_LAMBDA_RUNTIME_API set, serves it N invocations of one event on any number of connections,
 * ends it, and prints one line of JSON:
 *   started_ns           when it was started (CLOCK_MONOTONIC)
 *   first_next_us        from there to the first complete GET next; first_cpu_us, first_faults: its time on a processor and its page
 *                        faults until then
 *   invocations, errors  replies that came; those of them that were errors
 *   us, cpu_us           per invocation after the warm-up: time that passed, time the command was on a processor
 *   per_second           1,000,000 / us
 *   duration_us          mean time from an event to its reply, after the warm-up; billed_ms: the same as Lambda bills it, each
 *                        rounded up to a millisecond
 *   memory_kb            resident at the first poll (next), after the first invocation, after `mark`, at the end; the most there was
 *
 *   runtime_api_server [--invocations N] [--warmup N] [--mark N] [--event FILE] [--gap US] [--group PROCS] -- COMMAND ARGUMENTS...
 *
 * --gap: after the warm-up each poll waits so long for its event. --group: the command joins this control group
 * (its file cgroup.procs). With --invocations 0 the first poll is the end.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "child.h"

enum { REQUEST_MAX = 1 << 20, CONNECTIONS_MAX = 1024, EVENT_MAX = 1 << 20, SILENCE_S = 30 };

static const char ACCEPTED[] = "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
                               "{\"status\":\"OK\"}";

static const char MESSAGE[] =
    "{\"requestContext\":{\"routeKey\":\"$default\",\"messageId\":\"BFaVtfGSIAMCKug=\",\"eventType\":\"MESSAGE\","
    "\"extendedRequestId\":\"BFaVtH2HoAMFZEQ=\",\"requestTime\":\"21/Nov/2026:13:45:46 +0000\","
    "\"messageDirection\":\"IN\",\"stage\":\"prod\",\"connectedAt\":1795268735513,\"requestTimeEpoch\":1795268746514,"
    "\"identity\":{\"sourceIp\":\"192.0.2.1\"},\"requestId\":\"BFaVtH2HoAMFZEQ=\","
    "\"domainName\":\"abcd123456.execute-api.us-east-1.amazonaws.com\",\"connectionId\":\"BFaT_fALIAMCKug=\","
    "\"apiId\":\"abcd123456\"},\"body\":\"{\\\"action\\\":\\\"chat\\\",\\\"text\\\":\\\"hello\\\"}\","
    "\"isBase64Encoded\":false}";

struct connection {
  int fd;
  size_t len;  /* bytes in `bytes` */
  char *bytes; /* REQUEST_MAX + 1, ended by NUL */
};

struct server {
  uint64_t invocations, warmup, mark; /* what is asked for */
  int64_t gap_ns;
  const char *group;
  char event[EVENT_MAX];
  size_t event_len;
  int listener, epoll;
  pid_t child;
  uint64_t served, replies, errors, billed_ms;
  int64_t started_ns, first_next_ns, warm_ns, end_ns; /* 0: not yet */
  int64_t first_cpu_ns, warm_cpu_ns, end_cpu_ns;
  int64_t sent_ns, durations_ns; /* of the last event; the sum */
  long first_faults, next_kb, first_kb, mark_kb, end_kb, most_kb;
  bool finished;
};

static void die(const char *what) {
  fprintf(stderr, "runtime_api_server: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
  exit(1);
}

static void send_all(int fd, const char *bytes, size_t len) {
  ssize_t sent;
  while (len > 0 && (sent = send(fd, bytes, len, MSG_NOSIGNAL)) >= 0) { /* failed: reading will tell */
    bytes += sent;
    len -= (size_t)sent;
  }
}

static void send_event(struct server *s, int fd) {
  static char out[EVENT_MAX + 1024];
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  int64_t deadline_ms = ((int64_t)t.tv_sec + 60) * 1000;
  int head = snprintf(out, sizeof out,
                      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-%012" PRIx64 "\r\n"
                      "Lambda-Runtime-Invocation-Id: 5f0b3c1e-6a57-4f0e-9d7e-%012" PRIx64 "\r\n"
                      "Lambda-Runtime-Deadline-Ms: %" PRId64 "\r\n"
                      "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:chat\r\n"
                      "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6e%012" PRIx64
                      ";Parent=9a9197af755a6419;Sampled=1\r\n"
                      "Content-Length: %zu\r\n\r\n",
                      s->served, s->served, deadline_ms, s->served, s->event_len);
  memcpy(out + head, s->event, s->event_len);
  s->served++;
  send_all(fd, out, (size_t)head + s->event_len);
}

/* A poll: the client has done all it does for the invocations before it, so memory is looked at now. */
static void handle_next(struct server *s, int fd) {
  if (!s->first_next_ns) {
    s->first_next_ns = now_ns();
    s->first_cpu_ns = child_cpu_ns(s->child);
    s->first_faults = child_faults(s->child);
    s->next_kb = child_memory_kb(s->child, "VmRSS:");
  }
  if (s->replies >= 1 && !s->first_kb) s->first_kb = child_memory_kb(s->child, "VmRSS:");
  if (s->mark && s->replies >= s->mark && !s->mark_kb) s->mark_kb = child_memory_kb(s->child, "VmRSS:");
  if (s->replies >= s->invocations) {
    s->end_kb = child_memory_kb(s->child, "VmRSS:");
    s->most_kb = child_memory_kb(s->child, "VmHWM:");
    s->finished = true;
  } else if (s->served < s->invocations) {
    struct timespec gap = { .tv_sec = s->gap_ns / 1000000000, .tv_nsec = s->gap_ns % 1000000000 };
    if (s->gap_ns && s->replies >= s->warmup) nanosleep(&gap, NULL);
    s->sent_ns = now_ns();
    send_event(s, fd);
  }
}

static void handle_reply(struct server *s, int fd, bool error) {
  int64_t now = now_ns(), took = now - s->sent_ns;
  s->replies++;
  if (error) s->errors++;
  if (s->replies > s->warmup) {
    s->durations_ns += took;
    s->billed_ms += (uint64_t)((took + 999999) / 1000000);
  }
  if (s->replies == s->warmup) {
    s->warm_ns = now;
    s->warm_cpu_ns = child_cpu_ns(s->child);
  }
  if (s->replies == s->invocations) {
    s->end_ns = now;
    s->end_cpu_ns = child_cpu_ns(s->child);
  }
  send_all(fd, ACCEPTED, sizeof ACCEPTED - 1);
}

/* Handles the first request in c->bytes; its length, or 0 while it is not complete. */
static size_t handle_request(struct server *s, struct connection *c) {
  char *end = strstr(c->bytes, "\r\n\r\n");
  if (!end) return 0;
  *end = '\0';
  const char *length = strcasestr(c->bytes, "\r\nContent-Length:");
  *end = '\r';
  size_t total =
      (size_t)(end - c->bytes) + 4 + (length ? strtoul(length + strlen("\r\nContent-Length:"), NULL, 10) : 0);
  if (c->len < total) return 0;
  size_t line = strcspn(c->bytes, "\r");
  if (c->bytes[0] == 'G') {
    handle_next(s, c->fd);
  } else if (memmem(c->bytes, line, "/init/error", strlen("/init/error"))) {
    die("the command reports that it cannot load its handler");
  } else {
    handle_reply(s, c->fd, memmem(c->bytes, line, "/error ", strlen("/error ")) != NULL);
  }
  return total;
}

static void connection_ready(struct server *s, struct connection *c) {
  ssize_t got = recv(c->fd, c->bytes + c->len, REQUEST_MAX - c->len, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    close(c->fd);
    free(c->bytes);
    free(c);
    return;
  }
  c->len += (size_t)got;
  c->bytes[c->len] = '\0';
  size_t used;
  while (c->len > 0 && (used = handle_request(s, c)) > 0) {
    memmove(c->bytes, c->bytes + used, c->len - used + 1);
    c->len -= used;
  }
}

static void accept_one(struct server *s) {
  int on = 1;
  int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
  struct connection *c = fd < 0 ? NULL : calloc(1, sizeof *c);
  if (c) c->bytes = malloc(REQUEST_MAX + 1);
  if (!c || !c->bytes) die("accept");
  c->fd = fd;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
  if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) != 0) die("epoll_ctl");
}

static void server_open(struct server *s) {
  struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof at;
  s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  s->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (s->listener < 0 || s->epoll < 0 || bind(s->listener, (struct sockaddr *)&at, size) != 0 ||
      listen(s->listener, CONNECTIONS_MAX) != 0 || getsockname(s->listener, (struct sockaddr *)&at, &size) != 0)
    die("listen");
  struct epoll_event e = { .events = EPOLLIN };
  if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &e) != 0) die("epoll_ctl");
  char address[32];
  snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(at.sin_port));
  setenv("AWS_LAMBDA_RUNTIME_API", address, 1);
}

static void server_run(struct server *s) {
  struct epoll_event ready[64];
  while (!s->finished) {
    errno = 0;
    int n = epoll_wait(s->epoll, ready, 64, SILENCE_S * 1000);
    if (n == 0) die("the command has been silent for too long");
    for (int i = 0; i < n && !s->finished; i++) {
      if (ready[i].data.ptr)
        connection_ready(s, ready[i].data.ptr);
      else
        accept_one(s);
    }
    errno = 0;
    if (!s->finished && (n < 0 || s->replies == 0) && waitpid(s->child, NULL, WNOHANG) != 0) die("the command ended");
  }
}

static void report(const struct server *s) {
  int64_t began = s->warm_ns ? s->warm_ns : s->first_next_ns;
  double counted = s->invocations > s->warmup ? (double)(s->invocations - s->warmup) : 1;
  double us = (double)(s->end_ns - began) / 1e3 / counted;
  printf("{\"started_ns\":%" PRId64
         ",\"first_next_us\":%.1f,\"first_cpu_us\":%.1f,\"first_faults\":%ld,\"invocations\":%" PRIu64
         ",\"errors\":%" PRIu64 ",",
         s->started_ns, (double)(s->first_next_ns - s->started_ns) / 1e3, (double)s->first_cpu_ns / 1e3,
         s->first_faults, s->replies, s->errors);
  if (s->invocations > 0)
    printf("\"us\":%.2f,\"cpu_us\":%.2f,\"per_second\":%.1f,\"duration_us\":%.2f,\"billed_ms\":%.3f,", us,
           (double)(s->end_cpu_ns - (s->warm_ns ? s->warm_cpu_ns : s->first_cpu_ns)) / 1e3 / counted, 1e6 / us,
           (double)s->durations_ns / 1e3 / counted, (double)s->billed_ms / counted);
  printf("\"memory_kb\":{\"next\":%ld,\"first\":%ld,\"mark\":%ld,\"end\":%ld,\"most\":%ld}}\n", s->next_kb, s->first_kb,
         s->mark_kb, s->end_kb, s->most_kb);
}

static void read_event(struct server *s, const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) die(path);
  s->event_len = fread(s->event, 1, sizeof s->event, file);
  fclose(file);
}

/* Reads the options; returns the command. */
static char **options_read(struct server *s, int argc, char **argv) {
  memcpy(s->event, MESSAGE, sizeof MESSAGE);
  s->event_len = sizeof MESSAGE - 1;
  int i = 1;
  for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
    if (strcmp(argv[i], "--invocations") == 0)
      s->invocations = strtoull(argv[i + 1], NULL, 10);
    else if (strcmp(argv[i], "--warmup") == 0)
      s->warmup = strtoull(argv[i + 1], NULL, 10);
    else if (strcmp(argv[i], "--mark") == 0)
      s->mark = strtoull(argv[i + 1], NULL, 10);
    else if (strcmp(argv[i], "--event") == 0)
      read_event(s, argv[i + 1]);
    else if (strcmp(argv[i], "--gap") == 0)
      s->gap_ns = strtoll(argv[i + 1], NULL, 10) * 1000;
    else if (strcmp(argv[i], "--group") == 0)
      s->group = argv[i + 1];
    else
      break;
  }
  if (i + 1 >= argc || strcmp(argv[i], "--") != 0 || s->warmup > s->invocations) {
    errno = 0;
    die("usage: [--invocations N] [--warmup N] [--mark N] [--event FILE] [--gap US] [--group PROCS] -- COMMAND...");
  }
  return argv + i + 1;
}

int main(int argc, char **argv) {
  static struct server s;
  char **command = options_read(&s, argc, argv);
  server_open(&s);
  s.child = child_start(command, s.group, &s.started_ns);
  if (s.child < 0) die("the command cannot be started");
  server_run(&s);
  kill(s.child, SIGKILL);
  waitpid(s.child, NULL, 0);
  report(&s);
  return 0;
}
