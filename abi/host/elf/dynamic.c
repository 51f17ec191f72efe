// SPDX-License-Identifier: MIT
/* The dynamic section: which tables there are, and which code runs. */
#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"

/* Only addresses in executable memory may be called. */
static int32_t check_functions(const struct elf_image *image)
{
    static const int64_t functions[] = {DT_INIT, DT_FINI};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const ElfW(Dyn) *entry = elf_entry(image, functions[i]);
        if (entry != NULL && elf_loaded(image, entry->d_un.d_ptr, 1, PF_X) == NULL)
            return elf_fail_damaged(image, "its initialization lies outside of its code");
    }
    static const int64_t arrays[][2] = {{DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
                                        {DT_FINI_ARRAY, DT_FINI_ARRAYSZ}};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        const ElfW(Dyn) *array = elf_entry(image, arrays[i][0]);
        const ElfW(Dyn) *size = elf_entry(image, arrays[i][1]);
        if ((array == NULL) != (size == NULL) ||
            (array != NULL &&
             (size->d_un.d_val % sizeof(ElfW(Addr)) != 0 ||
              elf_at(image, array->d_un.d_ptr, size->d_un.d_val, sizeof(ElfW(Addr))) == NULL)))
            return elf_fail_damaged(image, "its list of initializations has an impossible size");
    }
    return GQL_OK;
}

static int32_t check_strings(struct elf_image *image)
{
    image->strings_size = elf_value(image, DT_STRSZ);
    image->strings = elf_at(image, elf_value(image, DT_STRTAB), image->strings_size, 1);
    if (elf_entry(image, DT_STRTAB) == NULL || image->strings == NULL || image->strings_size == 0 ||
        image->strings[image->strings_size - 1] != '\0')
        return elf_fail_damaged(image, "its table of strings has an impossible place");
    for (const ElfW(Dyn) *entry = image->dynamic; entry->d_tag != DT_NULL; entry++) {
        const bool is_string = entry->d_tag == DT_NEEDED || entry->d_tag == DT_SONAME ||
                               entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH;
        if (is_string && elf_string(image, entry->d_un.d_val) == NULL)
            return elf_fail_damaged(image, "the name of a library lies outside of its strings");
        if (entry->d_tag == DT_AUXILIARY || entry->d_tag == DT_FILTER)
            return gql_fail(image->failure, GQL_E_UNAVAILABLE,
                            "%s: not a plugin: a filter for another library", image->path);
    }
    return GQL_OK;
}

/* The loader ends the process for these. */
static int32_t check_entry_sizes(const struct elf_image *image)
{
    const bool with_addend = elf_entry(image, DT_RELA) != NULL;
    const uint64_t linkage = elf_value(image, DT_PLTREL);
    if (elf_value(image, DT_SYMENT) != sizeof(ElfW(Sym)) ||
        (with_addend && elf_value(image, DT_RELAENT) != sizeof(ElfW(Rela))) ||
        (elf_entry(image, DT_REL) != NULL && elf_value(image, DT_RELENT) != sizeof(ElfW(Rel))) ||
        (elf_entry(image, DT_JMPREL) != NULL && linkage != DT_RELA && linkage != DT_REL) ||
        (with_addend && linkage == DT_REL) ||
        (elf_entry(image, DT_REL) != NULL && linkage == DT_RELA))
        return elf_fail_damaged(image, "its tables have entries of an impossible size");
    return GQL_OK;
}

int32_t elf_check_dynamic(struct elf_image *image)
{
    int32_t code = check_strings(image);
    if (code == GQL_OK)
        code = check_entry_sizes(image);
    return code == GQL_OK ? check_functions(image) : code;
}
