// SPDX-License-Identifier: MIT
#include "abi/check/help.h"

const char help_version[] = "gql-plugin-check " TOOL_VERSION "\n";

const char help_text[] =
    "Usage: gql-plugin-check [OPTION]… PLUGIN.so\n"
    "\n"
    "Checks a plugin before it goes into a gateway's folder: the file, the structs behind the entry, the\n"
    "schema, the configuration, calls, and the life of instances. Each check runs in a process of its own,\n"
    "so that a plugin that crashes or hangs is one line `not ok`. It runs the plugin's code, and with\n"
    "--config opens what that names.\n"
    "\n"
    "  --config FILE|JSON   the plugin's configuration. {scratch} in it stands for a folder that is empty\n"
    "                       for each check and removed after it. Without --config the plugin is given {};\n"
    "                       if it demands settings, what needs an instance is skipped. A second --config\n"
    "                       is for the second of two instances side by side\n"
    "  --calls FILE|JSON    the calls to make, instead of such as are made of the schema: a list of\n"
    "                         {\"type\": \"Query\", \"field\": \"hello\", \"arguments\": {}, \"selection\": \"id\"}\n"
    "                         {\"load\": \"Integration\", \"ids\": [\"1\"], \"selection\": \"id title\"}\n"
    "                       if need be with \"parent\", for fields of other types, and with \"as\": \"nobody\" or\n"
    "                         {\"actor\": \"ada\", \"grants\": [{\"organizationId\": \"acme\", \"actions\": [\"READ\"]}]}\n"
    "                       Mutations are called only if they are listed\n"
    "  --host-schema FILE   also binds to this schema, in SDL; calls are then checked against both together\n"
    "  --rounds N           how often instances are made to look for leaks, 5 or more (20)\n"
    "  --timeout SECONDS    how long a function of the plugin, or a call, may take (10)\n"
    "  --json               one JSON document instead of TAP\n"
    "  --help, --version\n"
    "\n"
    "Prints TAP, version 14; a check that fails names cause and cure. Ends with 0 if nothing failed, with 1\n"
    "if something did, with 2 if the checks could not be run. Tolerances: memory and mappings are leaked\n"
    "where three rounds in four took more, and on average 16 bytes or more; a resolver blocks if it takes\n"
    "over 100 ms three times in a row.\n";
