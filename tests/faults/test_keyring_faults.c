// SPDX-License-Identifier: MIT
/* A token's check and a keyring's reading while calls fail: never accepted what is revoked. */
#include "tests/vault/signer.h"

#include <errno.h>
#include <unistd.h>

#include "tests/faults/fault.h"

#define LOOK_INTERVAL_MS 200
#define SETTLED_MS 10000

static char folder[] = "/tmp/keyring-faults-XXXXXX";
static char path[64];
static struct signer signer;
static int warnings, notes;

static void make(void)
{
    fault_init();
    fault_set_clock(1000000);
    signer = signer_make();
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/keyring.json", folder);
}

static void clean(void)
{
    fault_end();
    unlink(path);
    rmdir(folder);
}

TestSuite(keyring_faults, .init = make, .fini = clean);

/* ---- Checking a token ---- */

#define MORE ",\"other\":[1,2.5,-1e400,{\"a\":\"b\",\"c\":[null,true]}],\"iss\":\"vault\""

/* The token `number` of the cases; false if there are no more. The next call overwrites it. */
static bool token_case(int number, const char **ret_token, enum vault_token_status *ret_status)
{
    static const struct {
        const char *claims;
        enum vault_token_status status;
    } cases[] = {
        {"{\"sub\":\"s\",\"aud\":\"acme\",\"jti\":\"good\"" MORE "}", VAULT_TOKEN_OK},
        {"{\"sub\":\"s\",\"aud\":\"acme\",\"jti\":\"a-revoked-token\"" MORE "}",
         VAULT_TOKEN_REVOKED},
        {"{\"sub\":\"s\",\"aud\":\"globex\"" MORE "}", VAULT_TOKEN_WRONG_ORGANIZATION},
        {"{\"sub\":\"s\",\"aud\":\"acme\",\"exp\":\"2020-01-01T00:00:00Z\"" MORE "}",
         VAULT_TOKEN_EXPIRED},
        {"{\"sub\":7,\"aud\":\"acme\"" MORE "}", VAULT_TOKEN_BAD_CLAIMS},
        {"{\"sub\":\"s\",\"aud\":\"acme\"" MORE, VAULT_TOKEN_MALFORMED},
    };
    if (number >= (int)(sizeof cases / sizeof *cases))
        return false;
    *ret_token = signer_token(&signer, cases[number].claims, NULL);
    *ret_status = cases[number].status;
    return true;
}

/* Says whether a call failed. */
static bool check_failing(const struct vault_keyring *keyring, const char *token,
                          enum vault_token_status right, struct fault fault)
{
    fault_begin(fault);
    const enum vault_token_status status = check_at(keyring, token, SIGNER_NOW);
    const bool failed = fault_end();
    expect_status(status, failed ? VAULT_TOKEN_NO_MEMORY : right);
    expect_status(check_at(keyring, token, SIGNER_NOW), right);
    return failed;
}

Test(keyring_faults, each_allocation_of_a_check_fails)
{
    struct vault_keyring *keyring = signer_keyring(&signer, "active", "",
                                                   "[\"a-revoked-token\",\"another\"]");
    const char *token;
    enum vault_token_status right;
    for (int number = 0; token_case(number, &token, &right); number++) {
        for (int count = 1; count > 0; count = count == 1 ? FAULT_FOR_EVER : 0) {
            int first = 1;
            while (check_failing(keyring, token, right,
                                 (struct fault){FAULT_ALLOCATE, first, count, ENOMEM}))
                first++;
            cr_expect_gt(first, 10, "only %d allocations", first);
        }
    }
    vault_keyring_release(&keyring);
}

/* ---- Reading a keyring again ---- */

/* Replaces the file, without the syncs of vault_file_write. */
static void put(const char *state, const char *revoked)
{
    char temporary[80];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    cr_assert_not_null(file);
    fprintf(
        file,
        "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"%s\"}],\"revokedTokens\":[%s]}",
        signer.paserk, state, revoked);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(rename(temporary, path), 0);
}

static void note(void *user, enum vault_log_level level, const char *message)
{
    cr_assert_null(user);
    cr_assert_not_null(message);
    *(level == VAULT_LOG_WARNING ? &warnings : &notes) += 1;
}

static struct vault_keyring_source *open_source(void)
{
    struct vault_keyring_source *source = NULL;
    struct vault_failure failure;
    cr_assert(vault_keyring_source_open(path, note, NULL, &source, &failure), "%s",
              failure.message);
    return source;
}

static enum vault_token_status check_current(struct vault_keyring_source *source)
{
    const char *token = signer_token(&signer, "{\"sub\":\"s\",\"aud\":\"acme\",\"jti\":\"t1\"}",
                                     NULL);
    struct vault_keyring *keyring = vault_keyring_source_current(source);
    const enum vault_token_status status = check_at(keyring, token, SIGNER_NOW);
    vault_keyring_release(&keyring);
    return status;
}

static const struct change {
    const char *state;
    const char *revoked;
    enum vault_token_status status;
} changes[] = {
    {"revoked", "", VAULT_TOKEN_REVOKED_KEY},
    {"active", "\"t1\"", VAULT_TOKEN_REVOKED},
};

/* Says whether a call failed. */
static bool look_failing(const struct change *change, struct fault fault)
{
    put("active", "");
    struct vault_keyring_source *source = open_source();
    expect_status(check_current(source), VAULT_TOKEN_OK);
    put(change->state, change->revoked);
    fault_begin(fault);
    vault_keyring_source_look(source);
    const bool failed = fault_end();
    const enum vault_token_status status = check_current(source);
    const bool answered = status == change->status || (failed && status == VAULT_TOKEN_NO_KEYRING);
    cr_expect(answered, "call %d, number %d, error %d: %s", fault.call, fault.first, fault.error,
              vault_token_status_name(status));
    vault_keyring_source_look(source);
    expect_status(check_current(source), change->status);
    vault_keyring_source_close(&source);
    return failed;
}

static void fail_each(enum fault_call call, int count, int error, int least)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        int first = 1;
        while (look_failing(&changes[i], (struct fault){call, first, count, error}))
            first++;
        cr_expect_gt(first, least, "call %d was made %d times", call, first - 1);
    }
}

Test(keyring_faults, each_allocation_of_a_reading_fails)
{
    fail_each(FAULT_ALLOCATE, 1, ENOMEM, 20);
    fail_each(FAULT_ALLOCATE, FAULT_FOR_EVER, ENOMEM, 20);
}

Test(keyring_faults, each_call_of_a_reading_fails)
{
    static const int errors[] = {EIO, EMFILE, ENFILE, ENOMEM, EACCES, ESTALE};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        for (enum fault_call call = FAULT_OPEN; call < FAULT_CALLS; call++) {
            fail_each(call, 1, errors[i], 1);
            fail_each(call, FAULT_FOR_EVER, errors[i], 1);
        }
    }
}

Test(keyring_faults, interrupted_calls_are_made_again)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        for (int interruptions = 1; interruptions <= 5; interruptions += 4) {
            put("active", "");
            struct vault_keyring_source *source = open_source();
            put(changes[i].state, changes[i].revoked);
            fault_begin((struct fault){i == 0 ? FAULT_OPEN : FAULT_READ, 1, interruptions, EINTR});
            vault_keyring_source_look(source);
            cr_expect(fault_end());
            expect_status(check_current(source), changes[i].status);
            vault_keyring_source_close(&source);
        }
    }
    cr_expect_eq(warnings, 0);
}

Test(keyring_faults, a_file_that_is_read_byte_by_byte)
{
    put("active", "");
    fault_read_slowly(true);
    struct vault_keyring_source *source = open_source();
    expect_status(check_current(source), VAULT_TOKEN_OK);
    put("revoked", "");
    vault_keyring_source_look(source);
    expect_status(check_current(source), VAULT_TOKEN_REVOKED_KEY);
    vault_keyring_source_close(&source);
    fault_read_slowly(false);
}

/* A file that did not change stays trusted while it can't be read, not while it can't be seen. */
Test(keyring_faults, an_unchanged_file_needs_no_reading)
{
    put("active", "");
    struct vault_keyring_source *source = open_source();
    fault_set_clock(1000000 + SETTLED_MS);
    fault_begin((struct fault){FAULT_OPEN, 1, FAULT_FOR_EVER, EMFILE});
    expect_status(check_current(source), VAULT_TOKEN_OK);
    cr_expect(!fault_end());
    fault_set_clock(1000000 + 2 * SETTLED_MS);
    fault_begin((struct fault){FAULT_STAT, 1, FAULT_FOR_EVER, EIO});
    expect_status(check_current(source), VAULT_TOKEN_NO_KEYRING);
    cr_expect(fault_end());
    fault_set_clock(1000000 + 3 * SETTLED_MS);
    expect_status(check_current(source), VAULT_TOKEN_OK);
    vault_keyring_source_close(&source);
}

Test(keyring_faults, a_failure_that_lasts_is_logged_every_minute)
{
    put("active", "");
    struct vault_keyring_source *source = open_source();
    put("revoked", "");
    fault_begin((struct fault){FAULT_OPEN, 1, FAULT_FOR_EVER, EMFILE});
    for (int second = 0; second <= 150; second++) {
        fault_set_clock(1001000 + second * 1000);
        expect_status(check_current(source), VAULT_TOKEN_NO_KEYRING);
    }
    cr_expect_eq(fault_calls(FAULT_OPEN), 151, "%d tries", fault_calls(FAULT_OPEN));
    fault_end();
    cr_expect_eq(warnings, 3, "%d warnings", warnings);
    cr_expect_eq(notes, 0);
    fault_set_clock(1001000 + 151 * 1000);
    expect_status(check_current(source), VAULT_TOKEN_REVOKED_KEY);
    cr_expect_eq(notes, 2, "it was reloaded, and can be read again: %d notes", notes);
    vault_keyring_source_close(&source);
}

/* "retired" and "revoked" have the same size. */
Test(keyring_faults, changes_within_one_tick_of_the_file_are_seen)
{
    put("retired", "");
    struct vault_keyring_source *source = open_source();
    fault_set_clock(1000000 + LOOK_INTERVAL_MS);
    expect_status(check_current(source), VAULT_TOKEN_OK);
    fault_freeze_states(true);
    put("revoked", "");
    fault_set_clock(1000000 + 2 * LOOK_INTERVAL_MS);
    expect_status(check_current(source), VAULT_TOKEN_REVOKED_KEY);
    put("retired", "");
    fault_set_clock(1000000 + 3 * LOOK_INTERVAL_MS);
    expect_status(check_current(source), VAULT_TOKEN_OK);
    fault_begin((struct fault){0});
    for (int look = 0; look < 10; look++) {
        fault_set_clock(1000000 + SETTLED_MS + look * LOOK_INTERVAL_MS);
        expect_status(check_current(source), VAULT_TOKEN_OK);
    }
    cr_expect_eq(fault_calls(FAULT_STAT), 10);
    cr_expect_eq(fault_calls(FAULT_OPEN), 0, "a settled file is not read again");
    cr_expect_eq(notes, 2, "%d notes", notes);
    fault_freeze_states(false);
    vault_keyring_source_close(&source);
}

/* Says whether a call failed. */
static bool open_failing(struct fault fault)
{
    struct vault_keyring_source *source = NULL;
    struct vault_failure failure = {.temporary = false};
    fault_begin(fault);
    const bool opened = vault_keyring_source_open(path, note, NULL, &source, &failure);
    const bool failed = fault_end();
    cr_expect_eq(opened, !failed);
    cr_expect(opened || failure.temporary, "call %d, number %d: %s", fault.call, fault.first,
              failure.message);
    vault_keyring_source_close(&source);
    return failed;
}

Test(keyring_faults, opening_says_that_the_failure_may_pass)
{
    put("active", "\"t1\"");
    for (enum fault_call call = FAULT_ALLOCATE; call < FAULT_CALLS; call++) {
        int first = 1;
        while (open_failing((struct fault){call, first, 1, EMFILE}))
            first++;
        cr_expect_gt(first, 1);
    }
}
