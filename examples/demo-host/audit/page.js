// SPDX-License-Identifier: MIT
// A page of events, as a Relay connection, over calls that examine a bounded number of events each.
import { GraphQLError } from 'graphql';

const LARGEST_PAGE = 100;
const USUAL_PAGE = 50;
const MOST_CALLS = 20; // For one page.

function invalid(message) {
  return new GraphQLError(message, { extensions: { code: 'VALIDATION_ERROR' } });
}

const isGiven = (value) => value !== undefined && value !== null;

/** Returns how many events a page has. */
function sizeOf({ first, last }) {
  if (isGiven(first) && isGiven(last)) throw invalid('Give first or last, not both');
  const size = first ?? last ?? USUAL_PAGE;
  if (size < 0 || size > LARGEST_PAGE) throw invalid(`${isGiven(last) ? 'last' : 'first'} must be 0 to ${LARGEST_PAGE}`);
  return size;
}

/** Reads up to `most` events in one direction. Returns {events, hasMore, position}, where `position` is how far it has come. */
async function readUpTo(most, read, { after, before, backward }) {
  const events = [];
  let found = { hasMore: true };
  for (let calls = 0; found.hasMore && events.length < most && calls < MOST_CALLS; calls++) {
    const from = backward ? { after, before: found.position ?? before } : { after: found.position ?? after, before };
    found = await read({ ...from, backward, limit: most - events.length });
    events.push(...found.events);
  }
  return { events, hasMore: found.hasMore, position: found.position };
}

const OTHER_END = { after: 'before', before: 'after' };

/** Reads in the order of the trail, whose ends are not those of the list: an error names the argument that the client gave. */
async function readFalling(read, place) {
  try {
    return await read(place);
  } catch (error) {
    const field = OTHER_END[error.extensions?.field];
    if (field) error.extensions.field = field;
    throw error;
  }
}

/**
 * Reads a page of events. `read(place)` reads them, see gql_events in abi/gql_plugin.h; `args` are those of the field. Returns a
 * connection of events.
 */
export async function readPage(read, args) {
  const size = sizeOf(args);
  const isLast = isGiven(args.last);
  const isFalling = args.orderBy.direction === 'DESC';
  const [after, before] = isFalling ? [args.before, args.after] : [args.after, args.before]; // In the order of the trail.
  const inOrder = isFalling ? (place) => readFalling(read, place) : read;
  const found = await readUpTo(size + 1, inOrder, { after, before, backward: isFalling !== isLast });
  const events = found.events.slice(0, size);
  const isMore = found.hasMore || found.events.length > size;
  const isCut = found.events.length <= size && found.hasMore; // Before the page was full.
  const [near, far] = [events[0]?.position, isCut ? found.position : events.at(-1)?.position];
  const nodes = isLast ? events.reverse() : events;
  return {
    nodes,
    edges: nodes.map((node) => ({ cursor: node.position, node })),
    pageInfo: {
      hasNextPage: isLast ? isGiven(args.before) : isMore,
      hasPreviousPage: isLast ? isMore : isGiven(args.after),
      startCursor: (isLast ? far : near) ?? null,
      endCursor: (isLast ? near : far) ?? null,
    },
  };
}
