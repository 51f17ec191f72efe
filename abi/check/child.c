// SPDX-License-Identifier: MIT
#include "abi/check/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Added to the timeout, so that a check that itself waits for the plugin reports first. */
enum { GRACE_SECONDS = 2 };

struct child {
    pid_t process;
    int output;
    int status;
    int interrupted; /* The signal that the tool received, or 0. */
    bool hung;
    char hung_in[CHECK_STEP_TEXT];
};

/* ---- In the child ---- */

/* Sanitizers install handlers, which a fork inherits; a crash must end the child by its signal. */
static void reset_signals(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL, SIGABRT,
                                  SIGTRAP, SIGPIPE, SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_inside(const struct check *check, struct check_run *run, int output)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    reset_signals();
    /* Keeps what the plugin prints out of the report. */
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    check_share(run->shared);
    check->run(run);
    check_finish(run);
}

/* ---- In the tool ---- */

/* Whether a step has taken too long; hung_in keeps the first one. */
static bool find_hang(struct child *child, struct check_shared *shared, unsigned timeout)
{
    const uint64_t limit = (uint64_t)(timeout + GRACE_SECONDS) * 1000000000u;
    const uint64_t now = check_now();
    for (size_t i = 0; i < CHECK_STEPS && !child->hung; i++) {
        const uint64_t since = atomic_load(&shared->steps[i].since);
        if (since == 0 || now < since + limit)
            continue;
        snprintf(child->hung_in, sizeof child->hung_in, "%s", shared->steps[i].what);
        child->hung = true;
    }
    return child->hung;
}

void child_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGCHLD);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGHUP);
}

static void wait_for(struct child *child, struct check_shared *shared, unsigned timeout)
{
    sigset_t signals;
    child_signals(&signals);
    while (waitpid(child->process, &child->status, WNOHANG) == 0) {
        if (child->interrupted != 0 || find_hang(child, shared, timeout))
            kill(child->process, SIGKILL);
        const int signal = sigtimedwait(&signals, NULL, &(struct timespec){.tv_nsec = 50000000});
        if (signal > 0 && signal != SIGCHLD)
            child->interrupted = signal;
    }
    kill(-child->process, SIGKILL); /* Processes that the plugin has started. */
}

static void describe_steps(const struct check_shared *shared, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < CHECK_STEPS && used < size; i++) {
        if (atomic_load(&shared->steps[i].since) == 0)
            continue;
        const int more = snprintf(text + used, size - used, "%s%s", used == 0 ? " in " : " and ",
                                  shared->steps[i].what);
        used += more > 0 ? (size_t)more : 0;
    }
}

static void judge(const struct child *child, const struct check_shared *shared, unsigned timeout,
                  struct check_result *result)
{
    char where[CHECK_TEXT / 2];
    describe_steps(shared, where, sizeof where);
    if (child->hung)
        snprintf(result->detail, sizeof result->detail, "%s did not return within %u s",
                 child->hung_in, timeout);
    else if (WIFSIGNALED(child->status))
        snprintf(result->detail, sizeof result->detail,
                 "the process was killed by signal %d (%s)%s", WTERMSIG(child->status),
                 strsignal(WTERMSIG(child->status)), where);
    else if (atomic_load(&shared->finished) == 0)
        snprintf(result->detail, sizeof result->detail,
                 "the plugin exited the process with status %d%s", WEXITSTATUS(child->status),
                 where);
    else
        return;
    result->outcome = CHECK_NOT_OK;
}

/* Keeps the last lines that fit. */
static void read_output(int output, struct check_result *result)
{
    const off_t size = lseek(output, 0, SEEK_END);
    const off_t most = sizeof result->output - 1;
    const ssize_t got = pread(output, result->output, (size_t)most, size > most ? size - most : 0);
    result->output[got < 0 ? 0 : got] = '\0';
    const char *line = size > most ? strchr(result->output, '\n') : NULL;
    if (line != NULL)
        memmove(result->output, line + 1, strlen(line));
}

static bool fail(struct check_result *result, const char *what)
{
    snprintf(result->detail, sizeof result->detail, "%s: %s", what, strerror(errno));
    return false;
}

static void start_and_wait(const struct check *check, struct check_run *run, struct child *child)
{
    const uint64_t begin = check_now();
    fflush(NULL);
    child->process = fork();
    if (child->process == 0)
        run_inside(check, run, child->output);
    if (child->process < 0)
        return;
    wait_for(child, run->shared, run->options->timeout);
    run->shared->result.milliseconds = (check_now() - begin) / 1000000;
}

bool child_run(const struct check *check, struct check_run *run, struct check_identity *identity,
               struct check_result *result)
{
    struct check_shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return fail(result, "mmap");
    struct child child = {.output = memfd_create("output", MFD_CLOEXEC)};
    struct check_run inside = *run;
    inside.shared = shared;
    if (child.output < 0) {
        munmap(shared, sizeof *shared);
        return fail(result, "memfd_create");
    }
    start_and_wait(check, &inside, &child);
    bool made = child.process > 0;
    if (made && child.interrupted != 0) {
        snprintf(result->detail, sizeof result->detail, "interrupted by signal %d",
                 child.interrupted);
        made = false;
    } else if (made) {
        *result = shared->result;
        judge(&child, shared, run->options->timeout, result);
        read_output(child.output, result);
        if (shared->identity.abi_known != 0)
            *identity = shared->identity;
        if (shared->rounds.known != 0)
            run->rounds = shared->rounds;
        made = !result->mistaken || result->outcome == CHECK_NOT_OK; /* It crashed after all. */
    } else {
        fail(result, "fork");
    }
    close(child.output);
    munmap(shared, sizeof *shared);
    return made;
}
