// SPDX-License-Identifier: MIT
/* What bringing back from SQLite databases has in common with that on a server. */
#ifndef PLUGIN_CTL_UNDELETING_H
#define PLUGIN_CTL_UNDELETING_H

#include "plugin/ctl/commands.h"
#include "plugin/ctl/keyrings.h"
#include "plugin/store/deleted.h"

struct undeleting {
    const struct options *options;
    struct identifier id;
    gql_request request; /* What the trail says of who does it. */
    struct keyrings keyrings;
    int64_t now;                   /* Unix milliseconds. */
    const char *revocation;        /* Why the credentialRef did not come back. */
    enum undelete_outcome outcome; /* The best of the databases until now. */
};

/* Looks in all databases, and brings it back. */
typedef enum exit_code undeleting_fn(const struct options *options, struct undeleting *undeleting);

/* The whole command. */
enum exit_code undeleting_run(const struct options *options, undeleting_fn *source);

/* For each database: what is to be done, */
struct undeletion undeleting_begin(struct undeleting *undeleting, struct text organization_id);

/* and what became of it, which is told. Finishes the result. */
enum exit_code undeleting_end(struct undeleting *undeleting, const char *database,
                              struct undeletion *undeletion, int32_t code,
                              const gql_failure *failure);

#endif
