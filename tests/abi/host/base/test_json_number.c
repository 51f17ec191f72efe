// SPDX-License-Identifier: MIT
#include "abi/host/base/json_number.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* strtod in the locale "C", which Criterion's processes have, is the oracle. */
static void expect_as_strtod(const char *text)
{
    cr_expect_eq(json_number_is_finite(text, strlen(text)), isfinite(strtod(text, NULL)) != 0, "%s",
                 text);
}

/* The largest double, and the integers around what is rounded beyond it, 2^1024 - 2^970. */
static const char *const bounds[] = {
    "17976931348623157081452742373170435679807056752584499659891747680315726078002853"
    "87605895586327668781715404589535143824642343213268894641827684675467035375169860"
    "49910576551282076245490090389328944075868508455133942304583236903222948165808559"
    "332123348274797826204144723168738177180919299881250404026184124858368",
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475"
    "09466490179775872070963302864166928879109465555478519404026306574886715058206819"
    "08902000708383676273854845817711531764475730270069855571366959622842914819860834"
    "936475292719074168444365510704342711559699508093042880177904174497791",
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475"
    "09466490179775872070963302864166928879109465555478519404026306574886715058206819"
    "08902000708383676273854845817711531764475730270069855571366959622842914819860834"
    "936475292719074168444365510704342711559699508093042880177904174497792",
};

Test(json_number, knows_which_doubles_are_finite)
{
    static const char *const texts[] = {
        "0",       "-0.0",      "0e999",      "0.000e99999999999999999999",
        "1",       "1e308",     "1e309",      "-1e309",
        "1E+400",  "1e-400",    "10e307",     "10e308",
        "0.1e309", "0.1e310",   "0.01e310",   "0.01e311",
        "1.7e308", "1.8e308",   "17.9e307",   "1.7976931348623157e308",
        "18e307",  "-1.8e+308", "179e306",    "1.7976931348623159e308",
        "9e307",   "9.9e308",   "99.9e-999",  "1e99999999999999999999",
        "1e00308", "1e00309",   "1.0e0309",   "1e-99999999999999999999",
        "12.5",    "0.125",     "1797693e302"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_as_strtod(texts[i]);
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        expect_as_strtod(bounds[i]);
}

/* The same numbers with their point at each place. */
Test(json_number, the_place_of_the_point_is_counted)
{
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const size_t size = strlen(bounds[i]);
        for (size_t point = 1; point < size; point++) {
            char text[512];
            snprintf(text, sizeof text, "%.*s.%se%zu", (int)point, bounds[i], bounds[i] + point,
                     309 - point);
            expect_as_strtod(text);
            snprintf(text, sizeof text, "-0.%0*d%se%zu", (int)point, 0, bounds[i], 309 + point);
            if (point < 100)
                expect_as_strtod(text);
        }
    }
}

/* Digits that no exponent of 64 bits would have room for take part, too. */
Test(json_number, exponents_and_digits_make_up_for_each_other)
{
    enum { ZEROS = 5000 };
    char text[ZEROS + 64];
    for (int exponent = 306; exponent <= 311; exponent++) {
        snprintf(text, sizeof text, "1%0*de-%d", ZEROS, 0, ZEROS - exponent);
        expect_as_strtod(text);
        snprintf(text, sizeof text, "0.%0*d1e%d", ZEROS, 0, ZEROS + exponent);
        expect_as_strtod(text);
    }
}
