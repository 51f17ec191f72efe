// SPDX-License-Identifier: MIT
/*
 * Exports a function of SQLite, as a library with a copy of SQLite does: the linker gives this one
 * its name.
 */
const char *second_libversion(void);

const char *second_libversion(void)
{
    return "3.0.0";
}
