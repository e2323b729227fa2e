/**
 * Preloaded before the routers: the only addresses they reach are of this machine, and which others they tried is
 * remembered. Routers are known to report usage and to fetch schemas; in a telecom's network that would hang or leak.
 */

import dns from "node:dns";
import net from "node:net";

const OURS = new Set(["127.0.0.1", "::1", "localhost"]);

/** Hosts that were tried and refused. */
export const strayed = [];

function refused(host) {
  strayed.push(String(host));
  return Object.assign(new Error("this process may reach its own machine only"), { code: "ECONNREFUSED" });
}

// Everything of Node.js that connects ends here, with its arguments in one of several forms.
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [given] = net._normalizeArgs(Array.isArray(args[0]) ? args[0] : args);
  if (!given.path && !OURS.has(given.host ?? "localhost")) {
    process.nextTick(() => this.destroy(refused(given.host)));
    return this;
  }
  return connect.apply(this, args);
};

const lookup = dns.lookup;
dns.lookup = (host, options, callback) => {
  if (OURS.has(host)) lookup(host, options, callback);
  else process.nextTick(callback ?? options, refused(host));
};
