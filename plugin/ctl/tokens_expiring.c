// SPDX-License-Identifier: MIT
/* The command tokens expiring. */
#include <stdio.h>

#include "plugin/ctl/keyrings.h"
#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/token_verdict.h"
#include "plugin/store/sqlite/maintenance/rows.h"
#include "vault/timestamp.h"
#include "vault/token_summary.h"
#include "vault/tool/clock.h"

struct search {
    int64_t now, until;       /* Unix milliseconds. */
    struct keyrings keyrings; /* Without one, revocations are not looked at. */
};

/* In one organization. */
struct finding {
    struct search *search;
    const struct target *target;
    enum exit_code code;
    enum exit_code keyring_code; /* EXIT_UNUSABLE: that of an organization can't be used. */
    long long found;
};

/* NULL: nothing is to be done about the token. */
static const char *judge(struct finding *finding, const struct integration *integration,
                         const struct vault_token_summary *summary)
{
    struct search *search = finding->search;
    struct vault_keyring *keyring = keyrings_of(&search->keyrings, integration->organization_id,
                                                &finding->keyring_code);
    const char *revocation = keyring == NULL ? NULL
                                             : token_revocation(keyring, integration, search->now);
    if (revocation != NULL)
        return revocation;
    if (summary->expires <= search->now)
        return "expired";
    return summary->expires <= search->until ? "expiring" : NULL;
}

static enum exit_code print(const struct finding *finding, const struct integration *integration,
                            const struct vault_token_summary *summary, const char *state)
{
    char id[IDENTIFIER_TEXT_SIZE], time[VAULT_TIMESTAMP_SIZE] = "-";
    identifier_write(&integration->id, id);
    if (summary->expires != INT64_MAX)
        vault_timestamp_write(summary->expires, time);
    if (finding->target->options->json != NULL)
        return output_json_line(json_pack("{s:o, s:s%, s:o, s:b, s:s, s:s?, s:s}", "organization",
                                          output_text_value(integration->organization_id), "id", id,
                                          (size_t)IDENTIFIER_TEXT_SIZE, "title",
                                          output_text_value(integration->title), "isActive",
                                          integration->is_active, "state", state, "expires",
                                          summary->expires == INT64_MAX ? NULL : time,
                                          "fingerprint", summary->fingerprint));
    printf("%-11s  %-24s  %.*s  ", state, time, IDENTIFIER_TEXT_SIZE, id);
    output_text(integration->organization_id);
    fputs("  ", stdout);
    output_text(integration->title);
    putchar('\n');
    return EXIT_DONE;
}

static bool take(void *user, const struct integration *integration)
{
    struct finding *finding = user;
    struct vault_token_summary summary;
    const struct text token = integration->credential_ref;
    if (token.data == NULL)
        return true;
    if (!vault_token_summary_init(&summary, token.data, token.size))
        finding->code = report_no_memory();
    const char *state = finding->code == EXIT_DONE ? judge(finding, integration, &summary) : NULL;
    if (state != NULL) {
        finding->found++;
        finding->code = print(finding, integration, &summary, state);
    }
    vault_token_summary_finish(&summary);
    return finding->code == EXIT_DONE;
}

static enum exit_code search_organization(struct database_access *access,
                                          const struct target *target, struct text id, void *user)
{
    gql_failure failure = {.struct_size = sizeof failure};
    struct finding finding = {.search = user, .target = target};
    if (database_rows_of(access, id, take, &finding, &failure) != GQL_OK)
        return report_failure(&failure);
    if (finding.code != EXIT_DONE)
        return finding.code;
    return finding.keyring_code == EXIT_DONE && finding.found > 0 ? EXIT_FOUND
                                                                  : finding.keyring_code;
}

static enum exit_code search_database(const struct target *target, void *user)
{
    return organizations_each(target, search_organization, user);
}

static enum exit_code read_options(const struct options *options, struct search *search)
{
    char span[32];
    search->now = clock_now();
    if (snprintf(span, sizeof span, "+%s", options->within) >= (int)sizeof span ||
        !clock_parse(span, search->now, &search->until))
        return report(EXIT_USAGE, "--within: '%s' is not a time such as 30d (s, m, h, d, w)",
                      options->within);
    return keyrings_open(&search->keyrings, options->keyring);
}

enum exit_code run_tokens_expiring(const struct options *options)
{
    struct search search = {0};
    enum exit_code code = read_options(options, &search);
    if (code == EXIT_DONE)
        code = targets_each(options, search_database, &search);
    keyrings_close(&search.keyrings);
    return code;
}
