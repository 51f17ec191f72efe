// SPDX-License-Identifier: MIT
// Has a server listen, and says where.

export function listen(server, { host, port }) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new Error(`Port ${port} of ${host} is in use: stop the program that uses it, or set another port`, { cause: error }) : error);
    });
    server.listen(port, host, () => resolve(server.address()));
  });
}

export function urlOf({ family, address, port }) {
  const isIPv6 = family === 'IPv6' || family === 6;
  return `http://${isIPv6 ? `[${address}]` : address}:${port}/`;
}
