// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "vault/ctl/ctl.h"
#include "vault/keyring_internal.h"
#include "vault/timestamp.h"

enum { PASSPHRASE_LIMIT = 1024 };

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define SIGNAL_COUNT (sizeof ending_signals / sizeof *ending_signals)

static volatile sig_atomic_t interrupted;

int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool unit_seconds(const char *unit, int64_t *ret_seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (unit[0] == units[i].unit && unit[1] == '\0') {
            *ret_seconds = units[i].seconds;
            return true;
        }
    }
    return false;
}

bool parse_time(const char *text, int64_t now, int64_t *ret_ms)
{
    char *unit;
    int64_t seconds;
    if (text[0] != '+')
        return vault_timestamp_parse(text, strlen(text), ret_ms);
    if (!isdigit((unsigned char)text[1]) || strlen(text) > 10)
        return false;
    const long long count = strtoll(text + 1, &unit, 10);
    if (!unit_seconds(unit, &seconds))
        return false;
    *ret_ms = now + count * seconds * 1000;
    return *ret_ms < 253402300800000; /* The year 10000 has no timestamp. */
}

bool read_token(const char *operand, char *room, size_t capacity, size_t *ret_size,
                struct vault_failure *failure)
{
    size_t size = strlen(operand);
    if (strcmp(operand, "-") == 0)
        size = fread(room, 1, capacity, stdin);
    else
        memcpy(room, operand, size < capacity ? size : capacity);
    if (size >= capacity)
        return vault_fail(failure, "the token is longer than 4,096 bytes");
    while (size > 0 && isspace((unsigned char)room[size - 1]))
        size--;
    *ret_size = size;
    return true;
}

/*
 * One byte, or nothing at the end: 1, 0, or -1 with errno. `waiting` is the mask of signals while
 * it waits, and only then, so that none can come unnoticed between the look at `interrupted` and
 * the wait; NULL: as it is.
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

/* A line from a stream, without its end, into guarded memory. */
static bool read_line(int file, const sigset_t *waiting, struct vault_secret *ret_line,
                      struct vault_failure *failure)
{
    vault_secret_auto line = VAULT_NO_SECRET;
    if (!vault_secret_init(PASSPHRASE_LIMIT, &line))
        return vault_fail(failure, "out of memory");
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
        return vault_fail(failure, "the passphrase is longer than %d bytes", PASSPHRASE_LIMIT - 1);
    if (size > 0 && line.bytes[size - 1] == '\r')
        size--;
    if (size == 0)
        return vault_fail(failure, "the passphrase is empty");
    line.size = size;
    *ret_line = line;
    line = VAULT_NO_SECRET;
    return true;
}

static bool read_from_file(const char *path, struct vault_secret *ret_passphrase,
                           struct vault_failure *failure)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return vault_fail(failure, "VAULT_PASSPHRASE_FILE '%.300s' can't be read: %s", path,
                          strerror(errno));
    const bool read = read_line(file, NULL, ret_passphrase, failure);
    close(file);
    return read;
}

static bool read_from_environment(const char *value, struct vault_secret *ret_passphrase,
                                  struct vault_failure *failure)
{
    if (*value == '\0')
        return vault_fail(failure, "VAULT_PASSPHRASE is empty");
    if (!vault_secret_init(strlen(value), ret_passphrase))
        return vault_fail(failure, "out of memory");
    memcpy(ret_passphrase->bytes, value, ret_passphrase->size);
    return true;
}

static void note_signal(int number)
{
    interrupted = number;
}

/*
 * Catches the signals that would end the process, and lets them in only while `*ret_waiting` is the
 * mask.
 */
static void catch_signals(struct sigaction former[SIGNAL_COUNT], sigset_t *ret_waiting)
{
    const struct sigaction action = {.sa_handler = note_signal};
    sigset_t ending;
    sigemptyset(&ending);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        sigaddset(&ending, ending_signals[i]);
        sigaction(ending_signals[i], &action, &former[i]);
    }
    sigprocmask(SIG_BLOCK, &ending, ret_waiting);
}

static void release_signals(const struct sigaction former[SIGNAL_COUNT], const sigset_t *mask)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        sigaction(ending_signals[i], &former[i], NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (interrupted != 0)
        raise(interrupted);
}

/*
 * A signal that comes while the echo is off ends the question, and takes effect when the echo is
 * back.
 */
static bool ask(int terminal, const char *question, struct vault_secret *ret_answer,
                struct vault_failure *failure)
{
    struct termios former, silent;
    struct sigaction actions[SIGNAL_COUNT];
    sigset_t mask;
    if (tcgetattr(terminal, &former) != 0)
        return vault_fail(failure, "the terminal can't be set: %s", strerror(errno));
    silent = former;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    catch_signals(actions, &mask);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    dprintf(terminal, "%s: ", question);
    const bool read = read_line(terminal, &mask, ret_answer, failure);
    tcsetattr(terminal, TCSAFLUSH, &former);
    dprintf(terminal, "\n");
    release_signals(actions, &mask);
    return read;
}

static bool ask_again(int terminal, const struct vault_secret *first, struct vault_failure *failure)
{
    vault_secret_auto second = VAULT_NO_SECRET;
    if (!ask(terminal, "The same again", &second, failure))
        return false;
    if (second.size == first->size && memcmp(second.bytes, first->bytes, first->size) == 0)
        return true;
    return vault_fail(failure, "the two passphrases differ");
}

bool read_passphrase(bool twice, struct vault_secret *ret_passphrase, struct vault_failure *failure)
{
    const char *path = getenv("VAULT_PASSPHRASE_FILE"), *value = getenv("VAULT_PASSPHRASE");
    if (path != NULL)
        return read_from_file(path, ret_passphrase, failure);
    if (value != NULL)
        return read_from_environment(value, ret_passphrase, failure);
    const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return vault_fail(
            failure, "there is no terminal to ask for the passphrase; set VAULT_PASSPHRASE_FILE");
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    const bool read =
        ask(terminal, twice ? "New passphrase of the secret key" : "Passphrase of the secret key",
            &passphrase, failure) &&
        (!twice || ask_again(terminal, &passphrase, failure));
    close(terminal);
    if (!read)
        return false;
    *ret_passphrase = passphrase;
    passphrase = VAULT_NO_SECRET;
    return true;
}
