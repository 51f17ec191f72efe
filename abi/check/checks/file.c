// SPDX-License-Identifier: MIT
/* What the file says before any of its code runs, and whether the loader takes it. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks.h"
#include "abi/check/elf_image.h"
#include "abi/check/session.h"
#include "abi/host/elf_check.h"

enum { SHOWN_SYMBOLS = 6 };

void check_file(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    check_cure(run, "build it as a shared object for this machine, linked with every library that "
                    "it needs, and copy it whole");
    if (gql_elf_check(run->options->plugin, &failure) != GQL_OK) {
        check_fail(run, "%s", check_reason(run, failure.message));
        return;
    }
    check_step("dlopen");
    if (session_map(run) == NULL) {
        const char *reason = dlerror();
        check_fail(run, "it can't be loaded: %s",
                   reason == NULL ? "it is gone" : check_reason(run, reason));
    }
    check_step_done();
}

static bool open_image(struct check_run *run, struct elf_image *image)
{
    if (!elf_image_open(run->options->plugin, image))
        check_skip(run, "the file can't be read: %s", strerror(errno));
    else if (image->symbols == NULL || image->dynamic == NULL)
        check_skip(run,
                   "the file has no section headers, without which its symbols can't be listed");
    return !check_failed(run);
}

static bool is_sanitized(const struct elf_image *image)
{
    return elf_image_imports_any(image, "__asan_") || elf_image_imports_any(image, "__tsan_") ||
           elf_image_imports_any(image, "__msan_");
}

/*
 * Old linkers export the marks of segments; sanitizers export what they need. Neither can be
 * helped.
 */
static bool is_of_the_toolchain(const char *name)
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

static void list_exports(const struct elf_image *image, struct exports *exports)
{
    for (size_t i = 0; i < image->symbol_count; i++) {
        const char *name = elf_image_name(image, &image->symbols[i]);
        if (!elf_image_exports(&image->symbols[i]) || name[0] == '\0' || is_of_the_toolchain(name))
            continue;
        if (strcmp(name, GQL_PLUGIN_ENTRY_SYMBOL) == 0)
            exports->entry = true;
        else
            add_export(exports, &image->symbols[i], name);
    }
}

void check_exports(struct check_run *run)
{
    struct elf_image image;
    struct exports exports = {.list = ""};
    check_cure(run, "link with a version script that names %s as global and all else as local",
               GQL_PLUGIN_ENTRY_SYMBOL);
    if (open_image(run, &image))
        list_exports(&image, &exports);
    if (exports.cxx)
        check_cure(run,
                   "compile with -fvisibility=hidden -fvisibility-inlines-hidden, and link with a "
                   "version script that names "
                   "%s as global and all else as local: what comes of the standard library's "
                   "headers is exported otherwise",
                   GQL_PLUGIN_ENTRY_SYMBOL);
    if (!check_failed(run) && !exports.entry)
        check_fail(run, "it does not export %s%s%s", GQL_PLUGIN_ENTRY_SYMBOL,
                   exports.others > 0 ? ", but " : "", exports.list);
    else if (exports.others > 0)
        check_fail(run, "beside %s it exports %zu symbol%s%s: %s%s", GQL_PLUGIN_ENTRY_SYMBOL,
                   exports.others, exports.others == 1 ? "" : "s",
                   exports.cxx ? ", weak ones of C++ among them" : "", exports.list,
                   exports.others > SHOWN_SYMBOLS ? ", …" : "");
    elf_image_close(&image);
}

static void refuse_imports(struct check_run *run, const struct elf_image *image, bool rust)
{
    static const struct {
        const char *symbol;
        const char *what;
        bool rust; /* Its standard library mentions it, used or not. */
    } imports[] = {
        {"__cxa_atexit",
         "registers functions for the exit of the process: atexit, or static C++ objects with "
         "destructors",
         false},
        {"on_exit", "registers functions for the exit of the process: on_exit", false},
        {"at_quick_exit", "registers functions for the exit of the process: at_quick_exit", false},
        {"__cxa_at_quick_exit", "registers functions for the exit of the process: at_quick_exit",
         false},
        {"__cxa_thread_atexit", "has thread-local C++ objects with destructors", false},
        {"__cxa_thread_atexit_impl", "has thread-local objects with destructors", true},
    };
    for (size_t i = 0; i < sizeof imports / sizeof imports[0]; i++)
        if (elf_image_imports(image, imports[i].symbol) && !(rust && imports[i].rust))
            check_fail(run, "it %s (it imports %s)", imports[i].what, imports[i].symbol);
}

static void judge_constructors(struct check_run *run, const struct elf_image *image)
{
    static const char rustc[] = "rustc version ";
    const bool rust = memmem(image->data, image->size, rustc, sizeof rustc - 1) != NULL;
    /*
     * The toolchain's own frame_dummy and __do_global_dtors_aux; Rust's standard library has one
     * more.
     */
    const uint64_t allowed = rust ? 2 : 1;
    const uint64_t before = elf_image_dynamic(image, DT_INIT_ARRAYSZ) / sizeof(ElfW(Addr));
    const uint64_t after = elf_image_dynamic(image, DT_FINI_ARRAYSZ) / sizeof(ElfW(Addr));
    if (before > allowed)
        check_fail(run,
                   "it has %u constructor(s), which run when it is loaded, before anybody asked",
                   (unsigned)(before - allowed));
    if (after > 1)
        check_fail(run, "it has %u destructor(s), which run when it is unloaded",
                   (unsigned)(after - 1));
    refuse_imports(run, image, rust);
    if (rust && !check_failed(run))
        check_note(run,
                   "built by rustc: the constructor of Rust's standard library is taken as given");
}

void check_constructors(struct check_run *run)
{
    struct elf_image image;
    check_cure(run, "do in init what has to be done once, and undo it in deinit");
    if (open_image(run, &image)) {
        if (is_sanitized(&image))
            check_skip(run, "built with a sanitizer, which brings constructors of its own");
        else
            judge_constructors(run, &image);
    }
    elf_image_close(&image);
}
