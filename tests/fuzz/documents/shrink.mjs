// SPDX-License-Identifier: MIT
// Makes a document that differs smaller.
import { graphql } from '../../node-host/support.mjs';

const REMOVABLE = ['Field', 'InlineFragment', 'FragmentSpread', 'Directive'];

function countOf(document) {
  let count = 0;
  graphql.visit(document, { enter: ({ kind }) => { count += REMOVABLE.includes(kind) ? 1 : 0; } });
  return count;
}

/** Removes the removable node with this number, and then the fragments and variables that nothing uses. */
function without(document, number) {
  let count = 0;
  const enter = ({ kind }) => (REMOVABLE.includes(kind) && count++ === number ? null : undefined);
  return tidy(graphql.visit(document, { enter }));
}

function tidy(document) {
  const used = new Set();
  const variables = new Set();
  graphql.visit(document, {
    FragmentSpread: ({ name }) => { used.add(name.value); },
    Variable: ({ name }, key, parent) => { if (parent?.kind !== 'VariableDefinition') variables.add(name.value); },
  });
  return graphql.visit(document, {
    FragmentDefinition: ({ name }) => (used.has(name.value) ? undefined : null),
    VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? undefined : null),
  });
}

/** Returns the smallest document found for which `differs` holds. */
export async function shrink(test, differs) {
  let smallest = test;
  for (let number = 0; number < countOf(graphql.parse(smallest.source));) {
    const source = graphql.print(without(graphql.parse(smallest.source), number));
    const candidate = { ...smallest, source };
    const isSmaller = await differs(candidate).catch(() => false);
    if (isSmaller) smallest = candidate;
    else number++;
  }
  return smallest;
}
