// SPDX-License-Identifier: MIT
/*
 * The faults of the plugins faulty_1.so, faulty_2.so, …: one each. They are macros because the
 * preprocessor tests them. Each source has ranges, and no fault if FAULT is outside them; the
 * numbers are part of the file names, so new faults get new numbers. Some of the plugins are
 * correct in an unusual way: they are marked as valid.
 */
#ifndef FAULTS_H
#define FAULTS_H

#define FAULT_NONE 0

/* tables.c: what the entry returns. */
#define FAULT_NO_ENTRY 1
#define FAULT_FUTURE_ENTRY 2
#define FAULT_ENTRY_REFUSES 3
#define FAULT_TINY_PLUGIN 4
#define FAULT_SMALL_PLUGIN 5
#define FAULT_OLD_PLUGIN 6 /* Ends before the last member of the baseline. */
#define FAULT_MAJOR 7
#define FAULT_MINOR 8
#define FAULT_NO_ID 9
#define FAULT_SHORT_ID 10
#define FAULT_NO_NAME 11
#define FAULT_NO_VERSION 12
#define FAULT_NO_LICENCE 13
#define FAULT_NO_SCHEMA 14
#define FAULT_NO_CONFIG_SCHEMA 15
#define FAULT_BAD_CONFIG_SCHEMA 16
#define FAULT_NO_INIT 17
#define FAULT_NO_DEINIT 18
#define FAULT_NO_CREATE 19
#define FAULT_NO_DRAIN 20
#define FAULT_NO_DESTROY 21
#define FAULT_SMALL_SCHEMA 22
#define FAULT_NO_PARTS 23
#define FAULT_NULL_PART 24
#define FAULT_SMALL_PART 25
#define FAULT_NO_SDL 26
#define FAULT_NULL_RESOLVER 27
#define FAULT_SMALL_RESOLVER 28
#define FAULT_NO_FIELD 29
#define FAULT_NO_RESOLVE 30
#define FAULT_NULL_LOADER 31
#define FAULT_SMALL_LOADER 32
#define FAULT_NO_LOAD 33
#define FAULT_NO_REFERENCE 34
#define FAULT_UNLINKED 35 /* Needs a function that no library has. */
#define FAULT_MORE_EXPORTS 36
#define FAULT_CONSTRUCTOR 37
#define FAULT_ATEXIT 38
#define FAULT_TWO_PLUGINS 39
#define FAULT_ANY_MAJOR 40
#define FAULT_RESERVED 41 /* Of gql_schema. */
#define FAULT_UNKNOWN_KIND 42
#define FAULT_UNKNOWN_FLAG 43
#define FAULT_VERSION_FORM 44
#define FAULT_LICENCE_FORM 45
#define FAULT_BROKEN_SDL 46
#define FAULT_TWO_IN_COMMON 47
#define FAULT_LEANS 48
#define FAULT_OWNS_COMMON 49
#define FAULT_RESOLVER_TOO_MANY 50
#define FAULT_RESOLVER_MISSING 51
#define FAULT_LOADER_TOO_MANY 52
#define FAULT_UNKNOWN_REFERENCE 53
#define FAULT_SUBGRAPH_UNLINKED 54
#define FAULT_SUBGRAPH_KEYLESS 55
#define FAULT_OPEN_CONFIG 56
#define FAULT_UNDATED_CONFIG 57
#define FAULT_OFFERS_ANYTHING 58
#define FAULT_LARGE_PLUGIN 59 /* Valid: built with a newer header. */
#define FAULT_TABLES_END 60

/* answers.c: calls. */
#define FAULT_NEVER 60
#define FAULT_CRASHES 61
#define FAULT_TWICE 62
#define FAULT_BROKEN_JSON 63
#define FAULT_OTHER_TYPE 64
#define FAULT_SHORT_LIST 65
#define FAULT_REJECTS_WITH_NOTHING 66
#define FAULT_LOWER_CASE 67
#define FAULT_BROKEN_EXTENSIONS 68
#define FAULT_PENDING_WHEN_DONE 69
#define FAULT_OK_WHEN_NOT_DONE 70
#define FAULT_NEGATIVE 71
#define FAULT_LATER_THAN_INLINE 72
#define FAULT_BLOCKS 73
#define FAULT_OVERRUNS 74
#define FAULT_MOVES_REPLY 75
#define FAULT_WRITES_AFTERWARDS 76
#define FAULT_WRITES_LATER 77
#define FAULT_READS_AFTERWARDS 78
#define FAULT_WRITES_INPUTS 79
#define FAULT_TWO_THREADS 80
#define FAULT_SERVES_WHEN_DRAINED 81
#define FAULT_OTHER_REJECTION 82
#define FAULT_ANSWERS_END 83

/* life.c: the library and its instances. */
#define FAULT_INIT_FAILS 83
#define FAULT_INIT_SILENT 84
#define FAULT_INIT_WRONG_CODE 85
#define FAULT_INIT_UNTERMINATED 86
#define FAULT_INIT_ONCE 87
#define FAULT_TAKES_ANY_SETTING 88
#define FAULT_NAMES_NO_SETTING 89
#define FAULT_CREATE_NOTHING 90
#define FAULT_CREATE_FAILS 91
#define FAULT_CREATE_EXITS 92
#define FAULT_DRAIN_HANGS 93
#define FAULT_DESTROY_CRASHES 94
#define FAULT_DRAIN_HURRIES 95
#define FAULT_LEAKS_THREADS 96
#define FAULT_LEAKS_DESCRIPTORS 97
#define FAULT_LEAKS_MEMORY 98
#define FAULT_LEAKS_MAPPINGS 99
#define FAULT_ONE_INSTANCE 100
#define FAULT_LEAVES_THREAD 101
#define FAULT_LEAVES_MEMORY 102
#define FAULT_LEAVES_KEY 103
#define FAULT_LEAVES_LOCK 104
#define FAULT_LEAVES_FILE_MAPPED 105
#define FAULT_STAYS 106
#define FAULT_LIFE_END 107

/* tables.c again. */
#define FAULT_OLD_RESOLVER 107 /* Of the size that it had in ABI 0.1. */
#define FAULT_OLD_LOADER 108
#define FAULT_PLUGIN_FLAG 109 /* Unknown, and must be understood. */
#define FAULT_RESOLVER_RESERVED 110
#define FAULT_RESOLVER_FLAG 111 /* Unknown, and must be understood. */
#define FAULT_REQUIRES_UNKNOWN 112
#define FAULT_REQUIRES_WITH_ARGUMENTS 113
#define FAULT_DT_INIT 114
#define FAULT_DT_FINI 115
#define FAULT_INIT_SECTION 116
#define FAULT_BARE_CONSTRUCTOR 117 /* Linked without the toolchain's start files. */
#define FAULT_OWNS_OVERREADS 118
#define FAULT_OWNS_ODDLY 119
#define FAULT_OWNS_BY_CHANCE 120
#define FAULT_DISOWNS 121
#define FAULT_TWO_OWNERS 122
#define FAULT_RESIDENT 123         /* Valid: leaves a key, and says that it is resident. */
#define FAULT_RESIDENT_RUNTIME 124 /* Valid: resident, with a runtime that starts at load. */
#define FAULT_MORE_TABLES_END 125

/* answers.c again. */
#define FAULT_FORGETS_CANCELLED 130
#define FAULT_FORGETS_LATE 131
#define FAULT_FORGETS_NOBODY 132
#define FAULT_REVERSES 133
#define FAULT_ONE_AT_A_TIME 134
#define FAULT_MIXES_ANSWERS 135
#define FAULT_SLOW_WRITES 136 /* Valid: a write takes 150 ms, one after the other. */
#define FAULT_ANY_CALL_SIZE 137
#define FAULT_ANY_REQUEST_SIZE 138
#define FAULT_ANY_REPLY_SIZE 139
#define FAULT_ANY_CALL_FLAG 140
#define FAULT_ANY_RESERVED 141
#define FAULT_EXACT_SIZE 142
#define FAULT_KNOWN_FLAGS_ONLY 143
#define FAULT_STRIDES_GRANTS 144
#define FAULT_OVERWRITES_PREFIX 145
#define FAULT_MALFORMED_PATH 146
#define FAULT_PATH_TO_VALUE 147
#define FAULT_PATH_BEYOND 148
#define FAULT_SMALL_ERROR 149
#define FAULT_READS_UNREQUIRED 150
#define FAULT_FAILS_UNREQUIRED 151
#define FAULT_STRANDS_UNGROWN 152 /* On its thread, it leaves replies that can't grow. */
#define FAULT_RESOLVES_UNGROWN 153
#define FAULT_LEAVES_UNGROWN 154 /* Returns GQL_OK. */
#define FAULT_ANY_GRANT_SIZE 155
#define FAULT_ANY_SELECTION_SIZE 156
#define FAULT_NULL_INSTANCE 157
#define FAULT_NULL_CALL 158
#define FAULT_NULL_REPLY 159
#define FAULT_MORE_ANSWERS_END 160

/* shapes.c: shaped values. */
#define FAULT_SHAPE_IGNORED 160
#define FAULT_SHAPE_ORDER 161
#define FAULT_SHAPE_FIELD_NAMES 162
#define FAULT_SHAPE_ONCE 163
#define FAULT_SHAPE_TYPENAME 164
#define FAULT_SHAPE_CONDITIONS 165
#define FAULT_SHAPE_SWAPS 166
#define FAULT_SHAPES_END 167

/* answers.c once more. */
#define FAULT_ANY_SHAPE_SIZE 170
#define FAULT_NULL_ARGUMENTS 171
#define FAULT_NULL_PARENT 172
#define FAULT_TWO_THREADS_AT_TIMES 173
#define FAULT_LAST_ANSWERS_END 174

/* life.c again: what init takes although the contract is broken, and in the same order create. */
#define FAULT_INIT_ANY_HOST_SIZE 180
#define FAULT_INIT_RESERVED 181
#define FAULT_INIT_NULL_HOST 182
#define FAULT_INIT_ANY_FAILURE_SIZE 183
#define FAULT_INIT_NULL_FAILURE 184
#define FAULT_CREATE_ANY_HOST_SIZE 185
#define FAULT_CREATE_RESERVED 186
#define FAULT_CREATE_NULL_HOST 187
#define FAULT_CREATE_ANY_FAILURE_SIZE 188
#define FAULT_CREATE_NULL_FAILURE 189
#define FAULT_MORE_LIFE_END 190

/* tables.c once more: metrics. */
#define FAULT_METRICS_MALFORMED 190
#define FAULT_METRICS_TWICE 191
#define FAULT_METRICS_NEVER 192
#define FAULT_METRICS_FAIL 193
#define FAULT_METRICS_END 194

#endif
