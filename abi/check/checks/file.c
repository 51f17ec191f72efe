// SPDX-License-Identifier: MIT
/* The file before its code runs, and whether it can be loaded. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/session.h"
#include "abi/check/inspect/elf_symbols.h"
#include "abi/host/elf/validation.h"
#include "abi/host/signature/trust.h"

enum { SHOWN_SYMBOLS = 6 };

/* Before the code of the plugin is run. */
static void check_signature(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const int file = open(run->options->plugin, O_RDONLY | O_CLOEXEC);
    if (trust_check(run->options->trust, run->options->plugin, file, &failure) == GQL_OK) {
        check_note(run, "signed with a key of --key");
    } else {
        check_cure(run, "sign the file as it is, and copy the signature along with it");
        check_fail(run, "%s", check_without_path(run, failure.message));
    }
    if (file >= 0)
        close(file);
}

void check_file(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    check_cure(run, "build a shared object for this machine, link every library that it needs, "
                    "and copy the whole file");
    if (gql_elf_validate(run->options->plugin, run->options->plugin, &failure) != GQL_OK) {
        check_fail(run, "%s", check_without_path(run, failure.message));
        return;
    }
    if (run->options->trust != NULL)
        check_signature(run);
    if (check_ended(run))
        return;
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

/*
 * The toolchain's own code in .init and .fini, at most; any call that is added is longer. 0: not
 * known for this machine. See crti.S of the C library.
 */
#if defined(__x86_64__)
enum { INIT_BYTES = 0x1b, FINI_BYTES = 0x0d };
#elif defined(__aarch64__)
enum { INIT_BYTES = 0x1c, FINI_BYTES = 0x18 };
#else
enum { INIT_BYTES = 0, FINI_BYTES = 0 };
#endif

/* What the loader runs at load or at unload: a function, and arrays of functions. */
struct unasked {
    const char *when;
    const char *section; /* The toolchain puts the function there. */
    int64_t function;
    int64_t array_size;
    unsigned most_bytes;
    uint64_t allowed; /* Members of the array. */
};

static bool is_own_function(const struct elf_symbols *symbols, const struct unasked *unasked)
{
    const ElfW(Shdr) *section = elf_symbols_section(symbols, unasked->section);
    const uint64_t address = elf_symbols_dynamic(symbols, unasked->function);
    if (address == 0)
        return false;
    return section == NULL || section->sh_addr != address ||
           (unasked->most_bytes > 0 && section->sh_size > unasked->most_bytes);
}

/* Describes it; false if nothing but the toolchain's code runs. */
static bool find_unasked(const struct elf_symbols *symbols, const struct unasked *unasked,
                         char text[CHECK_TEXT / 4])
{
    const uint64_t found = elf_symbols_dynamic(symbols, unasked->array_size) / sizeof(ElfW(Addr));
    const bool function = is_own_function(symbols, unasked);
    const uint64_t more = found > unasked->allowed ? found - unasked->allowed : 0;
    const bool at_load = unasked->function == DT_INIT;
    if (function)
        snprintf(text, CHECK_TEXT / 4, "has code that runs %s, by %s", unasked->when,
                 at_load ? "DT_INIT" : "DT_FINI");
    else if (more > 0)
        snprintf(text, CHECK_TEXT / 4, "has %u %s(s), which run %s", (unsigned)more,
                 at_load ? "constructor" : "destructor", unasked->when);
    return function || more > 0;
}

/* Once loaded, the file stays, so code of the language's runtime at load and at exit is no harm. */
static bool is_resident(struct check_run *run)
{
    const gql_plugin *plugin = check_ended(run) ? NULL : session_try_plugin(run);
    return plugin != NULL && GQL_FITS(plugin, GQL_PLUGIN_SIZE_0_2) &&
           plugin->abi_major == GQL_ABI_MAJOR && plugin->abi_minor >= GQL_ABI_MINOR &&
           (plugin->flags & GQL_PLUGIN_RESIDENT) != 0;
}

static void report_unasked(struct check_run *run, const struct elf_symbols *symbols,
                           const struct unasked *unasked)
{
    char text[CHECK_TEXT / 4];
    if (!find_unasked(symbols, unasked, text))
        return;
    if (is_resident(run))
        check_note(run, "%s: allowed for the runtime of a resident plugin", text);
    else
        check_fail(run, "%s", text);
}

/*
 * Toolchains add frame_dummy and __do_global_dtors_aux together with their start files, of which
 * .init is a part on these machines. Rust's standard library adds one constructor more.
 */
static uint64_t toolchain_entries(const struct elf_symbols *symbols)
{
    return INIT_BYTES > 0 && elf_symbols_section(symbols, ".init") == NULL ? 0 : 1;
}

static void check_dynamic(struct check_run *run, const struct elf_symbols *symbols)
{
    /* A variable that Rust's standard library reads; not every rustc leaves its version. */
    static const char variable[] = "RUST_BACKTRACE";
    const bool rust = memmem(symbols->data, symbols->size, variable, sizeof variable - 1) != NULL;
    const uint64_t entries = toolchain_entries(symbols);
    const struct unasked before = {.when = "when the file is loaded, before init",
                                   .section = ".init",
                                   .function = DT_INIT,
                                   .array_size = DT_INIT_ARRAYSZ,
                                   .most_bytes = INIT_BYTES,
                                   .allowed = entries + rust};
    const struct unasked after = {.when = "when the file is unloaded, after deinit",
                                  .section = ".fini",
                                  .function = DT_FINI,
                                  .array_size = DT_FINI_ARRAYSZ,
                                  .most_bytes = FINI_BYTES,
                                  .allowed = entries};
    report_unasked(run, symbols, &before);
    report_unasked(run, symbols, &after);
    check_imports(run, symbols, rust);
    if (rust && !check_ended(run))
        check_note(run,
                   "built by rustc: one constructor is allowed, that of Rust's standard library");
}

void check_constructors(struct check_run *run)
{
    struct elf_symbols symbols;
    check_cure(run,
               "do one-time work in init and undo it in deinit; if the runtime of the language "
               "must run code at load and can't be unloaded, set GQL_PLUGIN_RESIDENT");
    if (open_symbols(run, &symbols)) {
        if (is_sanitized(&symbols))
            check_skip(run, "built with a sanitizer, which adds constructors");
        else
            check_dynamic(run, &symbols);
    }
    elf_symbols_close(&symbols);
}
