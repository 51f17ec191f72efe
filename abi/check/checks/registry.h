// SPDX-License-Identifier: MIT
/* The table of checks. Each group has a file beside this one. */
#ifndef GQL_CHECK_REGISTRY_H
#define GQL_CHECK_REGISTRY_H

#include "abi/check/harness/check.h"

/* In the order in which they run and are reported. */
extern const struct check checks[];
extern const size_t check_count;

/* file.c: the file, before its code runs. */
void check_file(struct check_run *run);
void check_exports(struct check_run *run);
void check_constructors(struct check_run *run);

/* plugin.c: the plugin's struct. */
void check_entry(struct check_run *run);
void check_foreign_major(struct check_run *run);
void check_version(struct check_run *run);
void check_sizes(struct check_run *run);
void check_members(struct check_run *run);
void check_reserved(struct check_run *run);
void check_descriptor(struct check_run *run);

/* schema.c: the parts of the schema, and the tables beside them. */
void check_sdl(struct check_run *run);
void check_bind_empty(struct check_run *run);
void check_bind_common(struct check_run *run);
void check_bind_host(struct check_run *run);
void check_resolvers(struct check_run *run);
void check_loaders(struct check_run *run);
void check_references(struct check_run *run);
void check_subgraph(struct check_run *run);

/* loaders.c: from an ID to its object. */
void check_owns(struct check_run *run);
void check_loaded(struct check_run *run);

/* config.c: the schema of the configuration, and whether create enforces it. */
void check_config_schema(struct check_run *run);
void check_config_strict(struct check_run *run);

/* parents.c: field resolvers and what they require. */
void check_required_fields(struct check_run *run);

/* answers.c: whether each call is answered, and as --calls expects. */
void check_answers(struct check_run *run);

/* calls.c: what an answer contains, and what resolvers return. */
void check_values(struct check_run *run);
void check_errors(struct check_run *run);
void check_return_codes(struct check_run *run);
void check_inline(struct check_run *run);
void check_blocking(struct check_run *run);

/* reply.c: how the plugin treats replies and inputs. */
void check_completes_once(struct check_run *run);
void check_overrun(struct check_run *run);
void check_prefix(struct check_run *run);
void check_late_write(struct check_run *run);
void check_one_thread(struct check_run *run);
void check_inputs(struct check_run *run);

/* growth.c: replies that can't grow. */
void check_growth(struct check_run *run);

/* shapes.c: values in the shape of the response. */
void check_shapes(struct check_run *run);

/* misuse.c: hosts that break the contract. */
void check_misuse(struct check_run *run);

/* peers.c: hosts of later versions. */
void check_newer_host(struct check_run *run);

/* concurrent.c: one instance on many threads. */
void check_concurrent(struct check_run *run);

/* drain.c: calls during drain and after it. */
void check_drain_rejects(struct check_run *run);
void check_drain_waits(struct check_run *run);

/* life.c: libraries and instances, created and destroyed. */
void check_init(struct check_run *run);
void check_extensions(struct check_run *run);
void check_create(struct check_run *run);
void check_parallel(struct check_run *run);

/* metrics.c: what the plugin tells of itself. */
void check_metrics(struct check_run *run);

/* events.c and delivery.c: the functions of gql_events. */
void check_events(struct check_run *run);
void check_delivery(struct check_run *run);

/* leaks.c: what instances leave behind. */
void check_threads(struct check_run *run);
void check_descriptors(struct check_run *run);
void check_memory(struct check_run *run);
void check_mappings(struct check_run *run);

/* unload.c: what is left after dlclose. */
void check_unload(struct check_run *run);

#endif
