// SPDX-License-Identifier: MIT
// Loaded by Node before a gateway: writes to standard error whom the process connects to.
const { Socket } = require('node:net');

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args; // net.connect passes its arguments as a list.
  process.stderr.write(`connects to ${options?.host ?? options?.path ?? JSON.stringify(options)}\n`);
  return connect.apply(this, args);
};
