// SPDX-License-Identifier: MIT
// Resolvers that return constants. What such a request takes is the gateway's own work.

const integration = {
  id: '01a20da5-179e-83c1-8f7f-494e54475e42', version: 1, title: 'Payments connector 1', isActive: true,
  credentialRef: `v4.public.${'A'.repeat(300)}`, organization: { id: 'org-1' },
};
const page = {
  nodes: Array.from({ length: 100 }, () => integration),
  pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: 'A'.repeat(80) },
  total: { count: 100, precision: 'EXACT' },
};

export function constantResolvers() {
  return {
    Query: { integration: () => integration, integrations: () => page },
    Mutation: { integrationCreate: () => ({ integration }) },
  };
}
