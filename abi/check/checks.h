// SPDX-License-Identifier: MIT
/* The checks, in the order in which they run; checks.c names them. */
#ifndef GQL_CHECK_CHECKS_H
#define GQL_CHECK_CHECKS_H

#include "abi/check/check.h"

/* checks_file.c */
void check_file(struct check_run *run);
void check_exports(struct check_run *run);
void check_constructors(struct check_run *run);

/* checks_plugin.c */
void check_entry(struct check_run *run);
void check_foreign_major(struct check_run *run);
void check_version(struct check_run *run);
void check_sizes(struct check_run *run);
void check_members(struct check_run *run);
void check_reserved(struct check_run *run);
void check_descriptor(struct check_run *run);

/* checks_schema.c */
void check_sdl(struct check_run *run);
void check_bind_empty(struct check_run *run);
void check_bind_common(struct check_run *run);
void check_bind_host(struct check_run *run);
void check_resolvers(struct check_run *run);
void check_loaders(struct check_run *run);
void check_references(struct check_run *run);
void check_subgraph(struct check_run *run);

/* checks_config.c */
void check_config_schema(struct check_run *run);
void check_config_refusals(struct check_run *run);

/* checks_calls.c */
void check_answers(struct check_run *run);
void check_values(struct check_run *run);
void check_errors(struct check_run *run);
void check_return_codes(struct check_run *run);
void check_inline(struct check_run *run);
void check_blocking(struct check_run *run);

/* checks_reply.c */
void check_completes_once(struct check_run *run);
void check_overrun(struct check_run *run);
void check_late_write(struct check_run *run);
void check_one_thread(struct check_run *run);
void check_inputs(struct check_run *run);

/* checks_drain.c */
void check_drain_refuses(struct check_run *run);
void check_drain_waits(struct check_run *run);

/* checks_life.c */
void check_init(struct check_run *run);
void check_extensions(struct check_run *run);
void check_create(struct check_run *run);
void check_parallel(struct check_run *run);

/* checks_unload.c */
void check_unload(struct check_run *run);

/* checks_leaks.c */
void check_threads(struct check_run *run);
void check_descriptors(struct check_run *run);
void check_memory(struct check_run *run);
void check_mappings(struct check_run *run);

#endif
