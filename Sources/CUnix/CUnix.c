#define _GNU_SOURCE
#include "CUnix.h"
#include <fcntl.h>

int unix_ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    return ppoll(files, count, timeout, mask);
}

int unix_pipe_size(int descriptor) { return fcntl(descriptor, F_GETPIPE_SZ); }

int unix_set_pipe_size(int descriptor, int bytes) { return fcntl(descriptor, F_SETPIPE_SZ, bytes); }
