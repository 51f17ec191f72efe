// SPDX-License-Identifier: MIT
// Which addresses webhooks are posted to: public ones, and those that the operator allows. An endpoint's
// name could otherwise lead to services that only the gateway can reach.
import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** What is not public: IANA's special-purpose address registries, multicast and class E. */
const RESERVED_IPV4 = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12',
  '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/3'];
/**
 * All but 2000::/3, so also loopback, link-local, unique local and multicast addresses, IPv4-mapped ones and
 * NAT64; then Teredo and its neighbours, documentation, and 6to4.
 */
const RESERVED_IPV6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Returns [address, length of the prefix, family], or undefined if the text is no range. */
function rangeOf(text) {
  const [address, length] = text.split('/');
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  const isRight = family !== 0 && !address.includes('%') && /^\d{1,3}$/.test(length ?? longest) && Number(length ?? longest) <= longest &&
    text.split('/').length <= 2;
  return isRight ? [address, Number(length ?? longest), `ipv${family}`] : undefined;
}

/**
 * Returns a function that tells whether an address is in one of the ranges. There is a list for each family: in one
 * list, an IPv6 range that has ::ffff:0:0/96 would have every IPv4 address.
 */
function holderOf(ranges) {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of ranges) {
    const range = rangeOf(text);
    if (!range) throw new Error(`webhooks.allowedAddresses: ${text} is neither an address nor a range such as 10.0.0.0/8 or fd00::/8`);
    lists[range[2]].addSubnet(...range);
  }
  return (address) => {
    const family = `ipv${isIP(address)}`;
    return lists[family].check(address, family);
  };
}

const isReserved = holderOf([...RESERVED_IPV4, ...RESERVED_IPV6]);

function refusal(host, address) {
  const is = host === address ? '' : ` is ${address}, which`;
  return new Error(`${host}${is} is not a public address, and not one of webhooks.allowedAddresses`);
}

/**
 * Decides on addresses. `ranges` are allowed besides public ones. `resolve` is dns.lookup, or a test's.
 * `check(host)` throws if the host of a URL is an address that is refused; `lookup` is the option of
 * net.connect: what it answers is what is connected to, so a name that changes between two look-ups gains nothing.
 */
export function guardOf(ranges, resolve = resolveName) {
  const isAllowed = holderOf(ranges);
  const allows = (address) => {
    if (isIP(address) === 0 || address.includes('%')) return false; // A zone is for link-local addresses.
    return isAllowed(address) || !isReserved(address);
  };
  const lookup = (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error);
      const usable = found.filter(({ address }) => allows(address));
      if (usable.length === 0) return done(refusal(host, found[0]?.address ?? 'nothing'));
      return options.all ? done(null, usable) : done(null, usable[0].address, usable[0].family);
    });
  };
  return {
    check(host) {
      const address = host.replace(/^\[(.*)\]$/, '$1');
      if (isIP(address) !== 0 && !allows(address)) throw refusal(address, address);
    },
    lookup,
  };
}
