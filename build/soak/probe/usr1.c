// On which stack is a thread when JavaScriptCore's SIGUSR1 handler is called: its C stack, or a goroutine's?
//
// An LD_PRELOAD library. It puts itself before the handler that WebKit installs (the one without SA_ONSTACK; Go's own
// has it) and counts into the file named by USR1_PROBE: 64-bit numbers, the tallies in the order below. The file is
// mapped: Go ends without running destructors, and a crash must not lose the numbers.
//
// WebKit's signals seldom find the thread in Go: some in ten thousand. With USR1_EVERY set, the probe sends more of the
// same signal to the same thread, one every so many microseconds, and keeps them from WebKit's handler. The kernel
// writes the same frame in the same place, so an hour's worth of chances to overwrite a stack fits into seconds.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

struct tally {
	int64_t c_stack;       // handlers on a C stack
	int64_t go_stack;      // handlers on a goroutine's stack
	int64_t largest_frame; // bytes from the interrupted stack pointer to the handler's own frame, on goroutine stacks
	int64_t bounded;       // how many of go_stack were on a stack whose bounds were found
	int64_t overruns;      // how many of those had their frame reach below the stack's lower bound
	int64_t least_room;    // bytes free below the interrupted stack pointer, at the least
	int64_t stack_size;    // bytes, the smallest seen
	int64_t least_used;    // bytes of the stack in use, the least seen
};

static struct {
	struct tally webkit, added;
} *counts;

static int (*next_sigaction)(int, const struct sigaction *, struct sigaction *);
static int (*next_pthread_kill)(pthread_t, int);
static void (*next_handler)(int, siginfo_t *, void *);
static uintptr_t c_stack_low, c_stack_high; // of the thread that WebKit signals
static pid_t process;
static long every; // microseconds between added signals; 0 adds none

// The added signals must never meet WebKit's, which waits for exactly one signal to go on: sending is under a lock, an
// added signal is waited for before the lock is given up, and none is sent while WebKit holds the thread.
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER;
static volatile pid_t window_thread; // known from WebKit's first signal on
static volatile int added_pending;
static volatile long webkit_sent, webkit_handled; // WebKit's signals, and those whose handler has returned

#if defined(__x86_64__)
#define STACK_POINTER REG_RSP
#define GOROUTINE REG_R14 // Go's ABIInternal keeps the current g here
#define REGISTER(context, r) ((uintptr_t)(context)->uc_mcontext.gregs[r])
#elif defined(__aarch64__)
#define STACK_POINTER 31
#define GOROUTINE 28
#define REGISTER(context, r) ((uintptr_t)((r) == 31 ? (context)->uc_mcontext.sp : (context)->uc_mcontext.regs[r]))
#else
#error "the registers of this processor are not known here"
#endif

// stack_of reads the first two words of a runtime.g, its stack's bounds, without trusting the address.
static int stack_of(uintptr_t g, uintptr_t sp, uintptr_t bounds[2])
{
	struct iovec to = { bounds, 2 * sizeof bounds[0] }, from = { (void *)g, 2 * sizeof bounds[0] };
	if (syscall(SYS_process_vm_readv, process, &to, 1, &from, 1, 0) != (long)to.iov_len)
		return 0;
	return bounds[0] <= sp && sp < bounds[1];
}

static int64_t lesser(int64_t old, int64_t new, int first) { return first || new < old ? new : old; }

// note counts. Only one thread gets the signal, the one that GTK runs on: nothing here runs twice at a time.
static void note(struct tally *t, ucontext_t *context)
{
	char here;
	uintptr_t bounds[2], sp = REGISTER(context, STACK_POINTER);
	if (c_stack_low <= sp && sp < c_stack_high) {
		t->c_stack++;
		return;
	}
	t->go_stack++;
	int64_t frame = (int64_t)(sp - (uintptr_t)&here);
	if (frame > t->largest_frame)
		t->largest_frame = frame;
	if (!stack_of(REGISTER(context, GOROUTINE), sp, bounds))
		return;
	int64_t room = (int64_t)(sp - bounds[0]);
	int first = t->bounded++ == 0;
	if (room < frame)
		t->overruns++;
	t->least_room = lesser(t->least_room, room, first);
	t->stack_size = lesser(t->stack_size, (int64_t)(bounds[1] - bounds[0]), first);
	t->least_used = lesser(t->least_used, (int64_t)(bounds[1] - sp), first);
}

static void handler(int number, siginfo_t *info, void *context)
{
	if (added_pending) {
		note(&counts->added, context);
		added_pending = 0;
		return;
	}
	note(&counts->webkit, context);
	next_handler(number, info, context); // waits for a second signal, in a second call, when it suspends the thread
	webkit_handled++;
	window_thread = (pid_t)syscall(SYS_gettid);
}

static void *add_signals(void *unused)
{
	(void)unused;
	for (;;) {
		usleep((useconds_t)every);
		pthread_mutex_lock(&sending);
		if (window_thread && webkit_sent == webkit_handled) {
			added_pending = 1;
			syscall(SYS_tgkill, process, window_thread, SIGUSR1);
			while (added_pending)
				usleep(5);
		}
		pthread_mutex_unlock(&sending);
	}
	return NULL;
}

// learn finds the bounds of the C stack of the thread that WebKit is about to signal for the first time. It is not
// always the process's first thread: Wails locks the thread that goroutine 1 is on by then.
static void learn(pthread_t thread)
{
	pthread_attr_t attributes;
	void *low;
	size_t size;
	if (pthread_getattr_np(thread, &attributes) || pthread_attr_getstack(&attributes, &low, &size))
		abort();
	pthread_attr_destroy(&attributes);
	c_stack_low = (uintptr_t)low;
	c_stack_high = c_stack_low + size;
}

int pthread_kill(pthread_t thread, int number)
{
	if (!next_pthread_kill)
		next_pthread_kill = (int (*)(pthread_t, int))dlsym(RTLD_NEXT, "pthread_kill");
	if (!next_handler || number != SIGUSR1)
		return next_pthread_kill(thread, number);
	pthread_mutex_lock(&sending);
	if (!c_stack_high)
		learn(thread);
	webkit_sent++;
	int result = next_pthread_kill(thread, number);
	pthread_mutex_unlock(&sending);
	return result;
}

int sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	if (!next_sigaction)
		next_sigaction = (int (*)(int, const struct sigaction *, struct sigaction *))dlsym(RTLD_NEXT, "sigaction");
	if (!counts || number != SIGUSR1 || !new || !(new->sa_flags & SA_SIGINFO) || (new->sa_flags & SA_ONSTACK))
		return next_sigaction(number, new, old);
	struct sigaction ours = *new;
	next_handler = new->sa_sigaction;
	ours.sa_sigaction = handler;
	pthread_t adder;
	if (every && pthread_create(&adder, NULL, add_signals, NULL))
		abort();
	return next_sigaction(number, &ours, old);
}

__attribute__((constructor)) static void start(void)
{
	const char *name = getenv("USR1_PROBE"), *interval = getenv("USR1_EVERY");
	if (!name)
		return;
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0 || ftruncate(file, sizeof *counts))
		abort();
	void *map = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (map == MAP_FAILED)
		abort();
	every = interval ? atol(interval) : 0;
	process = getpid();
	unsetenv("LD_PRELOAD"); // WebKit's other processes use the signal too, and are not asked
	unsetenv("USR1_PROBE");
	counts = map;
}
