// What the C library keeps behind _GNU_SOURCE, where Swift does not see it.
#ifndef CUNIX_H
#define CUNIX_H

#include <poll.h>
#include <signal.h>
#include <time.h>

/// ppoll(2): waits for files with another signal mask in force.
int unix_ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

/// The size of a pipe in bytes, -1 if the descriptor is none.
int unix_pipe_size(int descriptor);

/// Sets the size of a pipe; -1 where the system refuses.
int unix_set_pipe_size(int descriptor, int bytes);

#endif
