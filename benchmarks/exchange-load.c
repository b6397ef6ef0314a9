/* Clients of drift-exchange, for benchmarks/exchange: as many as the machine has files for, in one process.
 *
 *   exchange-load orders  PORT MARKET SECONDS CONNECTIONS ACCOUNTS RATE
 *   exchange-load streams PORT MARKET SECONDS CONNECTIONS SLOW RATE
 *
 * orders: RATE market orders a second, by ACCOUNTS accounts in turn (keys k0, k1, ... with secret "s"), over CONNECTIONS
 * connections that stay open. An order's time counts from the instant at which it was due, not from the one at which a
 * connection was free for it: so a slow exchange cannot hide behind its own slowness.
 * streams: RATE trades a second go into the market, and to CONNECTIONS streams that read and SLOW that never do. A
 * message's time counts from the instant at which its trade was due; the trade's id carries it.
 *
 * MARKET is the FIFO that the exchange reads: a quote comes each 100 ms. Prints one line: what was done a second, and its p50, p99 and greatest time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, TIMES = 1 << 24 };

struct client {
    int socket;
    int64_t due;    /* of the order that it waits for; 0: it is free */
    int used;       /* bytes in the buffer */
    int opened;     /* streams: the handshake is over */
    char *buffer;
};

static struct client *clients;
static int64_t *times;
static long done, failed, closed;

static void die(const char *what) {
    fprintf(stderr, "exchange-load: error: unable to %s: %s\n", what, strerror(errno));
    exit(69);
}

static int64_t clock_of(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static int64_t now(void) { return clock_of(CLOCK_MONOTONIC); }

static void took(int64_t time) {
    if (done < TIMES) times[done] = time;
    done++;
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double seconds, double asked) {
    long n = done < TIMES ? done : TIMES;
    qsort(times, n, sizeof *times, compare);
    double p50 = n ? times[n / 2] / 1e6 : 0, p99 = n ? times[(long)(n * 0.99)] / 1e6 : 0, max = n ? times[n - 1] / 1e6 : 0;
    printf("%s %.0f/s of %.0f/s, p50 %.2f ms, p99 %.2f ms, max %.1f ms, %ld refused, %ld connections closed\n", what,
           done / seconds, asked, p50, p99, max, failed, closed);
}

static int connect_to(int port) {
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return s;
}

static void send_all(int s, const char *bytes, int count) {
    while (count > 0) {
        int n = write(s, bytes, count);
        if (n < 0 && errno == EAGAIN) continue;
        if (n < 0) return;
        bytes += n, count -= n;
    }
}

/* The market: a quote, or a trade whose id is the instant at which it was due. */
static void market(int fifo, int64_t ts, const char *id) {
    char line[512];
    int n = id ? snprintf(line, sizeof line, "{\"type\":\"trade\",\"ts\":%lld,\"sym\":\"BTCUSDT\",\"px\":100000,\"qty\":0.01,"
                                             "\"side\":\"buy\",\"id\":\"%s\"}\n", (long long)ts, id)
               : snprintf(line, sizeof line, "{\"type\":\"quote\",\"ts\":%lld,\"sym\":\"BTCUSDT\",\"bid\":100000,"
                                             "\"bid_qty\":1000,\"ask\":100001,\"ask_qty\":1000}\n", (long long)ts);
    send_all(fifo, line, n);
}

static void order(struct client *c, long number, int accounts, int64_t due) {
    char body[512], text[1024], request[2048], hex[65], key[32];
    int64_t ms = clock_of(CLOCK_REALTIME) / 1000000;
    snprintf(key, sizeof key, "k%ld", number % accounts);
    int length = snprintf(body, sizeof body,
        "{\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"side\":\"%s\",\"orderType\":\"Market\",\"qty\":\"0.001\","
        "\"orderLinkId\":\"n%ld\",\"positionIdx\":0}", number / accounts % 2 ? "Sell" : "Buy", number);
    int n = snprintf(text, sizeof text, "%lld%s5000%s", (long long)ms, key, body);
    unsigned char sum[32];
    HMAC(EVP_sha256(), "s", 1, (unsigned char *)text, n, sum, NULL);
    for (int i = 0; i < 32; i++) sprintf(hex + 2 * i, "%02x", sum[i]);
    n = snprintf(request, sizeof request,
        "POST /v5/order/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-BAPI-API-KEY: %s\r\n"
        "X-BAPI-TIMESTAMP: %lld\r\nX-BAPI-RECV-WINDOW: 5000\r\nX-BAPI-SIGN: %s\r\nContent-Length: %d\r\n\r\n%s",
        key, (long long)ms, hex, length, body);
    c->due = due;
    send_all(c->socket, request, n);
}

/* Takes what has come of an answer; true once it is whole. */
static int answered(struct client *c) {
    c->buffer[c->used] = 0;
    char *end = strstr(c->buffer, "\r\n\r\n"), *length = strcasestr(c->buffer, "content-length: ");
    if (!end || !length || c->used < end + 4 - c->buffer + atoi(length + 16)) return 0;
    if (!strstr(end, "\"retCode\":0,")) failed++;
    c->used = 0;
    return 1;
}

/* Takes the whole frames of what has come. */
static void frames(struct client *c, int64_t time) {
    int at = 0;
    while (c->used - at >= 2) {
        unsigned char *head = (unsigned char *)c->buffer + at;
        int64_t count = head[1] & 0x7f;
        int size = 2;
        if (count == 126) {
            if (c->used - at < 4) break;
            count = head[2] << 8 | head[3], size = 4;
        } else if (count == 127) die("read a frame above 64 KiB");
        if (c->used - at < size + count) break;
        char *id = memmem(head + size, count, "\"i\":\"", 5);
        for (char *end = (char *)head + size + count; id; id = memmem(id + 5, end - id - 5, "\"i\":\"", 5))
            took(time - atoll(id + 5));
        at += size + count;
    }
    memmove(c->buffer, c->buffer + at, c->used - at);
    c->used -= at;
}

static const char handshake[] = "GET /v5/public/linear HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static void subscribe(int s) {
    static const char text[] = "{\"op\":\"subscribe\",\"args\":[\"publicTrade.BTCUSDT\"]}";
    unsigned char frame[128] = {0x81, 0x80 | (sizeof text - 1), 0, 0, 0, 0}; /* a mask of zeros masks nothing */
    memcpy(frame + 6, text, sizeof text - 1);
    send_all(s, (char *)frame, 6 + sizeof text - 1);
}

int main(int argc, char **argv) {
    if (argc != 8) { fprintf(stderr, "exchange-load: error: see the top of exchange-load.c\n"); return 64; }
    int streams = !strcmp(argv[1], "streams"), port = atoi(argv[2]);
    double seconds = atof(argv[4]);
    int readers = atoi(argv[5]), other = atoi(argv[6]), count = streams ? readers + other : readers;
    double rate = atof(argv[7]);
    int fifo = open(argv[3], O_WRONLY | O_CLOEXEC);
    if (fifo < 0) die("open the market");
    times = malloc(TIMES * sizeof *times), clients = calloc(count, sizeof *clients);
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int poll = epoll_create1(EPOLL_CLOEXEC), slow = 4096;
    int64_t ts = clock_of(CLOCK_REALTIME) / 1000;
    market(fifo, ts, NULL);
    usleep(300000);
    for (int i = 0; i < count; i++) {
        struct client *c = clients + i;
        c->socket = connect_to(port), c->buffer = malloc(BUFFER + 1);
        if (streams) {
            send_all(c->socket, handshake, sizeof handshake - 1);
            while (c->used == 0 || !memmem(c->buffer, c->used, "\r\n\r\n", 4)) {
                int n = read(c->socket, c->buffer + c->used, BUFFER - c->used);
                if (n <= 0) die("open a stream");
                c->used += n;
            }
            c->used = 0;
            if (i >= readers) setsockopt(c->socket, SOL_SOCKET, SO_RCVBUF, &slow, sizeof slow);
            subscribe(c->socket);
        }
        fcntl(c->socket, F_SETFL, O_NONBLOCK);
        struct epoll_event event = {.events = i >= readers ? EPOLLRDHUP : EPOLLIN, .data.u32 = i};
        epoll_ctl(poll, EPOLL_CTL_ADD, c->socket, &event);
    }
    usleep(500000);
    int64_t start = now(), end = start + (int64_t)(seconds * 1e9), quoted = start;
    long issued = 0;
    int next = 0;
    while (now() < end) {
        int64_t time = now();
        if (time - quoted > 100000000) quoted = time, market(fifo, ts + (time - start) / 1000, NULL);
        for (int64_t due; (due = start + (int64_t)(issued * 1e9 / rate)) <= time;) {
            if (streams) {
                char id[32];
                snprintf(id, sizeof id, "%lld", (long long)due);
                market(fifo, ts + (due - start) / 1000, id), issued++;
                quoted = time;
                continue;
            }
            int tried = 0;
            while (tried < count && clients[next].due) next = (next + 1) % count, tried++;
            if (tried == count) break;
            order(clients + next, issued++, other, due);
        }
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, 1);
        for (int i = 0; i < ready; i++) {
            struct client *c = clients + events[i].data.u32;
            int n = (int)events[i].data.u32 >= readers ? 0 : (int)read(c->socket, c->buffer + c->used, BUFFER - c->used);
            if (n <= 0 && !(n < 0 && errno == EAGAIN)) {
                closed++, epoll_ctl(poll, EPOLL_CTL_DEL, c->socket, NULL);
                c->due = INT64_MAX;
                continue;
            }
            if (n < 0) continue;
            c->used += n, time = now();
            if (streams) frames(c, time);
            else if (answered(c)) took(time - c->due), c->due = 0;
        }
    }
    double past = (now() - start) / 1e9;
    report(streams ? "messages" : "orders", past, streams ? rate * readers : rate);
    return 0;
}
