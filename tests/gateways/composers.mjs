// SPDX-License-Identifier: MIT
// Two independent composers. Each takes [{name, typeDefs}] and returns {errors, remarks, supergraphSdl};
// errors and remarks are strings.
import { requireOfFederation } from './support.mjs';

const urlOf = (name) => `http://${name}.example/graphql`;
const messagesOf = (list) => (list ?? []).map(({ message }) => message);

function apollo(subgraphs) {
  const { composeServices } = requireOfFederation('@apollo/composition');
  const { errors, hints, supergraphSdl } = composeServices(subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs, url: urlOf(name) })));
  // The host's descriptions of the common types differ from the plugin's.
  const remarks = hints?.filter(({ definition }) => definition.code !== 'INCONSISTENT_DESCRIPTION');
  return { errors: messagesOf(errors), remarks: messagesOf(remarks), supergraphSdl };
}

function wundergraph(subgraphs) {
  const { federateSubgraphs, LATEST_ROUTER_COMPATIBILITY_VERSION: version } = requireOfFederation('@wundergraph/composition');
  const { success, errors, warnings } = federateSubgraphs({ version,
    subgraphs: subgraphs.map(({ name, typeDefs }) => ({ name, definitions: typeDefs, url: urlOf(name) })) });
  if (success !== (errors === undefined)) throw new Error('success and errors contradict each other');
  return { errors: messagesOf(errors), remarks: messagesOf(warnings) };
}

export const COMPOSERS = { '@apollo/composition': apollo, '@wundergraph/composition': wundergraph };
