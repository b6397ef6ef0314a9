/* Writes COUNT lines: those of a file, again and again, each round's times moved behind the one before.
 *
 *   repeat COUNT FILE
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { digits = 16 }; /* of a time in microseconds, from 2001 to 2286 */

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    long long count = atoll(argv[1]);
    FILE *file = fopen(argv[2], "rb");
    if (!file || fseek(file, 0, SEEK_END)) return 66;
    long size = ftell(file);
    char *text = malloc(size + 1), *end = text + size;
    rewind(file);
    if (fread(text, 1, size, file) != (size_t)size || size == 0) return 66;
    *end = 0;
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    long long first = 0, last = 0, shift = 0;
    for (long long written = 0;; shift += last - first + 1000) {
        for (char *line = text; line < end;) {
            if (written++ == count) return fflush(stdout) ? 74 : 0;
            char *ts = strstr(line, "\"ts\":"), *next = memchr(line, '\n', end - line);
            if (!ts || !next || ts > next) return 65;
            ts += 5;
            long long time = 0;
            for (int i = 0; i < digits; i++) time = time * 10 + (ts[i] - '0');
            if (line == text) first = time;
            last = time;
            fwrite_unlocked(line, 1, ts - line, stdout);
            char moved[digits];
            for (long long i = digits - 1, rest = time + shift; i >= 0; i--, rest /= 10) moved[i] = '0' + rest % 10;
            fwrite_unlocked(moved, 1, digits, stdout);
            fwrite_unlocked(ts + digits, 1, next + 1 - ts - digits, stdout);
            line = next + 1;
        }
    }
}
