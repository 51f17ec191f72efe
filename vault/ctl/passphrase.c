// SPDX-License-Identifier: MIT
#include "vault/ctl/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "vault/limit.h"
#include "vault/tool/report.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define SIGNAL_COUNT (sizeof ending_signals / sizeof *ending_signals)

/* Characters that a new passphrase should have. Nothing tells how random they are. */
enum { GOOD_PASSPHRASE = 12 };

/* Where a passphrase comes from. */
struct source {
    const char *file_variable;
    const char *variable;
    const char *question;
    bool is_new;
};

static const struct source sources[] = {
    [PASSPHRASE_CURRENT] = {"VAULT_PASSPHRASE_FILE", "VAULT_PASSPHRASE",
                            "Passphrase of the secret key", false},
    [PASSPHRASE_OF_NEW_KEY] = {"VAULT_PASSPHRASE_FILE", "VAULT_PASSPHRASE",
                               "New passphrase for the secret key", true},
    [PASSPHRASE_REPLACEMENT] = {"VAULT_NEW_PASSPHRASE_FILE", "VAULT_NEW_PASSPHRASE",
                                "New passphrase for the secret key", true},
};

static volatile sig_atomic_t interrupted;

/*
 * Reads one byte. Returns 1, 0 at the end, or -1 with errno set. `waiting` is the signal mask while
 * it waits and only then, so that no signal slips in between the check of `interrupted` and the
 * wait; NULL leaves the mask unchanged.
 */
static ssize_t read_byte(int file, unsigned char *byte, const sigset_t *waiting)
{
    struct pollfd ready = {.fd = file, .events = POLLIN};
    while (ppoll(&ready, 1, NULL, waiting) < 0) {
        if (errno != EINTR || interrupted != 0)
            return -1;
    }
    return read(file, byte, 1);
}

/* Reads one line, without its end, into guarded memory. */
static bool read_line(int file, const sigset_t *waiting, struct vault_secret *ret_line,
                      struct vault_failure *failure)
{
    vault_secret_auto line = VAULT_NO_SECRET;
    if (!vault_secret_init(VAULT_PASSPHRASE_LIMIT + 1, &line))
        return vault_fail_no_memory(failure);
    size_t size = 0;
    while (size < line.size) {
        const ssize_t got = read_byte(file, line.bytes + size, waiting);
        if (got < 0)
            return vault_fail(failure, "the passphrase can't be read: %s", strerror(errno));
        if (got == 0 || line.bytes[size] == '\n')
            break;
        size++;
    }
    if (size == line.size)
        return vault_fail(failure, "the passphrase is longer than %d bytes",
                          VAULT_PASSPHRASE_LIMIT);
    if (size > 0 && line.bytes[size - 1] == '\r')
        size--;
    if (size == 0)
        return vault_fail(failure, "the passphrase is empty");
    line.size = size;
    *ret_line = line;
    line = VAULT_NO_SECRET;
    return true;
}

static bool read_from_file(const char *variable, const char *path,
                           struct vault_secret *ret_passphrase, struct vault_failure *failure)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return vault_fail(failure, "%s '%.300s' can't be read: %s", variable, path,
                          strerror(errno));
    warn_if_shared(path);
    const bool read = read_line(file, NULL, ret_passphrase, failure);
    close(file);
    return read;
}

static bool read_from_environment(const char *variable, const char *value,
                                  struct vault_secret *ret_passphrase,
                                  struct vault_failure *failure)
{
    if (*value == '\0')
        return vault_fail(failure, "%s is empty", variable);
    if (!vault_secret_init(strlen(value), ret_passphrase))
        return vault_fail_no_memory(failure);
    memcpy(ret_passphrase->bytes, value, ret_passphrase->size);
    return true;
}

static void note_signal(int number)
{
    interrupted = number;
}

/*
 * Catches the signals that would end the process and blocks them, except while *ret_waiting is the
 * signal mask.
 */
static void catch_signals(struct sigaction ret_previous[SIGNAL_COUNT], sigset_t *ret_waiting)
{
    const struct sigaction action = {.sa_handler = note_signal};
    sigset_t ending;
    sigemptyset(&ending);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        sigaddset(&ending, ending_signals[i]);
        sigaction(ending_signals[i], &action, &ret_previous[i]);
    }
    sigprocmask(SIG_BLOCK, &ending, ret_waiting);
}

static void restore_signals(const struct sigaction previous[SIGNAL_COUNT], const sigset_t *mask)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(ending_signals[i], &previous[i], NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (interrupted != 0)
        raise(interrupted);
}

/*
 * A signal that arrives while the echo is off cancels the question; it takes effect once the echo
 * is on again.
 */
static bool ask(int terminal, const char *question, struct vault_secret *ret_answer,
                struct vault_failure *failure)
{
    struct termios previous, silent;
    struct sigaction actions[SIGNAL_COUNT];
    sigset_t mask;
    if (tcgetattr(terminal, &previous) != 0)
        return vault_fail(failure, "the terminal's echo can't be turned off: %s", strerror(errno));
    silent = previous;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    catch_signals(actions, &mask);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    dprintf(terminal, "%s: ", question);
    const bool read = read_line(terminal, &mask, ret_answer, failure);
    tcsetattr(terminal, TCSAFLUSH, &previous);
    dprintf(terminal, "\n");
    restore_signals(actions, &mask);
    return read;
}

static bool ask_again(int terminal, const struct vault_secret *first, struct vault_failure *failure)
{
    vault_secret_auto second = VAULT_NO_SECRET;
    if (!ask(terminal, "Repeat the passphrase", &second, failure))
        return false;
    if (second.size == first->size && memcmp(second.bytes, first->bytes, first->size) == 0)
        return true;
    return vault_fail(failure, "the two passphrases differ");
}

static bool ask_terminal(const struct source *source, struct vault_secret *ret_passphrase,
                         struct vault_failure *failure)
{
    const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return vault_fail(failure, "there is no terminal to ask for the passphrase: set %s",
                          source->file_variable);
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    const bool read = ask(terminal, source->question, &passphrase, failure) &&
                      (!source->is_new || ask_again(terminal, &passphrase, failure));
    close(terminal);
    if (!read)
        return false;
    *ret_passphrase = passphrase;
    passphrase = VAULT_NO_SECRET;
    return true;
}

/* Characters of UTF-8: bytes that don't continue one. */
static size_t character_count(const struct vault_secret *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->size; i++)
        count += (text->bytes[i] & 0xC0) != 0x80;
    return count;
}

static void warn_if_short(const struct vault_secret *passphrase)
{
    if (character_count(passphrase) < GOOD_PASSPHRASE)
        report(EXIT_DONE,
               "warning: the passphrase is short: whoever gets hold of the secret file can guess "
               "it; use %d characters or more, or random ones: head -c 24 /dev/urandom | base64",
               GOOD_PASSPHRASE);
}

static bool read_any(const struct source *source, struct vault_secret *ret_passphrase,
                     struct vault_failure *failure)
{
    const char *path = getenv(source->file_variable), *value = getenv(source->variable);
    if (path != NULL)
        return read_from_file(source->file_variable, path, ret_passphrase, failure);
    return value != NULL ? read_from_environment(source->variable, value, ret_passphrase, failure)
                         : ask_terminal(source, ret_passphrase, failure);
}

bool passphrase_read(enum passphrase which, struct vault_secret *ret_passphrase,
                     struct vault_failure *failure)
{
    const struct source *source = &sources[which];
    if (!read_any(source, ret_passphrase, failure))
        return false;
    if (source->is_new)
        warn_if_short(ret_passphrase);
    return true;
}
