// SPDX-License-Identifier: MIT
/* The file before its code runs, and whether it can be loaded. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/session.h"
#include "abi/check/inspect/elf_symbols.h"
#include "abi/host/elf_validation.h"

enum { SHOWN_SYMBOLS = 6 };

void check_file(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    check_cure(run, "build a shared object for this machine, link every library that it needs, "
                    "and copy the whole file");
    if (gql_elf_validate(run->options->plugin, &failure) != GQL_OK) {
        check_fail(run, "%s", check_without_path(run, failure.message));
        return;
    }
    check_step("dlopen");
    if (session_map(run) == NULL) {
        const char *error = dlerror();
        check_fail(run, "can't be loaded: %s",
                   error == NULL ? "the file has disappeared" : check_without_path(run, error));
    }
    check_step_done();
}

static bool open_symbols(struct check_run *run, struct elf_symbols *symbols)
{
    if (!elf_symbols_open(run->options->plugin, symbols))
        check_skip(run, "the file can't be read: %s", strerror(errno));
    else if (symbols->symbols == NULL || symbols->dynamic == NULL)
        check_skip(run, "the file has no section headers, so its symbols can't be listed");
    return !check_ended(run);
}

static bool is_sanitized(const struct elf_symbols *symbols)
{
    return elf_symbols_imports_any(symbols, "__asan_") ||
           elf_symbols_imports_any(symbols, "__tsan_") ||
           elf_symbols_imports_any(symbols, "__msan_");
}

/* Old linkers export the bounds of segments, sanitizers their own symbols. */
static bool is_from_toolchain(const char *name)
{
    static const char *const names[] = {"_init", "_fini", "__bss_start", "_edata",
                                        "_end",  "edata", "end"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, "__asan_", 7) == 0 || strncmp(name, "__odr_asan", 10) == 0 ||
           strncmp(name, "__tsan_", 7) == 0;
}

struct exports {
    char list[CHECK_TEXT / 2];
    size_t others;
    bool cxx; /* Weak symbols with mangled names: templates and inline functions. */
    bool entry;
};

static void add_export(struct exports *exports, const ElfW(Sym) * symbol, const char *name)
{
    const size_t used = strlen(exports->list);
    if (exports->others < SHOWN_SYMBOLS)
        snprintf(exports->list + used, sizeof exports->list - used, "%s%.120s",
                 used == 0 ? "" : ", ", name);
    exports->cxx = exports->cxx ||
                   (strncmp(name, "_Z", 2) == 0 && symbol->st_info >> 4 != STB_GLOBAL);
    exports->others++;
}

static void list_exports(const struct elf_symbols *symbols, struct exports *exports)
{
    for (size_t i = 0; i < symbols->symbol_count; i++) {
        const char *name = elf_symbols_name(symbols, &symbols->symbols[i]);
        if (!elf_symbols_exports(&symbols->symbols[i]) || name[0] == '\0' ||
            is_from_toolchain(name))
            continue;
        if (strcmp(name, GQL_PLUGIN_ENTRY_SYMBOL) == 0)
            exports->entry = true;
        else
            add_export(exports, &symbols->symbols[i], name);
    }
}

void check_exports(struct check_run *run)
{
    struct elf_symbols symbols;
    struct exports exports = {.list = ""};
    check_cure(run, "link with a version script that makes %s global and everything else local",
               GQL_PLUGIN_ENTRY_SYMBOL);
    if (open_symbols(run, &symbols))
        list_exports(&symbols, &exports);
    if (exports.cxx)
        check_cure(run,
                   "compile with -fvisibility=hidden -fvisibility-inlines-hidden, which hide what "
                   "the standard library's headers define, and link with a version script that "
                   "makes %s global and everything else local",
                   GQL_PLUGIN_ENTRY_SYMBOL);
    if (!check_ended(run) && !exports.entry)
        check_fail(run, "does not export %s%s%s", GQL_PLUGIN_ENTRY_SYMBOL,
                   exports.others > 0 ? ", but " : "", exports.list);
    else if (exports.others > 0)
        check_fail(run, "exports %zu symbol%s besides %s%s: %s%s", exports.others,
                   exports.others == 1 ? "" : "s", GQL_PLUGIN_ENTRY_SYMBOL,
                   exports.cxx ? ", among them weak symbols of C++" : "", exports.list,
                   exports.others > SHOWN_SYMBOLS ? ", …" : "");
    elf_symbols_close(&symbols);
}

static void check_imports(struct check_run *run, const struct elf_symbols *symbols, bool rust)
{
    static const struct {
        const char *symbol;
        const char *what;
        bool rust; /* Rust's standard library imports it, used or not. */
    } imports[] = {
        {"__cxa_atexit",
         "registers exit handlers: by atexit, or by static C++ objects with destructors", false},
        {"on_exit", "registers exit handlers by on_exit", false},
        {"at_quick_exit", "registers exit handlers by at_quick_exit", false},
        {"__cxa_at_quick_exit", "registers exit handlers by at_quick_exit", false},
        {"__cxa_thread_atexit", "has thread-local C++ objects with destructors", false},
        {"__cxa_thread_atexit_impl", "has thread-local objects with destructors", true},
    };
    for (size_t i = 0; i < sizeof imports / sizeof imports[0]; i++)
        if (elf_symbols_imports(symbols, imports[i].symbol) && !(rust && imports[i].rust))
            check_fail(run, "%s (imports %s)", imports[i].what, imports[i].symbol);
}

static void check_dynamic(struct check_run *run, const struct elf_symbols *symbols)
{
    /* A variable that Rust's standard library reads; not every rustc leaves its version. */
    static const char variable[] = "RUST_BACKTRACE";
    const bool rust = memmem(symbols->data, symbols->size, variable, sizeof variable - 1) != NULL;
    /*
     * The toolchain adds frame_dummy and __do_global_dtors_aux; Rust's standard library adds one
     * constructor more.
     */
    const uint64_t allowed = rust ? 2 : 1;
    const uint64_t before = elf_symbols_dynamic(symbols, DT_INIT_ARRAYSZ) / sizeof(ElfW(Addr));
    const uint64_t after = elf_symbols_dynamic(symbols, DT_FINI_ARRAYSZ) / sizeof(ElfW(Addr));
    if (before > allowed)
        check_fail(run, "has %u constructor(s), which run when the file is loaded, before init",
                   (unsigned)(before - allowed));
    if (after > 1)
        check_fail(run, "has %u destructor(s), which run when the file is unloaded, after deinit",
                   (unsigned)(after - 1));
    check_imports(run, symbols, rust);
    if (rust && !check_ended(run))
        check_note(run,
                   "built by rustc: one constructor is allowed, that of Rust's standard library");
}

void check_constructors(struct check_run *run)
{
    struct elf_symbols symbols;
    check_cure(run, "do one-time work in init and undo it in deinit");
    if (open_symbols(run, &symbols)) {
        if (is_sanitized(&symbols))
            check_skip(run, "built with a sanitizer, which adds constructors");
        else
            check_dynamic(run, &symbols);
    }
    elf_symbols_close(&symbols);
}
