// What the C library keeps behind _GNU_SOURCE, where Swift does not see it.
#ifndef CUNIX_H
#define CUNIX_H

// No system header here: a type that two modules define belongs to whichever the compiler happens to load first, and an
// import that is right in one build is wrong in the next.
struct pollfd;
struct timespec;

/// ppoll(2): waits for files with another signal mask, a sigset_t, in force.
int unix_ppoll(struct pollfd *files, unsigned long count, const struct timespec *timeout, const void *mask);

/// The size of a pipe in bytes, -1 if the descriptor is none.
int unix_pipe_size(int descriptor);

/// Sets the size of a pipe; -1 where the system refuses.
int unix_set_pipe_size(int descriptor, int bytes);

/// Keeps other processes of the user out of this one's memory, leaves no core behind, and gains no rights by exec; 0 on
/// success.
int unix_harden(void);

#endif
