// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/signature/trust.h"
#include "gql_host.h"
#include "tests/abi/host/signature/signer.h"

/* What minisign 0.11 wrote, of a file that holds "hello, plugin\n". */
#define KEY "RWRE6ueVFUjL3iY0+leW2GA22CtQLPB+VEzdSBVFO8dWVME0VqKvBR6X"
#define KEY_FILE "untrusted comment: minisign public key DECB481595E7EA44\n" KEY "\n"
#define FIRST "untrusted comment: signature from minisign secret key\n"
#define SIGNATURE                                                                            \
    "RURE6ueVFUjL3s8116INJYk26VbHaNbTNAtHHbs78exwaEaHgutGbVWcgRCFf3+wpPjJBQulyR8F7CA/4/ouqq" \
    "aHGADSoFDwawQ="
#define COMMENT "trusted comment: timestamp:1795807250\tfile:f.so\thashed"
#define GLOBAL \
    "C4Qt32yTJIwnq7Ne10rNg+xPz2n9OH+njBEqxnDMSt7iqKuRGT+UssbFkADu33uSjouKjB1ZTIIqU5HonnQjCw=="
#define LEGACY                                                                                 \
    FIRST                                                                                      \
    "RWRE6ueVFUjL3qsVCFs8UJ8VsytSmA9AWMlAPcj5YE8EDyAF+Ng68tbX3Wv8ZCmPHOTen8/2rjOGwxfJZtvc8cnf" \
    "BPCd5V8hVAs=\n"                                                                           \
    "trusted comment: a trusted comment, ümlaut\n"                                            \
    "mfn+98aChzM7ChbOuvu5gjbUZc4mXOy/v79Mop2n/+4t8yf08oMzOKe3zVIRwIqOP7VuUoP6+SMPmj7Xz2ApCA==\n"
#define LINES(end) FIRST SIGNATURE end COMMENT end GLOBAL end

static const char content[] = "hello, plugin\n";

static char folder[] = "/tmp/gql-trust-XXXXXX";
static char path[64];
static char signature_path[96];

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/f.so", folder);
    snprintf(signature_path, sizeof signature_path, "%s.minisig", path);
    write_file(path, content, sizeof content - 1);
}

static void tear_down(void)
{
    unlink(signature_path);
    rmdir(signature_path);
    unlink(path);
    rmdir(folder);
}

TestSuite(trust, .init = set_up, .fini = tear_down);

static struct trust trust_of(const char *key)
{
    struct trust trust = {0};
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(trust_add(&trust, key, strlen(key), &failure), GQL_OK, "%s", failure.message);
    return trust;
}

static int32_t check(const struct trust *trust, gql_failure *failure)
{
    FILE *file = fopen(path, "rb");
    const int32_t code = trust_check(trust, path, fileno(file), failure);
    fclose(file);
    return code;
}

static void expect_trusted(const struct trust *trust, const char *what)
{
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(check(trust, &failure), GQL_OK, "%s: %s", what, failure.message);
}

/* The reason is in the message, with the file's name, and is counted once. */
static void expect_distrusted(const struct trust *trust, enum distrust distrust, const char *part)
{
    gql_failure failure = {.struct_size = sizeof failure};
    uint64_t before[DISTRUST_COUNT];
    for (enum distrust i = 0; i < DISTRUST_COUNT; i++)
        before[i] = distrust_count(i);
    cr_expect_eq(check(trust, &failure), GQL_E_UNAVAILABLE, "%s", part);
    cr_expect_not_null(strstr(failure.message, part), "\"%s\": %s", part, failure.message);
    cr_expect_eq(strncmp(failure.message, path, strlen(path)), 0, "%s", failure.message);
    for (enum distrust i = 0; i < DISTRUST_COUNT; i++)
        cr_expect_eq(distrust_count(i) - before[i], i == distrust, "%s: %s", part,
                     distrust_name(i));
}

/* ---- Keys ---- */

Test(trust, reads_public_keys)
{
    static const char *const good[] = {
        KEY,
        KEY "\n",
        KEY "\r\n",
        KEY_FILE,
        "untrusted comment: minisign public key DECB481595E7EA44\r\n" KEY "\r\n",
        "untrusted comment: \n" KEY,
    };
    write_file(signature_path, LEGACY, sizeof LEGACY - 1);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const struct trust trust = trust_of(good[i]);
        expect_trusted(&trust, good[i]);
    }
}

Test(trust, refuses_other_texts_as_keys)
{
    static const char none[] = "it is not a public key of minisign";
    static const struct {
        const char *text;
        const char *why;
    } bad[] = {
        {"", none},
        {"\n", none},
        {"\n" KEY, none},
        {"untrusted comment: minisign public key DECB481595E7EA44\n", none},
        {"untrusted comment: a\nuntrusted comment: b\n" KEY, none},
        {KEY "\n\n", none},
        {KEY " ", none},
        {" " KEY, none},
        {KEY "=", none},
        {KEY "AAAA", none},
        {KEY "\n" KEY, none},
        {SIGNATURE, none},
        {LINES("\n"), none},
        {"RWRE6ueVFUjL3iY0+leW2GA22CtQLPB+VEzdSBVFO8dWVME0VqKvBR6", none},
        {"RWRE6ueVFUjL3iY0_leW2GA22CtQLPB-VEzdSBVFO8dWVME0VqKvBR6X", none},
        {"RURE6ueVFUjL3iY0+leW2GA22CtQLPB+VEzdSBVFO8dWVME0VqKvBR6X", "algorithm is not Ed25519"},
        {"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n", none},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct trust trust = {0};
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(trust_add(&trust, bad[i].text, strlen(bad[i].text), &failure), GQL_E_CONFIG,
                     "%s", bad[i].text);
        cr_expect_eq(strncmp(failure.message, "trusted key 1: ", 15), 0, "%s", failure.message);
        cr_expect_not_null(strstr(failure.message, bad[i].why), "%s: %s", bad[i].text,
                           failure.message);
        cr_expect_eq(trust.key_count, 0);
    }
}

Test(trust, refuses_secret_keys_and_names_the_cure)
{
    struct trust trust = {0};
    gql_failure failure = {.struct_size = sizeof failure};
    char text[300];
    snprintf(text, sizeof text, "untrusted comment: minisign secret key\n%0212d\n", 0);
    cr_expect_eq(trust_add(&trust, text, strlen(text), &failure), GQL_E_CONFIG);
    cr_expect_not_null(strstr(failure.message, "a secret key: give its public key"), "%s",
                       failure.message);
}

Test(trust, takes_so_many_keys_and_no_more)
{
    struct trust trust = {0};
    char text[64];
    for (unsigned char i = 0; i < TRUST_KEYS; i++) {
        const struct signer signer = signer_make(i);
        signer_print_key(&signer, text);
        cr_expect_eq(trust_add(&trust, text, strlen(text), NULL), GQL_OK, "%d", i);
    }
    cr_expect_eq(trust_add(&trust, KEY, strlen(KEY), NULL), GQL_E_LIMIT);
    const struct signer last = signer_make(TRUST_KEYS - 1);
    char *signature = signer_sign(&last, true, content, sizeof content - 1, "");
    write_file(signature_path, signature, strlen(signature));
    free(signature);
    expect_trusted(&trust, "the last key");
    write_file(signature_path, LEGACY, sizeof LEGACY - 1);
    expect_distrusted(&trust, DISTRUST_UNKNOWN_KEY, "the key DECB481595E7EA44, which is not");
}

/* ---- Signatures ---- */

Test(trust, accepts_what_minisign_wrote)
{
    static const char *const good[] = {
        LINES("\n"),
        LINES("\r\n"),
        LEGACY,
        FIRST SIGNATURE "\n" COMMENT "\n" GLOBAL, /* Without the last end of line. */
        "untrusted comment: \n" SIGNATURE "\n" COMMENT "\n" GLOBAL "\n",
    };
    const struct trust trust = trust_of(KEY_FILE);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        write_file(signature_path, good[i], strlen(good[i]));
        expect_trusted(&trust, good[i]);
    }
}

Test(trust, refuses_signatures_that_are_none)
{
    static const struct {
        const char *text;
        const char *why;
    } bad[] = {
        {"", "does not begin with"},
        {"\n", "does not begin with"},
        {"\xef\xbb\xbf" LINES("\n"), "does not begin with"},
        {"Untrusted comment: a\n" SIGNATURE "\n", "does not begin with"},
        {SIGNATURE "\n" COMMENT "\n" GLOBAL "\n", "does not begin with"},
        {FIRST, "second line"},
        {FIRST "\n" COMMENT "\n" GLOBAL, "second line"},
        {FIRST KEY "\n" COMMENT "\n" GLOBAL, "second line"},
        {FIRST SIGNATURE "=\n" COMMENT "\n" GLOBAL, "second line"},
        {FIRST SIGNATURE " \n" COMMENT "\n" GLOBAL, "second line"},
        {FIRST GLOBAL "\n" COMMENT "\n" GLOBAL, "second line"},
        {FIRST "RVhE6ueVFUjL3s8116INJYk26VbHaNbTNAtHHbs78exwaEaHgutGbVWcgRCFf3+wpPjJBQulyR8F7CA/"
               "4/ouqqaHGADSoFDwawQ=\n" COMMENT "\n" GLOBAL,
         "algorithm is neither"},
        {FIRST SIGNATURE, "third line"},
        {FIRST SIGNATURE "\n" GLOBAL "\n" COMMENT, "third line"},
        {FIRST SIGNATURE "\nuntrusted comment: a\n" GLOBAL, "third line"},
        {FIRST SIGNATURE "\ntrusted comment: \x1b[2J\n" GLOBAL, "control characters"},
        {FIRST SIGNATURE "\ntrusted comment: a\rb\n" GLOBAL, "control characters"},
        {FIRST SIGNATURE "\n" COMMENT "\n", "fourth line"},
        {FIRST SIGNATURE "\n" COMMENT "\n" SIGNATURE, "fourth line"},
        {LINES("\n\n"), "third line"},
        {LINES("\n") "\n", "more than four lines"},
        {LINES("\n") LINES("\n"), "more than four lines"},
    };
    const struct trust trust = trust_of(KEY_FILE);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(signature_path, bad[i].text, strlen(bad[i].text));
        expect_distrusted(&trust, DISTRUST_BAD_SIGNATURE, bad[i].why);
    }
}

/* Whatever is cut off at its end, and whatever byte is another one. */
Test(trust, refuses_every_part_and_every_change)
{
    char text[] = LINES("\n");
    const size_t size = strlen(text), comment = strlen(FIRST);
    gql_failure failure = {.struct_size = sizeof failure};
    const struct trust trust = trust_of(KEY_FILE);
    for (size_t i = 0; i < size - 1; i++) {
        write_file(signature_path, text, i);
        cr_expect_eq(check(&trust, &failure), GQL_E_UNAVAILABLE, "%zu bytes", i);
    }
    for (size_t i = comment; i < size - 1; i++) { /* The first line is not signed. */
        text[i] ^= 1;
        write_file(signature_path, text, size);
        cr_expect_eq(check(&trust, &failure), GQL_E_UNAVAILABLE, "byte %zu", i);
        text[i] ^= 1;
    }
}

Test(trust, refuses_a_file_without_a_signature)
{
    const struct trust trust = trust_of(KEY_FILE);
    expect_distrusted(&trust, DISTRUST_NO_SIGNATURE, "not signed: there is no .minisig beside it");
    cr_assert_eq(symlink("f.so.minisig", signature_path), 0);
    expect_distrusted(&trust, DISTRUST_NO_SIGNATURE, ".minisig: Too many levels");
    unlink(signature_path);
    cr_assert_eq(mkfifo(signature_path, 0600), 0);
    expect_distrusted(&trust, DISTRUST_BAD_SIGNATURE, "not a regular file");
    unlink(signature_path);
    cr_assert_eq(mkdir(signature_path, 0700), 0);
    expect_distrusted(&trust, DISTRUST_BAD_SIGNATURE, "not a regular file");
}

Test(trust, reads_long_comments_but_no_huge_files)
{
    char comment[8192];
    char key[64];
    const struct signer signer = signer_make(7);
    signer_print_key(&signer, key);
    const struct trust trust = trust_of(key);
    memset(comment, 'c', sizeof comment);
    comment[sizeof comment - 1] = '\0';
    char *signature = signer_sign(&signer, true, content, sizeof content - 1, comment);
    write_file(signature_path, signature, strlen(signature));
    free(signature);
    expect_trusted(&trust, "a long comment");
    cr_assert_eq(truncate(signature_path, (off_t)1 << 40), 0);
    expect_distrusted(&trust, DISTRUST_BAD_SIGNATURE, "larger than 16 KiB");
}

Test(trust, refuses_a_changed_file_and_a_changed_comment)
{
    static const char *const contents[] = {"hello, plugin", "hello, plugin\n\n", "Hello, plugin\n",
                                           ""};
    static const char *const comments[] = {
        FIRST SIGNATURE "\ntrusted comment: timestamp:1795807250\tfile:g.so\thashed\n" GLOBAL,
        FIRST SIGNATURE "\ntrusted comment: \n" GLOBAL,
        FIRST SIGNATURE "\ntrusted comment: a trusted comment, ümlaut\n" GLOBAL,
    };
    const struct trust trust = trust_of(KEY_FILE);
    write_file(signature_path, LINES("\n"), strlen(LINES("\n")));
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        write_file(path, contents[i], strlen(contents[i]));
        expect_distrusted(&trust, DISTRUST_CHANGED, "not what the key DECB481595E7EA44 signed");
    }
    write_file(path, content, sizeof content - 1);
    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++) {
        write_file(signature_path, comments[i], strlen(comments[i]));
        expect_distrusted(&trust, DISTRUST_CHANGED_COMMENT, "the trusted comment is not what");
    }
}

/* The algorithm is not signed: the signature of a file is none of its hash, and the reverse. */
Test(trust, refuses_the_other_algorithm_and_the_id_of_another_key)
{
    char key[64];
    struct signer signer = signer_make(1), stranger = signer_make(2);
    signer_print_key(&signer, key);
    const struct trust trust = trust_of(key);
    memcpy(stranger.id, signer.id, sizeof signer.id);
    for (int prehashed = 0; prehashed < 2; prehashed++) {
        char *signature = signer_sign(&signer, prehashed != 0, content, sizeof content - 1, "c");
        strchr(signature, '\n')[2] = prehashed != 0 ? 'W' : 'U'; /* RU is ED, RW is Ed. */
        write_file(signature_path, signature, strlen(signature));
        free(signature);
        expect_distrusted(&trust, DISTRUST_CHANGED, "not what the key 0101010101010101 signed");
        signature = signer_sign(&stranger, prehashed != 0, content, sizeof content - 1, "c");
        write_file(signature_path, signature, strlen(signature));
        free(signature);
        expect_distrusted(&trust, DISTRUST_CHANGED, "not what the key 0101010101010101 signed");
    }
}

/* ---- Libraries ---- */

static void sign_hello(const struct signer *signer)
{
    char bytes[1 << 20];
    FILE *file = fopen(HELLO_PATH, "rb");
    cr_assert_not_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    write_file(path, bytes, size);
    char *signature = signer_sign(signer, true, bytes, size, "hello 1.0");
    write_file(signature_path, signature, strlen(signature));
    free(signature);
}

Test(trust, libraries_are_loaded_only_if_they_are_signed)
{
    gql_runtime *runtime = NULL;
    gql_library *library = NULL;
    char key[64];
    gql_failure failure = {.struct_size = sizeof failure};
    const struct signer signer = signer_make(1), stranger = signer_make(2);
    signer_print_key(&signer, key);
    cr_assert_eq(gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1"}, &runtime,
                                    NULL),
                 GQL_OK);
    cr_expect_eq(gql_runtime_trust_key(NULL, key, 1, NULL), GQL_E_MISUSE);
    cr_expect_eq(gql_runtime_trust_key(runtime, NULL, 1, NULL), GQL_E_MISUSE);
    sign_hello(&stranger);
    cr_assert_eq(gql_library_open(runtime, path, &library, &failure), GQL_OK, "Without keys");
    gql_library_close(&library, true);
    cr_assert_eq(gql_runtime_trust_key(runtime, key, strlen(key), NULL), GQL_OK);
    cr_expect_eq(gql_library_open(runtime, path, &library, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "the key 0202020202020202, which is not trusted"),
                       "%s", failure.message);
    cr_expect_eq(gql_library_open(runtime, HELLO_PATH, &library, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "not signed"), "%s", failure.message);
    sign_hello(&signer);
    cr_assert_eq(gql_library_open(runtime, path, &library, &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_str_eq(gql_library_plugin(library)->id, "org.example.hello");
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
}
