// SPDX-License-Identifier: MIT
/*
 * gateway PLUGIN CONFIG: a gateway for tests of tools. It has an instance of the plugin, and
 * answers a line of JSON with a line of JSON until its input ends:
 * {"field": "integrationCreate", "arguments": {…}, "selection": "…"}. The fields `claim` and
 * `acknowledge` are those of gql_events. The answer is the value, or
 * {"error": CODE, "message": …}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/mock_host.h"

static struct mock_host *host;
static gql_instance *instance;

static bool is_mutation(const char *field)
{
    return strcmp(field, "integrationCreate") == 0 || strcmp(field, "integrationUpdate") == 0 ||
           strcmp(field, "integrationDelete") == 0;
}

static struct mock_answer *call(const char *field, const char *arguments, const char *selection)
{
    const gql_events *events = gql_library_events(mock_library(host));
    if (strcmp(field, "claim") == 0)
        return mock_call_function(host, instance, field, events->claim, arguments, NULL);
    if (strcmp(field, "acknowledge") == 0)
        return mock_call_function(host, instance, field, events->acknowledge, arguments, NULL);
    return mock_call(host, instance, is_mutation(field) ? "Mutation" : "Query", field, arguments,
                     selection, NULL);
}

static void answer(const json_t *request)
{
    const char *field = json_string_value(json_object_get(request, "field"));
    char *arguments = json_dumps(json_object_get(request, "arguments"), 0);
    struct mock_answer *said = call(field, arguments,
                                    json_string_value(json_object_get(request, "selection")));
    json_t *line = said->resolved
                       ? json_incref(said->value)
                       : json_pack("{s:s, s:s}", "error", said->code, "message", said->message);
    json_dumpf(line, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    putchar('\n');
    fflush(stdout);
    json_decref(line);
    free(arguments);
    mock_answer_free(&said);
}

int main(int argc, char **argv)
{
    char *text = NULL;
    size_t room = 0;
    if (argc != 3)
        return 2;
    host = mock_open(argv[1], NULL);
    instance = mock_create(host, argv[2]);
    while (getline(&text, &room, stdin) > 0) {
        json_t *request = json_loads(text, 0, NULL);
        answer(request);
        json_decref(request);
    }
    free(text);
    mock_destroy(host, &instance);
    mock_close(&host);
    return 0;
}
