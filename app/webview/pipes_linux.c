//go:build linux && cgo && (production || dev)

// Keeps the pipes of Wails' answers out of child processes; the package comment says why.

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <gio/gunixinputstream.h>

static gboolean same_pipe(int fd, const struct stat *pipe)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && st.st_dev == pipe->st_dev && st.st_ino == pipe->st_ino;
}

static void keep(int fd)
{
	int flags = fcntl(fd, F_GETFD);
	if (flags >= 0)
		fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

// Marks both ends of the pipe that fd reads from. The other one is nearly always the next number.
static void keep_both(int fd)
{
	struct stat pipe;
	keep(fd);
	if (fstat(fd, &pipe) != 0 || !S_ISFIFO(pipe.st_mode))
		return;
	if (same_pipe(fd + 1, &pipe)) {
		keep(fd + 1);
		return;
	}
	DIR *all = opendir("/proc/self/fd");
	if (!all)
		return;
	for (struct dirent *one = readdir(all); one; one = readdir(all)) {
		int other = atoi(one->d_name);
		if (other > 2 && other != fd && same_pipe(other, &pipe))
			keep(other);
	}
	closedir(all);
}

// Replaces the function of this name in libgio and does the same. Wails calls it with the read end of a new pipe.
GInputStream *g_unix_input_stream_new(gint fd, gboolean close_fd)
{
	keep_both(fd);
	return g_object_new(G_TYPE_UNIX_INPUT_STREAM, "fd", fd, "close-fd", close_fd, NULL);
}
