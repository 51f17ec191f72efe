// SPDX-License-Identifier: MIT
/* The command undelete. */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/targets.h"
#include "plugin/ctl/token_verdict.h"
#include "plugin/ctl/undeleting.h"
#include "plugin/store/sqlite/maintenance/undelete.h"
#include "vault/tool/clock.h"

static int32_t check_token(void *user, const struct integration *deleted, bool *ret_revoked,
                           gql_failure *failure)
{
    struct undeleting *undeleting = user;
    enum exit_code code = EXIT_DONE;
    struct vault_keyring *keyring = keyrings_of(&undeleting->keyrings, deleted->organization_id,
                                                &code);
    if (keyring == NULL)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "integration %s stays deleted: its credentialRef can't be checked; mend the "
                    "keyring, or leave out --keyring to bring it back unchecked",
                    undeleting->options->operand);
    undeleting->revocation = token_revocation(keyring, deleted, undeleting->now);
    *ret_revoked = undeleting->revocation != NULL;
    return GQL_OK;
}

/* ---- What is said ---- */

static enum exit_code print(const struct undeleting *undeleting, const char *database,
                            const struct undeletion *undeletion)
{
    const struct integration *integration = &undeletion->result.integration;
    if (undeleting->options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:o, s:s, s:o, s:i, s:b, s:b, s:s?}", "database", database,
                      "organization", output_text_value(integration->organization_id), "id",
                      undeleting->options->operand, "title", output_text_value(integration->title),
                      "version", (int)integration->version, "isActive", integration->is_active,
                      "credentialRefCleared", undeletion->cleared, "reason",
                      undeleting->revocation));
    printf("%s  ", undeleting->options->operand);
    output_text(integration->organization_id);
    fputs("  ", stdout);
    output_text(integration->title);
    printf("  (version %d)\n", (int)integration->version);
    if (undeletion->cleared)
        printf("  its credentialRef was cleared: %s\n", undeleting->revocation);
    return EXIT_DONE;
}

/* It was found, and can't be brought back. */
static enum exit_code refuse(const struct undeleting *undeleting,
                             const struct undeletion *undeletion)
{
    const char *id = undeleting->options->operand;
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

static enum exit_code conclude(const struct undeleting *undeleting)
{
    const char *id = undeleting->options->operand;
    if (undeleting->outcome == UNDELETE_NOT_KEPT)
        return report(
            EXIT_FOUND,
            "integration %s was deleted, and is not kept any more (retention.deletedDays); "
            "integrationsctl audit list --entity %s shows its history",
            id, id);
    if (undeleting->outcome == UNDELETE_NOT_KNOWN)
        return report(EXIT_FOUND,
                      "no integration has the ID %s here; integrationsctl deleted list shows what "
                      "can be brought back",
                      id);
    return EXIT_DONE;
}

struct undeletion undeleting_begin(struct undeleting *undeleting, struct text organization_id)
{
    return (struct undeletion){.id = undeleting->id,
                               .organization_id = organization_id,
                               .request = &undeleting->request,
                               .unix_milliseconds = undeleting->now,
                               .user = undeleting,
                               .check = undeleting->keyrings.path == NULL ? NULL : check_token};
}

enum exit_code undeleting_end(struct undeleting *undeleting, const char *database,
                              struct undeletion *undeletion, int32_t code,
                              const gql_failure *failure)
{
    enum exit_code result = EXIT_DONE;
    if (code != GQL_OK)
        result = report_failure(failure);
    else if (undeletion->outcome == UNDELETE_DONE)
        result = print(undeleting, database, undeletion);
    else
        result = refuse(undeleting, undeletion);
    if (code != GQL_OK || undeletion->outcome > undeleting->outcome)
        undeleting->outcome = code == GQL_OK ? undeletion->outcome : UNDELETE_DONE;
    integration_copy_finish(&undeletion->result);
    return result;
}

/* ---- The files ---- */

static enum exit_code undelete(const struct target *target, void *user)
{
    struct undeleting *undeleting = user;
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct undeletion undeletion = undeleting_begin(undeleting, target->organization_id);
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_WRITER, &failure);
    if (code == GQL_OK)
        code = database_undelete(&access, &undeletion, &failure);
    const enum exit_code result = undeleting_end(undeleting, target->path, &undeletion, code,
                                                 &failure);
    database_access_close(&access);
    return result;
}

/* Under a root, an ID leads to the organizations of its tag. */
static enum exit_code undelete_if_led(const struct target *target, void *user)
{
    const struct undeleting *undeleting = user;
    const bool is_led =
        undeleting->options->organization != NULL || undeleting->options->root == NULL ||
        organization_tag(target->organization_id) == identifier_tag(&undeleting->id);
    return is_led ? undelete(target, user) : EXIT_DONE;
}

static enum exit_code undelete_files(const struct options *options, struct undeleting *undeleting)
{
    return targets_each(options, undelete_if_led, undeleting);
}

/* ---- Who ---- */

static void tell_who(struct undeleting *undeleting, char name[256])
{
    const struct passwd *user = getpwuid(getuid());
    if (undeleting->options->actor != NULL)
        snprintf(name, 256, "%s", undeleting->options->actor);
    else if (user != NULL)
        snprintf(name, 256, "%s", user->pw_name);
    else
        snprintf(name, 256, "uid %lu", (unsigned long)getuid());
    undeleting->request = (gql_request){
        .struct_size = sizeof undeleting->request,
        .actor_id = name,
        .actor_id_size = strlen(name),
        .actor_kind = GQL_ACTOR_SYSTEM,
        .source_type = GQL_SOURCE_TYPE_INTERNAL,
        .user_agent = "integrationsctl",
        .user_agent_size = strlen("integrationsctl"),
    };
}

enum exit_code undeleting_run(const struct options *options, undeleting_fn *source)
{
    char name[256];
    struct undeleting undeleting = {.options = options, .now = clock_now()};
    if (!identifier_parse(text_of(options->operand), &undeleting.id))
        return report(EXIT_USAGE, "'%s' is not the ID of an integration", options->operand);
    enum exit_code code = keyrings_open(&undeleting.keyrings, options->keyring);
    if (code == EXIT_DONE) {
        tell_who(&undeleting, name);
        code = source(options, &undeleting);
    }
    keyrings_close(&undeleting.keyrings);
    return code == EXIT_DONE ? conclude(&undeleting) : code;
}

enum exit_code run_undelete(const struct options *options)
{
    return undeleting_run(options, undelete_files);
}
