// SPDX-License-Identifier: MIT
/*
 * The official test vectors of PASETO version 4 (public) and PASERK (k4.*), including those that
 * must fail, transcribed from the paseto-standard test-vectors repository (ISC):
 * https://github.com/paseto-standard/test-vectors.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdbool.h>
#include <stddef.h>

struct paseto_vector {
    const char *name;
    bool fails;
    const char *public_key; /* Hexadecimal; NULL if the vector has none. */
    const char *secret_key;
    const char *token;
    const char *payload;
    const char *footer;
    const char *implicit;
};

static const struct paseto_vector paseto_vectors[] = {
    {"4-S-1", false, "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2",
     "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a37741eb9dbbbbc047c03fd70604e0071f"
     "0987e16b28b757225c11f00415d0e20b1a2",
     "v4.public."
     "eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9b"
     "g_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA",
     "{\"data\":\"this is a signed message\",\"exp\":\"2022-01-01T00:00:00+00:00\"}", "", ""},
    {"4-S-2", false, "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2",
     "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a37741eb9dbbbbc047c03fd70604e0071f"
     "0987e16b28b757225c11f00415d0e20b1a2",
     "v4.public."
     "eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9v"
     "3Jt8mx_TdM2ceTGoqwrh4yDFn0XsHvvV_D0DtwQxVrJEBMl0F2caAdgnpKlt4p7xBnx1HcO-SPo8FPp214HDw."
     "eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9",
     "{\"data\":\"this is a signed message\",\"exp\":\"2022-01-01T00:00:00+00:00\"}",
     "{\"kid\":\"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN\"}", ""},
    {"4-S-3", false, "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2",
     "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a37741eb9dbbbbc047c03fd70604e0071f"
     "0987e16b28b757225c11f00415d0e20b1a2",
     "v4.public."
     "eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9N"
     "PWciuD3d0o5eXJXG5pJy-DiVEoyPYWs1YSTwWHNJq6DZD3je5gf-0M4JR9ipdUSJbIovzmBECeaWmaqcaP0DQ."
     "eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9",
     "{\"data\":\"this is a signed message\",\"exp\":\"2022-01-01T00:00:00+00:00\"}",
     "{\"kid\":\"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN\"}", "{\"test-vector\":\"4-S-3\"}"},
    {"4-F-1", true, "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2",
     "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a37741eb9dbbbbc047c03fd70604e0071f"
     "0987e16b28b757225c11f00415d0e20b1a2",
     "v4.local.vngXfCISbnKgiP6VWGuOSlYrFYU300fy9ijW33rznDYgxHNPwWluAY2Bgb0z54CUs6aYYkIJ-bOOOmJHPuX_"
     "34Agt_IPlNdGDpRdGNnBz2MpWJvB3cttheEc1uyCEYltj7wBQQYX."
     "YXJiaXRyYXJ5LXN0cmluZy10aGF0LWlzbid0LWpzb24",
     NULL, "arbitrary-string-that-isn't-json", "{\"test-vector\":\"4-F-1\"}"},
    {"4-F-2", true, NULL, NULL,
     "v4.public.eyJpbnZhbGlkIjoidGhpcyBzaG91bGQgbmV2ZXIgZGVjb2RlIn22Sp4gjCaUw0c7EH84ZSm_jN_"
     "Qr41MrgLNu5LIBCzUr1pn3Z-Wukg9h3ceplWigpoHaTLcwxj0NsI1vjTh67YB."
     "eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9",
     NULL, "{\"kid\":\"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN\"}",
     "{\"test-vector\":\"4-F-2\"}"},
    {"4-F-3", true, NULL, NULL,
     "v3.local.23e_2PiqpQBPvRFKzB0zHhjmxK3sKo2grFZRRLM-"
     "U7L0a8uHxuF9RlVz3Ic6WmdUUWTxCaYycwWV1yM8gKbZB2JhygDMKvHQ7eBf8GtF0r3K0Q_"
     "gF1PXOxcOgztak1eD1dPe9rLVMSgR0nHJXeIGYVuVrVoLWQ.YXJiaXRyYXJ5LXN0cmluZy10aGF0LWlzbid0LWpzb24",
     NULL, "arbitrary-string-that-isn't-json", "{\"test-vector\":\"4-F-3\"}"},
    {"4-F-4", true, NULL, NULL,
     "v4.local.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAr68PS4AXe7If_"
     "ZgesdkUMvSwscFlAl1pk5HC0e8kApeaqMfGo_7OpBnwJOAbY9V7WU6abu74MmcUE8YWAiaArVI8XJ5hOb_"
     "4v9RmDkneN0S92dx0OW4pgy7omxgf3S8c3LlQh",
     NULL, "", ""},
    {"4-F-5", true, NULL, NULL,
     "v4.local.32VIErrEkmY4JVILovbmfPXKW9wT1OdQepjMTC_MOtjA4kiqw7_tcaOM5GNEcnTxl60WkwMsYXw6FSNb_"
     "UdJPXjpzm0KW9ojM5f4O2mRvE2IcweP-PRdoHjd5-RHCiExR1IK6t4x-RMNXtQNbz7FvFZ_G-"
     "lFpk5RG3EOrwDL6CgDqcerSQ==."
     "eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9",
     NULL, "{\"kid\":\"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN\"}", ""},
};

struct paserk_vector {
    const char *name;
    bool fails;
    const char *key;    /* Hexadecimal, of any length. */
    const char *paserk; /* NULL if the key must not be written. */
};

static const struct paserk_vector public_vectors[] = {
    {"k4.public-1", false, "0000000000000000000000000000000000000000000000000000000000000000",
     "k4.public.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
    {"k4.public-2", false, "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f",
     "k4.public.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8"},
    {"k4.public-3", false, "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e90",
     "k4.public.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjpA"},
    {"k4.public-fail-1", true,
     "02707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9"
     "d9e9f",
     NULL},
};

static const struct paserk_vector secret_vectors[] = {
    {"k4.secret-1", false,
     "00000000000000000000000000000000000000000000000000000000000000003b6a27bcceb6a42d62a3a8d02a6f0"
     "d73653215771de243a63ac048a18b59da29",
     "k4.secret."
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA7aie8zrakLWKjqNAqbw1zZTIVdx3iQ6Y6wEihi1naKQ"},
    {"k4.secret-2", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "k4.secret.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8c5WpIyC_5kWKhS8VEYSZ05dYfuTF-"
     "ZdQFV4D9vLTcNQ"},
    {"k4.secret-3", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e9060fe37571a5d6e7d30b15154ce4a9"
     "fb92c70c870848f4ccdf1626588097f73f7",
     "k4.secret.cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjpBg_jdXGl1ufTCxUVTOSp-"
     "5LHDIcISPTM3xYmWICX9z9w"},
    {"k4.secret-fail-1", true, "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e",
     NULL},
    {"k4.secret-fail-2", true,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9"
     "ea0",
     NULL},
};

static const struct paserk_vector pid_vectors[] = {
    {"k4.pid-1", false, "0000000000000000000000000000000000000000000000000000000000000000",
     "k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE"},
    {"k4.pid-2", false, "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f",
     "k4.pid.9ShR3xc8-qVJ_di0tc9nx0IDIqbatdeM2mqLFBJsKRHs"},
    {"k4.pid-3", false, "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e90",
     "k4.pid.-nyvbaTz8U6TQz7OZWW-iB3va31iAxIpUgzUcVQVmW9A"},
    {"k4.pid-fail-1", true, "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e", NULL},
    {"k4.pid-fail-2", true,
     "02707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9"
     "d9e9f",
     NULL},
};

static const struct paserk_vector sid_vectors[] = {
    {"k4.sid-1", false,
     "00000000000000000000000000000000000000000000000000000000000000003b6a27bcceb6a42d62a3a8d02a6f0"
     "d73653215771de243a63ac048a18b59da29",
     "k4.sid.YujQ-NvcGquQ0Q-arRf8iYEcXiSOKg2Vk5az-n1lxiUd"},
    {"k4.sid-2", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "k4.sid.gHYyx8y5YzqKEZeYoMDqUOKejdSnY_AWhYZiSCMjR1V5"},
    {"k4.sid-3", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e9060fe37571a5d6e7d30b15154ce4a9"
     "fb92c70c870848f4ccdf1626588097f73f7",
     "k4.sid.2_m4h6ZTO3qm_PIpl-eYyAqTbNTgmIPQ85POmUEyZHNd"},
    {"k4.sid-fail-1", true,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9"
     "ea0",
     NULL},
};

struct wrap_vector {
    const char *name;
    bool fails;
    const char *unwrapped; /* Hexadecimal; NULL if the vector has none. */
    const char *password;  /* The text itself, even if it looks like hexadecimal. */
    const char *paserk;
};

static const struct wrap_vector wrap_vectors[] = {
    {"k4.secret-pw-1", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "636f727265637420686f727365206261747465727920737461706c65",
     "k4.secret-pw."
     "g5CZn27bLJQkPVOYjrWEQAAAAAAEAAAAAAAAAgAAAAGpohE13nAyCtWfj2Xf3rgORRrE1X0qw2U1FWSJm_"
     "6snSbneAqz59FTgsmUR2cNmC41rauCVViAEijox_mY4iJzIUOv34cHkLLIZ_te-FpqKDK0bFtH-rgdFkiy-"
     "RjCG0EN349NFFqCZHu7gOlQw98nyeRwWelHCJE"},
    {"k4.secret-pw-2", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "636f727265637420686f727365206261747465727920737461706c65",
     "k4.secret-pw.1n54ImYiJUSDhTn7vzBI4QAAAAAQAAAAAAAAAwAAAAFBZythnpR02Zza64_y9DuKHeyZVEP_"
     "vZx0Y721aIry1rZc70cR08Jb2rgV4pcqR9in25TvA4pV7L4kT3r-0b-5a8Z7wk35D0zOnPLEJloAHf2XEYGleFReV2-"
     "tiV1T79G6OhlATgd-bJbXjRqlEOCsk_-pRdSsCeE"},
    {"k4.secret-pw-3", false,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "correct horse battery staple",
     "k4.secret-pw.l7bNRB3P5Pwp2FN11-O5dgAAAAAQAAAAAAAAAwAAAAGMe2vxUAZ5quIB-7KCN6_zP_"
     "rFqqPmgaVI8ut4xvM2QZQ7QNpr4MlmZ52UulTstEf0uT8vyWzn7bthOALA2ZH_0iBiG9pPWqD8UzmuUjUP5Yi92B_"
     "5pUw3DJ0vwNP-GgvjHQObQXLsWPfe_exECoYAWdkI6q-VtSM"},
    {"k4.secret-pw-fail-1", true,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "636f727265637420686f727365206261747465727920737461706c66",
     "k4.secret-pw.1n54ImYiJUSDhTn7vzBI4QAAAAAQAAAAAAAAAwAAAAFBZythnpR02Zza64_y9DuKHeyZVEP_"
     "vZx0Y721aIry1rZc70cR08Jb2rgV4pcqR9in25TvA4pV7L4kT3r-0b-5a8Z7wk35D0zOnPLEJloAHf2XEYGleFReV2-"
     "tiV1T79G6OhlATgd-bJbXjRqlEOCsk_-pRdSsCeE"},
    {"k4.secret-pw-fail-2", true,
     "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f1ce56a48c82ff99162a14bc544612"
     "674e5d61fb9317e65d4055780fdbcb4dc35",
     "636f727265637420686f727365206261747465727920737461706c65",
     "k4.secret-pw.1n54ImYiJUSDhTn7vzBI4QAAAAAQAAAAAAAAAwAAAAFBZythnpR02Zza64_y9DuKHeyZVEP_"
     "vZx0Y721aIry1rZc70cR08Jb2rgV4pcqR9in25TvA4pV7L4kT3r-0b-5a8Z7wk35D0zOnPLEJloAHf2XEYGleFReV2-"
     "tiV1T79G6OhlATgd-bJbXjRqlEOCsk_-qRdStDfF"},
    {"k4.secret-pw-fail-3", true, NULL, "636f727265637420686f727365206261747465727920737461706c65",
     "k3.secret-pw.LajP_XFziwwUW8t0xppL3ecIgaOzfSEx-5-UQG36jJ8AACcQUeD46ydUwIkMOqkXWFvacyf_"
     "eaH1BTMlJsdCy6ZhemmaFMZTclOD9LrOwCVnmhlCDQEePilxQEfvPsRM5cL_yxx1bWL0wjS4GAQABQiCvGyQTi_"
     "LGlbMnYuiZfxWgpqNJpAI6jx71m6s3f6wZIg68Q"},
};

#endif
