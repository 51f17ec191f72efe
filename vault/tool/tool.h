// SPDX-License-Identifier: MIT
/*
 * A tool for the command line: a table of commands, and one of the options that they take. This
 * reads what the operator gave, prints the help, and runs the command. One thread.
 */
#ifndef VAULT_TOOL_TOOL_H
#define VAULT_TOOL_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vault/tool/report.h"

enum { TOOL_OPTIONS_MAX = 32 };

/* An option; a bit of the tool's number for it says whether a command takes it. */
struct tool_option {
    const char *name;
    bool is_flag; /* It has no value. */
    char letter;  /* Its short form; 0: there is none. */
};

/* The tool's own: what was given. */
struct options;

/* Does what a command is for, and reports it. */
typedef enum exit_code tool_run_fn(const struct options *options);

struct tool_command {
    const char *name; /* Of one word or two: "tenants list". */
    const char *usage;
    const char *help;
    const char *operand; /* What the argument after the options is called; NULL: there is none. */
    uint32_t required;   /* Bits, 1 << the option's place in the table. */
    uint32_t optional;
    uint32_t one_of; /* Exactly one of these options is required. 0: there are none. */
    tool_run_fn *run;
};

struct tool {
    const char *name;
    const char *version;
    const char *purpose;    /* A sentence. */
    const char *exit_codes; /* "0 done; …", without a full stop. */
    const struct tool_command *commands;
    size_t command_count;
    const struct tool_option *options;
    size_t option_count;
    /*
     * Where what was given goes, for `run`: values[option] is NULL if the option was not given, and
     * "" for a flag that was.
     */
    const struct options *given;
    const char **values;
    const char **operand;
    /* What runs a command with what was given. NULL: its own `run`. */
    tool_run_fn *(*choose)(const struct tool_command *command, const struct options *given);
};

/* Runs the command that the arguments of main name. Returns the exit code of the process. */
int tool_run(const struct tool *tool, int argc, char **argv);

#endif
