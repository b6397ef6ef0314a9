#define _GNU_SOURCE
#include "CUnix.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

int unix_ppoll(struct pollfd *files, unsigned long count, const struct timespec *timeout, const void *mask) {
    return ppoll(files, count, timeout, mask);
}

int unix_pipe_size(int descriptor) { return fcntl(descriptor, F_GETPIPE_SZ); }

int unix_set_pipe_size(int descriptor, int bytes) { return fcntl(descriptor, F_SETPIPE_SZ, bytes); }

int unix_harden(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) | prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
