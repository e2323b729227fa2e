/** Tries to leave this machine in every way there is, under the guard of loopback.js; prints what became of each try. */

import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { strayed } from "./loopback.js";

const failing = (emitter) => new Promise((_, failed) => emitter.on("error", failed));

const tries = [
  () => fetch("http://fetch.example/"),
  () => fetch("https://192.0.2.1/"),
  () => failing(http.get("http://http.example/")),
  () => failing(https.get("https://192.0.2.2/")),
  () => failing(net.connect(80, "192.0.2.3")),
  () => new Promise((done, failed) => dns.lookup("lookup.example", (error) => (error ? failed(error) : done()))),
];
const ends = [];
for (const attempt of tries) {
  const end = await attempt().then(() => "left", (error) => (error.cause ?? error).message);
  ends.push(end);
}
console.log(JSON.stringify({ ends, strayed }));
