// SPDX-License-Identifier: MIT
/* The command undelete. */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/ctl/keyrings.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/targets.h"
#include "plugin/ctl/token_verdict.h"
#include "plugin/store/sqlite/maintenance/undelete.h"
#include "vault/tool/clock.h"

struct search {
    const struct options *options;
    struct identifier id;
    gql_request request; /* What the trail says of who does it. */
    struct keyrings keyrings;
    int64_t now;                   /* Unix milliseconds. */
    const char *revocation;        /* Why the credentialRef did not come back. */
    enum undelete_outcome outcome; /* The best of the databases until now. */
};

static int32_t check_token(void *user, const struct integration *deleted, bool *ret_revoked,
                           gql_failure *failure)
{
    struct search *search = user;
    enum exit_code code = EXIT_DONE;
    struct vault_keyring *keyring = keyrings_of(&search->keyrings, deleted->organization_id, &code);
    if (keyring == NULL)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "integration %s stays deleted: its credentialRef can't be checked; mend the "
                    "keyring, or leave out --keyring to bring it back unchecked",
                    search->options->operand);
    search->revocation = token_revocation(keyring, deleted, search->now);
    *ret_revoked = search->revocation != NULL;
    return GQL_OK;
}

/* ---- What is said ---- */

static enum exit_code print(const struct search *search, const struct target *target,
                            const struct undeletion *undeletion)
{
    const struct integration *integration = &undeletion->result.integration;
    if (search->options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:o, s:s, s:o, s:i, s:b, s:b, s:s?}", "database", target->path,
                      "organization", output_text_value(integration->organization_id), "id",
                      search->options->operand, "title", output_text_value(integration->title),
                      "version", (int)integration->version, "isActive", integration->is_active,
                      "credentialRefCleared", undeletion->cleared, "reason", search->revocation));
    printf("%s  ", search->options->operand);
    output_text(integration->organization_id);
    fputs("  ", stdout);
    output_text(integration->title);
    printf("  (version %d)\n", (int)integration->version);
    if (undeletion->cleared)
        printf("  its credentialRef was cleared: %s\n", search->revocation);
    return EXIT_DONE;
}

/* It was found, and can't be brought back. */
static enum exit_code refuse(const struct search *search, const struct undeletion *undeletion)
{
    const char *id = search->options->operand;
    const struct text owner = undeletion->result.integration.organization_id;
    switch (undeletion->outcome) {
    case UNDELETE_NOT_DELETED:
        return report(EXIT_FOUND, "integration %s of organization '%.*s' is not deleted", id,
                      (int)owner.size, owner.data);
    case UNDELETE_FOREIGN:
        return report(EXIT_FOUND,
                      "integration %s is of organization '%.*s'; name that with --organization, or "
                      "none",
                      id, (int)owner.size, owner.data);
    case UNDELETE_EXHAUSTED:
        return report(EXIT_FOUND, "integration %s has the highest version that there is", id);
    case UNDELETE_NOT_KNOWN:
    case UNDELETE_NOT_KEPT:
    case UNDELETE_DONE:
        break;
    }
    return EXIT_DONE;
}

static enum exit_code conclude(const struct search *search)
{
    const char *id = search->options->operand;
    if (search->outcome == UNDELETE_NOT_KEPT)
        return report(
            EXIT_FOUND,
            "integration %s was deleted, and is not kept any more (retention.deletedDays); "
            "integrationsctl audit list --entity %s shows its history",
            id, id);
    if (search->outcome == UNDELETE_NOT_KNOWN)
        return report(EXIT_FOUND,
                      "no integration has the ID %s here; integrationsctl deleted list shows what "
                      "can be brought back",
                      id);
    return EXIT_DONE;
}

/* ---- The databases ---- */

static enum exit_code undelete(const struct target *target, void *user)
{
    struct search *search = user;
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct undeletion undeletion = {.id = search->id,
                                    .organization_id = target->organization_id,
                                    .request = &search->request,
                                    .unix_milliseconds = search->now,
                                    .user = search,
                                    .check = search->keyrings.path == NULL ? NULL : check_token};
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_WRITER, &failure);
    if (code == GQL_OK)
        code = database_undelete(&access, &undeletion, &failure);
    enum exit_code result = EXIT_DONE;
    if (code != GQL_OK)
        result = report_failure(&failure);
    else if (undeletion.outcome == UNDELETE_DONE)
        result = print(search, target, &undeletion);
    else
        result = refuse(search, &undeletion);
    if (code != GQL_OK || undeletion.outcome > search->outcome)
        search->outcome = code == GQL_OK ? undeletion.outcome : UNDELETE_DONE;
    integration_copy_finish(&undeletion.result);
    database_access_close(&access);
    return result;
}

/* Under a root, an ID leads to the organizations of its tag. */
static enum exit_code undelete_if_led(const struct target *target, void *user)
{
    const struct search *search = user;
    const bool is_led = search->options->organization != NULL || search->options->root == NULL ||
                        organization_tag(target->organization_id) == identifier_tag(&search->id);
    return is_led ? undelete(target, user) : EXIT_DONE;
}

/* ---- Who ---- */

static void tell_who(struct search *search, char name[256])
{
    const struct passwd *user = getpwuid(getuid());
    if (search->options->actor != NULL)
        snprintf(name, 256, "%s", search->options->actor);
    else if (user != NULL)
        snprintf(name, 256, "%s", user->pw_name);
    else
        snprintf(name, 256, "uid %lu", (unsigned long)getuid());
    search->request = (gql_request){
        .struct_size = sizeof search->request,
        .actor_id = name,
        .actor_id_size = strlen(name),
        .actor_kind = GQL_ACTOR_SYSTEM,
        .source_type = GQL_SOURCE_TYPE_INTERNAL,
        .user_agent = "integrationsctl",
        .user_agent_size = strlen("integrationsctl"),
    };
}

enum exit_code run_undelete(const struct options *options)
{
    char name[256];
    struct search search = {.options = options, .now = clock_now()};
    if (!identifier_parse(text_of(options->operand), &search.id))
        return report(EXIT_USAGE, "'%s' is not the ID of an integration", options->operand);
    enum exit_code code = keyrings_open(&search.keyrings, options->keyring);
    if (code == EXIT_DONE) {
        tell_who(&search, name);
        code = targets_each(options, undelete_if_led, &search);
    }
    keyrings_close(&search.keyrings);
    return code == EXIT_DONE ? conclude(&search) : code;
}
